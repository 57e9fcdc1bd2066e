-- A message touches two pages less: an event lies where its key is, a message where the number of its document is, and
-- neither has an index beside it for that.

CREATE TABLE event_keyed (
    stream BLOB NOT NULL,
    seq INTEGER NOT NULL,
    public_seq INTEGER,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    depth INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    cause TEXT,
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO event_keyed (stream, seq, public_seq, at, actor_kind, actor_id, depth, kind, body, cause)
    SELECT stream, seq, public_seq, at, actor_kind, actor_id, depth, kind, body, cause FROM event ORDER BY stream, seq;
DROP TABLE event;
ALTER TABLE event_keyed RENAME TO event;

CREATE TABLE message_keyed (
    id BLOB NOT NULL UNIQUE,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    public_seq INTEGER,
    doc INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    author_kind TEXT NOT NULL,
    author_id BLOB,
    body_sealed BLOB,
    language TEXT,
    files TEXT NOT NULL,
    mentions TEXT NOT NULL,
    client_id BLOB,
    request_hmac BLOB,
    at INTEGER NOT NULL,
    late INTEGER NOT NULL,
    redacted_at INTEGER
) STRICT;
INSERT INTO message_keyed (id, conversation_id, seq, public_seq, doc, kind, author_kind, author_id, body_sealed, language, files,
        mentions, client_id, request_hmac, at, late, redacted_at)
    SELECT id, conversation_id, seq, public_seq, doc, kind, author_kind, author_id, body_sealed, language, files, mentions,
        client_id, request_hmac, at, late, redacted_at FROM message ORDER BY doc;
DROP TABLE message;
ALTER TABLE message_keyed RENAME TO message;
CREATE UNIQUE INDEX message_seq ON message (conversation_id, seq);
CREATE UNIQUE INDEX message_client ON message (conversation_id, client_id, author_kind) WHERE client_id IS NOT NULL;

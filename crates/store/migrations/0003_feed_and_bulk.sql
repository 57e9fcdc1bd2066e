-- The outside feed, causes of events, and bulk actions in pieces.

-- What caused an event that no person did: a rule, by name and id. It never sees what it caused itself.
ALTER TABLE event ADD COLUMN cause TEXT;

-- What programs outside are told: pieces of streams, `seq` to `upto`, numbered after the fact by whoever holds the feed's lease.
CREATE TABLE outbox (
    stream_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- The number of the first event of the piece; the others follow.
    number BIGINT,
    PRIMARY KEY (stream_id, seq)
) /*keyed*/;
CREATE UNIQUE INDEX outbox_number ON outbox (number) WHERE number IS NOT NULL;
CREATE INDEX outbox_new ON outbox (stream_id, seq) WHERE number IS NULL;

-- The feed itself, one row: how far it is numbered, and since which restore its numbers count.
CREATE TABLE feed (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    epoch BIGINT NOT NULL,
    number BIGINT NOT NULL,
    lease BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
INSERT INTO feed (id, epoch, number, lease, lease_until) VALUES (1, 1, 0, 0, 0);

-- One thing done to many conversations, in pieces, with what takes it back.
CREATE TABLE bulk (
    id UUID NOT NULL PRIMARY KEY,
    actor_kind TEXT NOT NULL,
    actor_id UUID NOT NULL,
    -- filling, running, done, cancelled, undoing, undone
    state TEXT NOT NULL,
    action TEXT NOT NULL,
    -- Runs by itself, with progress; else within its request.
    job BOOLEAN NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    undone BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX bulk_actor ON bulk (actor_id, created_at);
CREATE INDEX bulk_created ON bulk (created_at);

CREATE TABLE bulk_piece (
    bulk_id UUID NOT NULL REFERENCES bulk (id),
    piece BIGINT NOT NULL,
    -- todo, done, undone
    state TEXT NOT NULL,
    -- Ids of conversations, one space between.
    cases TEXT NOT NULL,
    -- What would take the piece back: ids and enums.
    back TEXT,
    PRIMARY KEY (bulk_id, piece)
) /*keyed*/;

DROP TABLE bulk_undo;

-- The administrators' role holds every right there is.
UPDATE role SET permissions = permissions || ' event.read' WHERE builtin AND name = 'admin';

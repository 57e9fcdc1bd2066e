-- Conversations that the desk begins, and side threads: a third party is asked about a case.

ALTER TABLE conversation ADD COLUMN outbound BOOLEAN NOT NULL DEFAULT FALSE;
-- The case a side thread is about; its words lie under that case's key.
ALTER TABLE conversation ADD COLUMN parent_id UUID;
-- Up to where in a side thread its parent was told the news.
ALTER TABLE conversation ADD COLUMN told_seq BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversation_parent ON conversation (parent_id) WHERE parent_id IS NOT NULL;

-- Who writes to strangers in the desk's name, or passes customers' words on, runs it; others are given it by hand.
UPDATE role SET permissions = permissions || ' conversation.start conversation.forward', version = version + 1 WHERE builtin AND name IN ('admin', 'supervisor');

-- Mailboxes that are read over IMAP: who reads one now and how that goes, and how far each folder is read.

CREATE TABLE mailbox (
    channel_id UUID NOT NULL PRIMARY KEY REFERENCES channel (id),
    -- One process reads it at a time.
    lease BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    -- When all folders were read last without a problem.
    read_at BIGINT,
    -- What has kept it from being read since then.
    problem TEXT,
    problem_at BIGINT
);

CREATE TABLE mailbox_folder (
    channel_id UUID NOT NULL REFERENCES channel (id),
    name TEXT NOT NULL,
    -- The numbers below mean something as long as the server says this one.
    validity BIGINT NOT NULL,
    -- Mails up to this number are kept here.
    kept BIGINT NOT NULL,
    -- Of mails up to this number the server was told what becomes of them.
    settled BIGINT NOT NULL,
    PRIMARY KEY (channel_id, name)
) /*keyed*/;

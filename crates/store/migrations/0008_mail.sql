-- Mail: the ways on which it comes in, what came in byte for byte, and what is known of a message beside its words.

CREATE TABLE channel (
    id UUID NOT NULL PRIMARY KEY,
    inbox_id UUID NOT NULL REFERENCES inbox (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    enabled BOOLEAN NOT NULL,
    -- JSON, without secrets.
    settings TEXT NOT NULL,
    -- What it signs in with.
    secret_sealed BYTES,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX channel_inbox ON channel (inbox_id);

CREATE TABLE inbound (
    id UUID NOT NULL PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channel (id),
    -- The same bytes on the same channel are the same mail.
    external_blind BYTES NOT NULL,
    -- Made when it came, so that it lies under a key of whoever sent it.
    contact_id UUID NOT NULL,
    -- Who handed it over; moves into the head of the mail when it is read.
    envelope_sealed BYTES,
    file_id UUID NOT NULL,
    state TEXT NOT NULL,
    problem TEXT,
    conversation_id UUID,
    message_id UUID,
    received_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE UNIQUE INDEX inbound_external ON inbound (channel_id, external_blind);
CREATE INDEX inbound_contact ON inbound (contact_id);
CREATE INDEX inbound_open ON inbound (received_at) WHERE state <> 'read';

CREATE TABLE mail (
    message_id UUID NOT NULL PRIMARY KEY,
    conversation_id UUID NOT NULL,
    inbound_id UUID,
    -- Who wrote to whom, subject, what was left out: JSON.
    head_sealed BYTES,
    -- Lengths of what is new, quoted and signature, in order; numbers alone.
    pieces TEXT NOT NULL,
    -- received; of ours: queued, handed, bounced, failed.
    state TEXT NOT NULL,
    -- What the other server said.
    problem_sealed BYTES,
    at BIGINT NOT NULL
);
CREATE INDEX mail_conversation ON mail (conversation_id);

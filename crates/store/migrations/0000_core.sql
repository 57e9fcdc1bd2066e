-- The store's own tables: keys, the audit log, work to be done. Nothing here knows a customer's words.

-- Wrapped keys that belong to the desk: blind words, search marks, audit signature.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    wrapped BYTES NOT NULL,
    created_at BIGINT NOT NULL
);

-- A key per customer, wrapped by the master key; the only place where such keys live. Destroying one is deleting its row.
CREATE TABLE customer_key (
    id UUID PRIMARY KEY,
    contact_id UUID,
    purpose TEXT NOT NULL CHECK (purpose IN ('customer', 'workspace')),
    wrapped BYTES NOT NULL,
    created_at BIGINT NOT NULL
) /*keyed*/;
CREATE INDEX customer_key_contact ON customer_key (contact_id) WHERE contact_id IS NOT NULL;

-- The audit log, chained by hash inside a lane.
CREATE TABLE audit_entry (
    lane BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id UUID,
    data TEXT NOT NULL,
    detail BYTES,
    cause_lane BIGINT,
    cause_number BIGINT,
    cause_hash BYTES,
    hash BYTES NOT NULL,
    PRIMARY KEY (lane, number)
) /*keyed*/;
CREATE INDEX audit_entry_at ON audit_entry (at);
CREATE INDEX audit_entry_subject ON audit_entry (subject_id, at) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, at) WHERE actor_id IS NOT NULL;

-- Work to be done once, by whoever holds the lease. `due_at` of a claimed job is the end of its lease.
CREATE TABLE job (
    id UUID PRIMARY KEY,
    queue TEXT NOT NULL,
    kind TEXT NOT NULL,
    unique_key TEXT UNIQUE,
    stream_id UUID,
    body TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    lease BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    max_tries BIGINT NOT NULL,
    problem TEXT,
    parked_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX job_due ON job (queue, due_at) WHERE parked_at IS NULL;
CREATE INDEX job_parked ON job (parked_at) WHERE parked_at IS NOT NULL;
CREATE INDEX job_stream ON job (stream_id) WHERE stream_id IS NOT NULL;

-- Something that happens at a time unless it is disarmed; one of a kind and name for a stream.
CREATE TABLE timer (
    id UUID PRIMARY KEY,
    stream_id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (stream_id, kind, name)
);
CREATE INDEX timer_due ON timer (due_at);

-- Streams with events that nobody has reacted to yet. `mark` is raised by every writer, so that each one writes the row.
CREATE TABLE dirty (
    stream_id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    since BIGINT NOT NULL,
    mark BIGINT NOT NULL
) /*keyed*/;
CREATE INDEX dirty_since ON dirty (since);

-- An event that a follower failed on: tries are counted until it is parked, then it waits for a person.
CREATE TABLE parked (
    follower TEXT NOT NULL,
    stream_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    problem TEXT NOT NULL,
    failed_at BIGINT NOT NULL,
    parked_at BIGINT,
    PRIMARY KEY (follower, stream_id, seq)
) /*keyed*/;
CREATE INDEX parked_shown ON parked (parked_at) WHERE parked_at IS NOT NULL;

-- What was answered to an Idempotency-Key.
CREATE TABLE idempotency (
    owner_id UUID NOT NULL,
    unique_key TEXT NOT NULL,
    body_mac BYTES NOT NULL,
    status BIGINT NOT NULL,
    item_id UUID,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, unique_key)
) /*keyed*/;
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Documents whose index words could not be written with their command.
CREATE TABLE index_todo (
    doc BIGINT PRIMARY KEY
);

-- The processes that serve this database; a number is free again when its process has not been seen for a while.
CREATE TABLE node (
    number BIGINT PRIMARY KEY,
    id UUID NOT NULL,
    version TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

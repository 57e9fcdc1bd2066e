-- Erased customers: what was asked, how far it is, and the report of it. Ids and numbers only.
CREATE TABLE erasure (
    id UUID NOT NULL PRIMARY KEY,
    contact_id UUID NOT NULL UNIQUE,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    cases BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    files BIGINT NOT NULL,
    identities BIGINT NOT NULL,
    keys BIGINT NOT NULL,
    destroyed_at BIGINT,
    wiped_at BIGINT,
    done_at BIGINT,
    -- Copies of the database made before the keys were destroyed, with the time each goes, as JSON.
    copies TEXT NOT NULL
);
CREATE INDEX erasure_asked ON erasure (asked_at);

-- Keys that were destroyed; every node keeps the list outside the database too.
CREATE TABLE erased_key (
    id UUID NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX erased_key_at ON erased_key (at);

-- Which master key wraps new keys, and which older ones still had keys to open.
CREATE TABLE master_key (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    removable_at BIGINT
);

-- Erasing belongs to the administrators; others are given it by hand.
UPDATE role SET permissions = permissions || ' contact.erase', version = version + 1 WHERE builtin AND name = 'admin';

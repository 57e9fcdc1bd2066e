-- The first desk: people, inboxes, conversations, files. One file for both databases (see src/migrate for the type words).
-- Times are BIGINT milliseconds UTC. Columns that end in _sealed hold sealed cells, in _blind HMACs for equality; docs/data.md lists all.

CREATE TABLE setting (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

-- ---------------------------------------------------------------- staff
CREATE TABLE agent (
    id UUID NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    email_sealed BYTES NOT NULL,
    email_blind BYTES NOT NULL UNIQUE,
    name TEXT NOT NULL,
    public_name TEXT NOT NULL,
    password_hash TEXT,
    state TEXT NOT NULL,
    locale TEXT NOT NULL,
    presence TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE role (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    builtin BOOLEAN NOT NULL,
    permissions TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE agent_role (
    id UUID NOT NULL PRIMARY KEY,
    agent_id UUID NOT NULL REFERENCES agent (id),
    role_id UUID NOT NULL REFERENCES role (id),
    inbox_id UUID,
    team_id UUID
);
CREATE INDEX agent_role_agent ON agent_role (agent_id);
CREATE INDEX agent_role_role ON agent_role (role_id);

CREATE TABLE team (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL
);

CREATE TABLE team_member (
    team_id UUID NOT NULL REFERENCES team (id),
    agent_id UUID NOT NULL REFERENCES agent (id),
    PRIMARY KEY (team_id, agent_id)
);
CREATE INDEX team_member_agent ON team_member (agent_id);

CREATE TABLE agent_session (
    id UUID NOT NULL PRIMARY KEY,
    token_hash BYTES NOT NULL UNIQUE,
    agent_id UUID NOT NULL REFERENCES agent (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address_sealed BYTES,
    device_sealed BYTES
);
CREATE INDEX agent_session_agent ON agent_session (agent_id);

CREATE TABLE api_token (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash BYTES NOT NULL UNIQUE,
    permissions TEXT NOT NULL,
    inboxes TEXT NOT NULL,
    created_by UUID,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE one_time_link (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    token_hash BYTES NOT NULL UNIQUE,
    agent_id UUID,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- ---------------------------------------------------------------- the desk
CREATE TABLE inbox (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    team_id UUID,
    widget TEXT NOT NULL,
    hours TEXT NOT NULL,
    identity_algorithm TEXT NOT NULL,
    identity_required BOOLEAN NOT NULL,
    identity_public_key TEXT,
    identity_secret_sealed BYTES,
    identity_old_secret_sealed BYTES,
    identity_old_until BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE status (
    id UUID NOT NULL PRIMARY KEY,
    names TEXT NOT NULL,
    category BIGINT NOT NULL,
    position BIGINT NOT NULL,
    builtin BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE tag (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- ---------------------------------------------------------------- customers
CREATE TABLE contact (
    id UUID NOT NULL PRIMARY KEY,
    key_id UUID NOT NULL,
    proof BIGINT NOT NULL,
    name_sealed BYTES,
    fields_sealed BYTES,
    device_sealed BYTES,
    locale TEXT,
    first_seen_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE contact_identity (
    id UUID NOT NULL PRIMARY KEY,
    contact_id UUID NOT NULL REFERENCES contact (id),
    kind TEXT NOT NULL,
    proof BIGINT NOT NULL,
    value_sealed BYTES NOT NULL,
    value_blind BYTES NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX contact_identity_contact ON contact_identity (contact_id);
-- An identity somebody proved belongs to one contact; what was only typed may stand with many.
CREATE UNIQUE INDEX contact_identity_proven ON contact_identity (kind, value_blind) WHERE proof >= 2;

CREATE TABLE visitor_session (
    id UUID NOT NULL PRIMARY KEY,
    token_hash BYTES NOT NULL UNIQUE,
    inbox_id UUID NOT NULL REFERENCES inbox (id),
    contact_id UUID NOT NULL REFERENCES contact (id),
    proof BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX visitor_session_contact ON visitor_session (contact_id);

CREATE TABLE visitor_jti (
    inbox_id UUID NOT NULL,
    jti_hash BYTES NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (inbox_id, jti_hash)
);
CREATE INDEX visitor_jti_expires ON visitor_jti (expires_at);

-- ---------------------------------------------------------------- conversations
CREATE TABLE conversation (
    id UUID NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    contact_id UUID NOT NULL REFERENCES contact (id),
    -- The customer's key, so that a message needs no look at the contact.
    key_id UUID NOT NULL,
    inbox_id UUID NOT NULL,
    team_id UUID,
    assignee_id UUID,
    status_id UUID NOT NULL,
    category BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT,
    subject_sealed BYTES,
    preview_sealed BYTES,
    preview_from TEXT NOT NULL,
    origin_sealed BYTES,
    -- Ids of tags, one space between.
    tags TEXT NOT NULL,
    seq BIGINT NOT NULL,
    public_seq BIGINT NOT NULL,
    reacted_seq BIGINT NOT NULL,
    last_customer_seq BIGINT NOT NULL,
    visitor_read_seq BIGINT NOT NULL,
    agent_read_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_message_at BIGINT NOT NULL,
    waiting_since BIGINT,
    first_reply_at BIGINT,
    resolved_at BIGINT,
    snoozed BOOLEAN NOT NULL,
    snoozed_until BIGINT,
    rating BIGINT,
    rating_asked BOOLEAN NOT NULL,
    client_id UUID,
    start_session UUID,
    start_hmac BYTES
);
CREATE INDEX conversation_contact ON conversation (contact_id, created_at);
CREATE UNIQUE INDEX conversation_start ON conversation (start_session, client_id) WHERE start_session IS NOT NULL;
-- category 0 and 1 are open work (domain::conversation::Category).
CREATE INDEX conversation_open ON conversation (last_message_at, id) WHERE category < 2;
CREATE INDEX conversation_done ON conversation (updated_at, id) WHERE category >= 2;
CREATE INDEX conversation_changed ON conversation (updated_at);

CREATE TABLE message (
    id UUID NOT NULL PRIMARY KEY,
    conversation_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    public_seq BIGINT,
    doc BIGINT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    author_kind TEXT NOT NULL,
    author_id UUID,
    body_sealed BYTES,
    language TEXT,
    files TEXT NOT NULL,
    mentions TEXT NOT NULL,
    client_id UUID,
    request_hmac BYTES,
    at BIGINT NOT NULL,
    late BOOLEAN NOT NULL,
    redacted_at BIGINT
);
CREATE UNIQUE INDEX message_seq ON message (conversation_id, seq);
CREATE UNIQUE INDEX message_client ON message (conversation_id, client_id, author_kind) WHERE client_id IS NOT NULL;

CREATE TABLE event (
    stream UUID NOT NULL,
    seq BIGINT NOT NULL,
    public_seq BIGINT,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    depth BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE UNIQUE INDEX event_public ON event (stream, public_seq) WHERE public_seq IS NOT NULL;

CREATE TABLE read_mark (
    conversation_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, agent_id)
);

CREATE TABLE mention (
    agent_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, conversation_id, seq)
);
CREATE INDEX mention_conversation ON mention (conversation_id);

CREATE TABLE case_access (
    conversation_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    kind TEXT NOT NULL,
    by_id UUID,
    at BIGINT NOT NULL,
    until BIGINT,
    PRIMARY KEY (conversation_id, agent_id)
);

CREATE TABLE draft (
    id UUID NOT NULL PRIMARY KEY,
    conversation_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    mode TEXT NOT NULL,
    text_sealed BYTES NOT NULL,
    files TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (conversation_id, agent_id, mode)
);

CREATE TABLE held_reply (
    id UUID NOT NULL PRIMARY KEY,
    conversation_id UUID NOT NULL,
    author_id UUID NOT NULL,
    text_sealed BYTES NOT NULL,
    files TEXT NOT NULL,
    client_id UUID NOT NULL,
    request_hmac BYTES NOT NULL,
    seen_seq BIGINT NOT NULL,
    follow_up TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    release_at BIGINT NOT NULL,
    ask_until BIGINT,
    keep BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX held_reply_client ON held_reply (conversation_id, author_id, client_id);
CREATE INDEX held_reply_due ON held_reply (release_at);

CREATE TABLE rating (
    conversation_id UUID NOT NULL PRIMARY KEY,
    score BIGINT NOT NULL,
    solved BOOLEAN,
    comment_sealed BYTES,
    agent_id UUID,
    at BIGINT NOT NULL
);

-- What would take a bulk action back, for five minutes.
CREATE TABLE bulk_undo (
    id UUID NOT NULL PRIMARY KEY,
    agent_id UUID NOT NULL,
    steps TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE scope_moved (
    conversation_id UUID NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);

-- ---------------------------------------------------------------- files
CREATE TABLE file (
    id UUID NOT NULL PRIMARY KEY,
    key_id UUID NOT NULL,
    wrapped_key BYTES NOT NULL,
    conversation_id UUID,
    owner_kind TEXT NOT NULL,
    owner_id UUID NOT NULL,
    name_sealed BYTES NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX file_conversation ON file (conversation_id);

-- ---------------------------------------------------------------- reports: what the rollup follower keeps, summed when read
CREATE TABLE rollup (
    bucket BIGINT NOT NULL,
    span BIGINT NOT NULL,
    inbox_id UUID NOT NULL,
    team_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    lane BIGINT NOT NULL,
    started BIGINT NOT NULL,
    received BIGINT NOT NULL,
    replied BIGINT NOT NULL,
    first_replies BIGINT NOT NULL,
    first_reply_ms BIGINT NOT NULL,
    resolved BIGINT NOT NULL,
    reopened BIGINT NOT NULL,
    ratings BIGINT NOT NULL,
    rating_sum BIGINT NOT NULL,
    PRIMARY KEY (bucket, span, inbox_id, team_id, agent_id, lane)
);

-- A sample of first response times, for "usually answers within ..."; the newest 200 an inbox count.
CREATE TABLE first_reply_sample (
    conversation_id UUID NOT NULL PRIMARY KEY,
    inbox_id UUID NOT NULL,
    at BIGINT NOT NULL,
    waited_ms BIGINT NOT NULL
);
CREATE INDEX first_reply_sample_inbox ON first_reply_sample (inbox_id, at);

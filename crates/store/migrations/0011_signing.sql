-- Keys with which a sender signs its mail for its domain.

CREATE TABLE signing (
    id UUID NOT NULL PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channel (id),
    domain TEXT NOT NULL,
    selector TEXT NOT NULL,
    -- What the domain publishes: the public half.
    record TEXT NOT NULL,
    key_sealed BYTES NOT NULL,
    made_at BIGINT NOT NULL,
    -- Since when the record is known to be published; before that nothing is signed with it.
    seen_at BIGINT,
    UNIQUE (domain, selector)
);
CREATE INDEX signing_channel ON signing (channel_id);

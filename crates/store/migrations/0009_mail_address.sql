-- What is known of addresses that the desk writes to by itself.

CREATE TABLE mail_address (
    address_blind BYTES NOT NULL PRIMARY KEY,
    -- Whoever wrote from it last; the row goes with them.
    contact_id UUID NOT NULL,
    -- When mail to it came back for good.
    bounced_at BIGINT,
    -- Automatic mails to it since `told_since`.
    told BIGINT NOT NULL,
    told_since BIGINT NOT NULL
);
CREATE INDEX mail_address_contact ON mail_address (contact_id);

-- Reports about a case's mail go with the case.
CREATE INDEX inbound_conversation ON inbound (conversation_id);

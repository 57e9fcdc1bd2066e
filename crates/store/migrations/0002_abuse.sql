-- Abuse: conversations marked as spam, and blocks of contacts, networks and addresses.

ALTER TABLE conversation ADD COLUMN spam BOOLEAN NOT NULL DEFAULT FALSE;
-- Spam is no open work: a flood that was marked costs the lists nothing.
DROP INDEX conversation_open;
CREATE INDEX conversation_open ON conversation (last_message_at, id) WHERE category < 2 AND NOT spam;
CREATE INDEX conversation_spam ON conversation (updated_at, id) WHERE spam;

-- Where a visitor came from last: what "block this network" means. Goes with the session.
ALTER TABLE visitor_session ADD COLUMN address_sealed BYTES;

CREATE TABLE block (
    id UUID NOT NULL PRIMARY KEY,
    -- contact, network or address.
    kind TEXT NOT NULL,
    -- Whom it stops, or with the others whose case it was made from.
    contact_id UUID,
    conversation_id UUID,
    -- What kind of identity an address is.
    identity_kind TEXT,
    -- The network or the address.
    value_sealed BYTES,
    -- Equal for equal targets; of an address the same as contact_identity.value_blind.
    target_blind BYTES NOT NULL,
    reason_sealed BYTES NOT NULL,
    by_kind TEXT NOT NULL,
    by_id UUID,
    created_at BIGINT NOT NULL,
    until BIGINT,
    lifted_at BIGINT,
    lifted_by UUID
);
CREATE UNIQUE INDEX block_target ON block (kind, target_blind) WHERE lifted_at IS NULL;
CREATE INDEX block_contact ON block (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX contact_identity_value ON contact_identity (kind, value_blind);

-- The right to block comes to those who run a desk; others are given it by hand.
UPDATE role SET permissions = permissions || ' contact.block', version = version + 1 WHERE builtin AND name IN ('admin', 'supervisor');

-- Addresses that visitors want to be written to, until whoever reads there says so too.

CREATE TABLE mail_confirmation (
    -- Stands in the link that was mailed.
    id UUID NOT NULL PRIMARY KEY,
    -- The typed address.
    identity_id UUID NOT NULL,
    -- The language of the mail.
    locale TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX mail_confirmation_identity ON mail_confirmation (identity_id);
CREATE INDEX mail_confirmation_end ON mail_confirmation (expires_at);

-- What the exchange signed belongs to one customer. An address that was confirmed says where the answers of one chat may go and not
-- whose account it is: the same person may confirm it from another browser, and nothing of theirs is joined for it.
DROP INDEX contact_identity_proven;
CREATE UNIQUE INDEX contact_identity_proven ON contact_identity (kind, value_blind) WHERE proof >= 3;

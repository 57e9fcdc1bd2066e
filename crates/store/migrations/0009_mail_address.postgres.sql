-- No samples of what must be forgotten (see 0004).
ALTER TABLE mail_address ALTER COLUMN address_blind SET STATISTICS 0;

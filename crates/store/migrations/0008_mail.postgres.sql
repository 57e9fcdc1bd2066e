-- No samples of what must be forgotten (see 0004).
ALTER TABLE inbound ALTER COLUMN external_blind SET STATISTICS 0;
ALTER TABLE inbound ALTER COLUMN envelope_sealed SET STATISTICS 0;
ALTER TABLE mail ALTER COLUMN head_sealed SET STATISTICS 0;
ALTER TABLE mail ALTER COLUMN problem_sealed SET STATISTICS 0;

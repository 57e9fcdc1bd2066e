-- Statistics keep samples of values, and a destroyed key must not live on among them. Nothing is planned by these columns.
ALTER TABLE customer_key ALTER COLUMN wrapped SET STATISTICS 0;
ALTER TABLE contact_identity ALTER COLUMN value_sealed SET STATISTICS 0;
ALTER TABLE contact_identity ALTER COLUMN value_blind SET STATISTICS 0;
ALTER TABLE contact ALTER COLUMN name_sealed SET STATISTICS 0;
ALTER TABLE contact ALTER COLUMN fields_sealed SET STATISTICS 0;
ALTER TABLE contact ALTER COLUMN device_sealed SET STATISTICS 0;
ALTER TABLE conversation ALTER COLUMN subject_sealed SET STATISTICS 0;
ALTER TABLE conversation ALTER COLUMN preview_sealed SET STATISTICS 0;
ALTER TABLE conversation ALTER COLUMN origin_sealed SET STATISTICS 0;
ALTER TABLE conversation ALTER COLUMN start_hmac SET STATISTICS 0;
ALTER TABLE message ALTER COLUMN body_sealed SET STATISTICS 0;
ALTER TABLE message ALTER COLUMN request_hmac SET STATISTICS 0;
ALTER TABLE file ALTER COLUMN wrapped_key SET STATISTICS 0;
ALTER TABLE file ALTER COLUMN name_sealed SET STATISTICS 0;
ALTER TABLE block ALTER COLUMN target_blind SET STATISTICS 0;
ALTER TABLE visitor_session ALTER COLUMN address_sealed SET STATISTICS 0;

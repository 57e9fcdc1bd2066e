-- What a scanner for malware said of each file.

ALTER TABLE file ADD COLUMN scan TEXT NOT NULL DEFAULT 'unscanned';
-- What it found, in its own words; or why it could not look.
ALTER TABLE file ADD COLUMN scan_note TEXT;
ALTER TABLE file ADD COLUMN scanned_at BIGINT;

-- What was never looked at, the newest first, and what is looked at again.
CREATE INDEX file_unscanned ON file (id) WHERE scan = 'unscanned';
CREATE INDEX file_doubtful ON file (scanned_at) WHERE scan IN ('failed', 'infected');

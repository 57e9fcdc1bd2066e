-- Blind index words of conversations.
CREATE TABLE search_doc (
    doc BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX search_doc_words ON search_doc USING GIN (words);

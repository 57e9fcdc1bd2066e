-- Blind index words of conversations. The row id is the document's number; the text itself is not kept.
CREATE VIRTUAL TABLE search_doc USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

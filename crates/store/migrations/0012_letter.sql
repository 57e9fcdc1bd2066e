-- Whom a reply by mail also goes to, while it is typed and while it waits out its window.

ALTER TABLE draft ADD COLUMN mail_sealed BYTES;
ALTER TABLE held_reply ADD COLUMN mail_sealed BYTES;

-- The administrators' role holds every right there is.
UPDATE role SET permissions = permissions || ' conversation.copy' WHERE builtin AND name = 'admin';

-- Mails that an agent took over into the case where they belong.

-- Where the last of its mails went: such a case is over and counts as none.
ALTER TABLE conversation ADD COLUMN joined_to UUID;
-- The case it came from. Nobody has proven its sender, so no answer goes there.
ALTER TABLE mail ADD COLUMN joined_from UUID;

UPDATE role SET permissions = permissions || ' conversation.join', version = version + 1 WHERE builtin AND name IN ('admin', 'supervisor', 'agent');

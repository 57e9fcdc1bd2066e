-- What a node is called by its operator: no two that live may have the same name.

ALTER TABLE node ADD COLUMN name TEXT NOT NULL DEFAULT '';

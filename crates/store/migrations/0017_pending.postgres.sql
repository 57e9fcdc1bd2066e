-- Words wait in a list until 256 kB of them are put into the index together. The server's own 4 MB is several times the index of
-- a small desk, every search reads the list from its beginning, and the message that fills it waits until all of it is put in.
ALTER INDEX search_doc_words SET (gin_pending_list_limit = 256);

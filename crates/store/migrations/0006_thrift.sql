-- What a message leaves behind, made smaller, and what large desks look for.

-- A public number is found by the key: it is never higher than `seq`, and both rise together under the stream's lock.
DROP INDEX event_public;

-- Ended sessions are looked for every minute.
CREATE INDEX visitor_session_expires ON visitor_session (expires_at);

-- The resources that were picked (RFC 8707), with spaces between them; none: the client's audience.
ALTER TABLE approval ADD COLUMN targets TEXT NOT NULL DEFAULT '';

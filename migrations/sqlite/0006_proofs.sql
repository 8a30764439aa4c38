-- The key that a code is bound to, and the one that its family of refresh tokens is bound to.
ALTER TABLE approval ADD COLUMN code_key TEXT;
ALTER TABLE approval ADD COLUMN refresh_key TEXT;

-- The key that a code is bound to, and the one that its family of refresh tokens is bound to.
ALTER TABLE approval ADD COLUMN code_key TEXT;
ALTER TABLE approval ADD COLUMN refresh_key TEXT;

-- What may be used once, and was: proofs of possession. Forgotten when they would be too old anyway.
CREATE TABLE used_once (
    digest BLOB NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_once_expiry ON used_once (expires_at);

-- The secret itself, sealed: for clients whose assertions are checked with it.
ALTER TABLE client_secret ADD COLUMN sealed BYTEA;

-- What may be used once, and was. Forgotten when it would be too old anyway.
CREATE TABLE used_once (
    digest BYTEA NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_once_expiry ON used_once (expires_at);

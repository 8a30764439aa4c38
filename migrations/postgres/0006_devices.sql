-- A device without a browser that waits for a person, or waited.
CREATE TABLE device_authorization (
    digest BYTEA NOT NULL PRIMARY KEY,
    user_code TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    targets TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    poll_interval BIGINT NOT NULL,
    polled_at BIGINT,
    approval_id TEXT,
    denied_at BIGINT
);
CREATE UNIQUE INDEX device_authorization_user_code ON device_authorization (user_code);
CREATE INDEX device_authorization_expiry ON device_authorization (expires_at);

-- The device that an interaction is about, if it is about one.
ALTER TABLE interaction ADD COLUMN device_digest BYTEA;

-- Authorization requests that clients pushed (RFC 9126), and the interactions that came of them.
-- The same names and columns as migrations/postgres/0008_pushed_requests.sql; a test compares them.

CREATE TABLE pushed_request (
    digest BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    parameters TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    browser TEXT,
    used_at BIGINT
);
CREATE INDEX pushed_request_expiry ON pushed_request (expires_at);

ALTER TABLE interaction ADD COLUMN pushed_digest BLOB;

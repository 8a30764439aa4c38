-- The keys of machine users (RFC 7523), and requests that people approve on another device (CIBA).
-- The same names and columns as migrations/sqlite/0009_keys_and_approvals.sql; a test compares them.

CREATE TABLE machine_key (
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
    jwk TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (subject_id, id)
);

CREATE TABLE backchannel_request (
    digest BYTEA NOT NULL PRIMARY KEY,
    -- What its page is called: it is no secret, and opens nothing.
    id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    targets TEXT NOT NULL,
    binding_message TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    poll_interval BIGINT NOT NULL,
    polled_at BIGINT,
    approval_id TEXT,
    denied_at BIGINT,
    -- What the client is to be told with, sealed; null: it asks by itself.
    notice BYTEA,
    -- When it is to be told next; null: it is not.
    notice_due_at BIGINT,
    notice_tries BIGINT NOT NULL
);
CREATE UNIQUE INDEX backchannel_request_id ON backchannel_request (id);
CREATE INDEX backchannel_request_subject ON backchannel_request (subject_id, expires_at);
CREATE INDEX backchannel_request_expiry ON backchannel_request (expires_at);
CREATE INDEX backchannel_request_notice ON backchannel_request (notice_due_at)
    WHERE notice_due_at IS NOT NULL;

-- The page of our own that a person signs in for, if it is none of a client.
ALTER TABLE interaction ADD COLUMN own_page TEXT;

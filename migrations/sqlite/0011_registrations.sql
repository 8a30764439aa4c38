-- Clients that came by themselves (RFC 7591, client ID metadata documents), and the tokens that let
-- them. The same names and columns as migrations/postgres/0011_registrations.sql; a test compares
-- them.

-- NULL: an operator made it.
ALTER TABLE client ADD COLUMN origin TEXT;

CREATE TABLE client_registration (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES client (id) ON DELETE CASCADE,
    digest BLOB,
    initial_token_id TEXT,
    policy TEXT,
    details TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    unused_until BIGINT
);
CREATE INDEX client_registration_expiry ON client_registration (unused_until);

CREATE TABLE initial_access_token (
    id TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    name TEXT NOT NULL,
    policy TEXT NOT NULL,
    uses_left BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX initial_access_token_digest ON initial_access_token (digest);
CREATE INDEX initial_access_token_expiry ON initial_access_token (expires_at);

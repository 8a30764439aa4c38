CREATE TABLE personal_access_token (
    id TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- JSON arrays; null: not limited.
    organizations TEXT,
    roles TEXT,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX personal_access_token_digest ON personal_access_token (digest);
CREATE INDEX personal_access_token_subject ON personal_access_token (subject_id, id);
CREATE INDEX personal_access_token_expiry ON personal_access_token (expires_at);

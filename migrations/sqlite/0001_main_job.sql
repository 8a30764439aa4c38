-- Instants are whole seconds since 1970 (UTC). A flag is a nullable instant: it also says when.
-- The same names and columns as migrations/postgres/0001_main_job.sql; a test compares them.

CREATE TABLE organization (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE role (
    key TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE subject (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organization (id),
    kind TEXT NOT NULL,
    username TEXT NOT NULL,
    profile TEXT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE INDEX subject_organization ON subject (organization_id);

-- User names and proven e-mail addresses in one space: nobody's name is another's address.
CREATE TABLE identifier (
    canonical TEXT NOT NULL PRIMARY KEY,
    subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE
);
CREATE INDEX identifier_subject ON identifier (subject_id);

CREATE TABLE role_grant (
    subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organization (id),
    role_key TEXT NOT NULL REFERENCES role (key),
    PRIMARY KEY (subject_id, organization_id, role_key)
);

CREATE TABLE client (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT REFERENCES organization (id),
    machine_id TEXT REFERENCES subject (id),
    metadata TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE client_secret (
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (client_id, digest)
);

-- What a browser's cookie stands for.
CREATE TABLE browser (
    digest BLOB NOT NULL PRIMARY KEY,
    data TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX browser_expiry ON browser (expires_at);

CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY,
    subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
    authenticated_at BIGINT NOT NULL,
    methods TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX session_subject ON session (subject_id);
CREATE INDEX session_age ON session (created_at);

CREATE TABLE interaction (
    digest BLOB NOT NULL PRIMARY KEY,
    browser TEXT NOT NULL,
    parameters TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    chosen_session TEXT,
    allowed_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX interaction_expiry ON interaction (expires_at);

CREATE TABLE consent (
    subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (subject_id, client_id)
);

-- One sign-in of one person for one client, and all that came of it.
CREATE TABLE approval (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    subject_id TEXT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    offline_at BIGINT,
    claims TEXT NOT NULL,
    nonce TEXT,
    authenticated_at BIGINT NOT NULL,
    acr TEXT NOT NULL,
    methods TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    code_digest BLOB NOT NULL,
    code_expires_at BIGINT NOT NULL,
    redeemed_at BIGINT,
    refresh_family BLOB,
    refresh_current BLOB,
    refresh_previous BLOB,
    refresh_rotated_at BIGINT,
    refresh_expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX approval_code ON approval (code_digest);
CREATE UNIQUE INDEX approval_refresh ON approval (refresh_family);
CREATE INDEX approval_session ON approval (session_id);
CREATE INDEX approval_subject ON approval (subject_id, client_id);
CREATE INDEX approval_expiry ON approval (refresh_expires_at);
CREATE INDEX approval_pending ON approval (code_expires_at) WHERE redeemed_at IS NULL;

CREATE TABLE access_token (
    digest BLOB NOT NULL PRIMARY KEY,
    claims TEXT NOT NULL,
    claims_request TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX access_token_expiry ON access_token (expires_at);

CREATE TABLE revoked_token (
    jti TEXT NOT NULL PRIMARY KEY,
    revoked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_token_expiry ON revoked_token (expires_at);

CREATE TABLE attempt (
    account BLOB NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX attempt_age ON attempt (last_at);

CREATE TABLE signing_key (
    id TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    generation BIGINT NOT NULL,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    activates_at BIGINT NOT NULL,
    UNIQUE (algorithm, generation)
);

-- What other instances must forget: one row a thing, with the number of its changes.
CREATE TABLE change_feed (
    noun TEXT NOT NULL,
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (noun, key)
);
CREATE INDEX change_feed_age ON change_feed (changed_at);

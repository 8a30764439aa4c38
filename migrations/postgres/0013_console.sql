-- The link by which the first administrator is made, and what is counted for the console.
-- The same names and columns as migrations/sqlite/0013_console.sql; a test compares them.

CREATE TABLE set_up (
    id BIGINT NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL,
    organization_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE activity (
    hour BIGINT NOT NULL,
    what TEXT NOT NULL,
    outcome TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (hour, what, outcome)
);

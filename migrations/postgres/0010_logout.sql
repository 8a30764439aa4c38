-- Clients that have to be told of the end of a session, until they are (Back-Channel Logout).
-- The same names and columns as migrations/sqlite/0010_logout.sql; a test compares them.

-- Of these, one try at a time: whoever counts it up has the row to itself until `due_at`.
CREATE TABLE logout_notice (
    session_id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    subject_id TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, client_id)
);
CREATE INDEX logout_notice_client ON logout_notice (client_id);
CREATE INDEX logout_notice_due ON logout_notice (due_at);

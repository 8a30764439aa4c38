-- What an installation makes once and keeps for ever, sealed: the key of pairwise identifiers.
CREATE TABLE installation_secret (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL
);

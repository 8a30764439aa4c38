-- What an installation makes once and keeps for ever, sealed: the key of pairwise identifiers.
CREATE TABLE installation_secret (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL
);

-- The keys that others encrypt for, each for one way of it. They live as signing keys do.
CREATE TABLE encryption_key (
    id TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    generation BIGINT NOT NULL,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    activates_at BIGINT NOT NULL,
    UNIQUE (algorithm, generation)
);

-- A role of one organization, or of all.
ALTER TABLE role ADD COLUMN organization_id TEXT REFERENCES organization (id);

-- The first moment at which the grant no longer counts; null: it does not end.
ALTER TABLE role_grant ADD COLUMN expires_at BIGINT;
CREATE INDEX role_grant_organization ON role_grant (organization_id, subject_id);
CREATE INDEX role_grant_holder ON role_grant (organization_id, role_key, subject_id);

-- How often it was changed: what an ETag says.
ALTER TABLE organization ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE role ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE subject ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE client ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- Those who hold one role in the manager act as another in what it manages.
CREATE TABLE organization_relation (
    manager_id TEXT NOT NULL REFERENCES organization (id),
    held_role TEXT NOT NULL REFERENCES role (key),
    managed_id TEXT NOT NULL REFERENCES organization (id),
    acting_role TEXT NOT NULL REFERENCES role (key),
    PRIMARY KEY (manager_id, held_role, managed_id, acting_role)
);
CREATE INDEX organization_relation_managed ON organization_relation (managed_id);

-- A protected API, with its scopes and endpoints.
CREATE TABLE api (
    audience TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Which role grants which scope: every change is a new row, and the greatest version is in force.
CREATE TABLE rule_set (
    version BIGINT NOT NULL PRIMARY KEY,
    rules TEXT NOT NULL,
    author TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Who did what. Never changed, never with a secret.
CREATE TABLE audit_event (
    id TEXT NOT NULL PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    client_id TEXT,
    address TEXT,
    request_id TEXT,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    organization_id TEXT,
    detail TEXT NOT NULL
);
CREATE INDEX audit_event_object ON audit_event (object, id);
CREATE INDEX audit_event_organization ON audit_event (organization_id, id);
CREATE INDEX audit_event_actor ON audit_event (actor, id);

-- Who may run this provider. Roles and rules like any other: they can be changed.
INSERT INTO role (key, name) VALUES ('super_admin', 'Super administrator')
    ON CONFLICT (key) DO NOTHING;
INSERT INTO role (key, name) VALUES ('organization_admin', 'Organization administrator')
    ON CONFLICT (key) DO NOTHING;
INSERT INTO role (key, name) VALUES ('auditor', 'Auditor') ON CONFLICT (key) DO NOTHING;
INSERT INTO rule_set (version, rules, author, comment, created_at) VALUES (1, '[
{"role":"auditor","pattern":"Symbolon.Access.v1.Evaluate","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Access.v1.Search","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Apis.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Audit.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Clients.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Grants.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Keys.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Machines.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Organizations.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Roles.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Rules.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Sessions.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Tokens.Read","effect":"allow"},
{"role":"auditor","pattern":"Symbolon.Admin.v1.Users.Read","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Access.v1.Evaluate","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Access.v1.Search","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Audit.Read","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Clients.*","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Grants.*","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Machines.*","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Organizations.Read","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Roles.*","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Sessions.*","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Tokens.*","effect":"allow"},
{"role":"organization_admin","pattern":"Symbolon.Admin.v1.Users.*","effect":"allow"},
{"role":"super_admin","pattern":"Symbolon.*","effect":"allow"}
]', 'symbolon', 'the rules of a new installation', 0);

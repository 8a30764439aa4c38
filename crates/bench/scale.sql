-- 100,000 people, 10,000 organizations, a million role grants, and a platform that manages them all.
-- One text for both databases; the demo state is there already.
INSERT INTO organization (id, name, created_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
SELECT 'scale-' || i, 'Organization ' || i, 0 FROM n;

INSERT INTO subject (id, organization_id, kind, username, profile, created_at, updated_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
SELECT 'scale-person-' || i, 'scale-' || (1 + i % 10000), 'person', 'scale-person-' || i, '{}', 0, 0
FROM n;

INSERT INTO identifier (canonical, subject_id)
SELECT username, id FROM subject WHERE id LIKE 'scale-person-%';

INSERT INTO role_grant (subject_id, organization_id, role_key)
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
SELECT 'scale-person-' || (1 + i % 100000),
    'scale-' || (1 + (i / 100000 * 997 + i % 100000) % 10000), 'viewer' FROM n;

INSERT INTO organization_relation (manager_id, held_role, managed_id, acting_role)
SELECT 'acme', 'admin', id, 'viewer' FROM organization WHERE id LIKE 'scale-%';

ANALYZE;

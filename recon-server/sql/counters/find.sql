SELECT c.created_at AS "created_at!", p.version AS "version!", p.profile AS "profile!"
FROM counter c
JOIN counter_profile p ON p.tenant_id = c.tenant_id AND p.counter_id = c.counter_id
WHERE c.tenant_id = $1 AND c.counter_id = $2
ORDER BY p.version DESC
LIMIT 1

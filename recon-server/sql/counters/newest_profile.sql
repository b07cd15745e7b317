SELECT version AS "version!", profile AS "profile!"
FROM counter_profile
WHERE tenant_id = $1 AND counter_id = $2
ORDER BY version DESC
LIMIT 1

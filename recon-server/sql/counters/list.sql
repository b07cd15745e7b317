SELECT c.counter_id AS "counter_id!", c.created_at AS "created_at!", p.version AS "version!", p.profile AS "profile!"
FROM counter c
JOIN counter_profile p ON p.tenant_id = c.tenant_id AND p.counter_id = c.counter_id
WHERE c.tenant_id = $1
  AND NOT EXISTS (
    SELECT 1 FROM counter_profile newer
    WHERE newer.tenant_id = p.tenant_id AND newer.counter_id = p.counter_id AND newer.version > p.version
  )
ORDER BY c.counter_id

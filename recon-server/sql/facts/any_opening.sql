SELECT l.record_key AS "record_key!"
FROM opening_item l
WHERE l.tenant_id = $1 AND l.source = $2
LIMIT 1

SELECT counter_id AS "counter_id!"
FROM counter
WHERE tenant_id = $1
ORDER BY counter_id

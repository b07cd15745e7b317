SELECT number AS "number!", item AS "item!"
FROM inbox_item
WHERE tenant_id = $1 AND counter_id = $2 AND number > $3
ORDER BY number
LIMIT $4

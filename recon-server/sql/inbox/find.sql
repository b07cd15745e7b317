SELECT number AS "number!"
FROM inbox_item
WHERE tenant_id = $1 AND counter_id = $2 AND decision_key = $3

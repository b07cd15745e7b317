SELECT counter_id AS "counter_id!", item AS "item!"
FROM inbox_item
WHERE tenant_id = $1 AND decision_key LIKE 'attempt:%'
ORDER BY counter_id, number

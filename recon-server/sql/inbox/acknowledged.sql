SELECT COALESCE(MAX(number), 0) AS "number!: i64"
FROM inbox_receipt
WHERE tenant_id = $1 AND counter_id = $2 AND incarnation = $3

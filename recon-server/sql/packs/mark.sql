SELECT COALESCE(MAX(last_sequence), 0) AS "last_sequence!: i64"
FROM sale_pack
WHERE tenant_id = $1 AND counter_id = $2 AND incarnation = $3

SELECT COALESCE(MAX(version), 0) AS "version!: i64"
FROM counter_holiday
WHERE tenant_id = $1 AND counter_id = $2 AND day = $3

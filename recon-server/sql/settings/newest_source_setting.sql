SELECT version AS "version!", config AS "config!"
FROM source_setting
WHERE tenant_id = $1 AND source = $2 AND valid_from = $3
ORDER BY version DESC
LIMIT 1

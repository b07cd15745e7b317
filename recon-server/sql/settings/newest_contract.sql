SELECT version AS "version!", config AS "config!"
FROM contract
WHERE tenant_id = $1 AND contract_id = $2 AND valid_from = $3
ORDER BY version DESC
LIMIT 1

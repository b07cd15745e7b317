SELECT revision AS "revision!", content_sha256 AS "content_sha256!"
FROM statement_line
WHERE tenant_id = $1 AND source = $2 AND record_key = $3 AND occurrence = $4
ORDER BY revision DESC
LIMIT 1

SELECT b.sha256 AS "sha256!"
FROM file_bytes b
WHERE b.tenant_id = $1 AND b.sha256 = $2

SELECT bytes AS "bytes!"
FROM audit_blob
WHERE tenant_id = $1 AND sha256 = $2

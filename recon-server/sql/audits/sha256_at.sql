SELECT sha256 AS "sha256!"
FROM audit_manifest
WHERE tenant_id = $1 AND manifest_number = $2

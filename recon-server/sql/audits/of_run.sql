SELECT
    manifest_number AS "manifest_number!", kind AS "kind!", run_number AS "run_number!", document AS "document!",
    sha256 AS "sha256!", previous_sha256 AS "previous_sha256!", made_at AS "made_at!"
FROM audit_manifest
WHERE tenant_id = $1 AND run_number = $2 AND kind = 'run'
ORDER BY manifest_number
LIMIT 1

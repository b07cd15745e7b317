INSERT INTO audit_manifest (tenant_id, manifest_number, kind, run_number, document, sha256, previous_sha256, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

INSERT INTO audit_blob (tenant_id, sha256, bytes) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, sha256) DO NOTHING

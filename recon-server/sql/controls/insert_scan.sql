INSERT INTO control_scan (tenant_id, request_id, sha256, bytes)
VALUES ($1, $2, $3, $4)

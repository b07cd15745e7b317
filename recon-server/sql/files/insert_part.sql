INSERT INTO file_part (tenant_id, sha256, part, bytes) VALUES ($1, $2, $3, $4)

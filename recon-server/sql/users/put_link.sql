INSERT INTO one_time_link (tenant_id, token_sha256, purpose, user_id, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)

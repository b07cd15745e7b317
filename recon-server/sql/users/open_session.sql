INSERT INTO user_session (tenant_id, id_sha256, user_id, created_at, idle_expires_at, absolute_expires_at)
VALUES ($1, $2, $3, $4, $5, $6)

UPDATE user_session SET idle_expires_at = $3
WHERE tenant_id = $1 AND id_sha256 = $2

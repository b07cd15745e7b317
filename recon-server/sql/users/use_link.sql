UPDATE one_time_link SET used_at = $3
WHERE tenant_id = $1 AND token_sha256 = $2 AND used_at IS NULL AND expires_at > $3

SELECT purpose AS "purpose!", user_id AS "user_id?", created_at AS "created_at!", expires_at AS "expires_at!"
FROM one_time_link
WHERE tenant_id = $1 AND token_sha256 = $2 AND used_at IS NULL AND expires_at > $3

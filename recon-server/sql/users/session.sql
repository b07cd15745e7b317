SELECT s.user_id AS "user_id!", s.created_at AS "created_at!", s.idle_expires_at AS "idle_expires_at!",
    s.absolute_expires_at AS "absolute_expires_at!"
FROM user_session s
JOIN staff_user u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id
WHERE s.tenant_id = $1 AND s.id_sha256 = $2 AND s.idle_expires_at > $3 AND s.absolute_expires_at > $3 AND u.active = TRUE

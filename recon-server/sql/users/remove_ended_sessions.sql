DELETE FROM user_session WHERE tenant_id = $1 AND (idle_expires_at <= $2 OR absolute_expires_at <= $2)

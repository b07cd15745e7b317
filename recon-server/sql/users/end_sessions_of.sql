DELETE FROM user_session WHERE tenant_id = $1 AND user_id = $2

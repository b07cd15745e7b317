DELETE FROM user_session WHERE tenant_id = $1 AND id_sha256 = $2

UPDATE staff_user SET label = $3, role = $4, password_hash = $5, active = $6
WHERE tenant_id = $1 AND user_id = $2

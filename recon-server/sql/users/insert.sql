INSERT INTO staff_user (tenant_id, user_id, label, role, password_hash, active, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

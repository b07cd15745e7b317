SELECT u.user_id AS "user_id!", u.label AS "label!", u.role AS "role!", u.password_hash AS "password_hash?",
    u.active AS "active!: bool", u.created_at AS "created_at!"
FROM staff_user u
WHERE u.tenant_id = $1
ORDER BY u.user_id

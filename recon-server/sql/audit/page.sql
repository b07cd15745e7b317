SELECT audit_number AS "audit_number!", at AS "at!", actor AS "actor!", action AS "action!", subject AS "subject!",
    detail AS "detail!"
FROM audit_entry
WHERE tenant_id = $1 AND audit_number < $2
ORDER BY audit_number DESC
LIMIT $3

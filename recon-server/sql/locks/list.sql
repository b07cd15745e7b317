SELECT lock_number AS "lock_number!", contract_id AS "contract_id?", through_day AS "through_day!", state AS "state!",
    reason AS "reason!", run_number AS "run_number!", watermark AS "watermark!", actor AS "actor!", approver AS "approver?",
    at AS "at!"
FROM period_lock
WHERE tenant_id = $1
ORDER BY lock_number

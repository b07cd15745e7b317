INSERT INTO period_lock
    (tenant_id, lock_number, contract_id, through_day, state, reason, run_number, watermark, actor, approver, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

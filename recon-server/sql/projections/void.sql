INSERT INTO sale_void
    (tenant_id, counter_id, incarnation, sequence_number, sale_id, receipt_counter, receipt_incarnation,
     receipt_number, business_day, amount, method, reason, attempt_id, operator, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

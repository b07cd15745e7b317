INSERT INTO refund_request
    (tenant_id, refund_id, sale_id, counter_id, contract_id, method, brand, original_payment_date, amount, ground, way,
     refunded_on, requested_by, requested_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

INSERT INTO attempt
    (tenant_id, counter_id, incarnation, sequence_number, attempt_id, sale_id, protocol_sequence, original_id,
     method, route, contract_id, brand, amount, business_day, requested_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

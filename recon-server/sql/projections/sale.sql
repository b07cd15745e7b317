INSERT INTO sale
    (tenant_id, counter_id, incarnation, sequence_number, sale_id, receipt_counter, receipt_incarnation,
     receipt_number, business_day, payment_date, paid_at, total, method, route, brand, contract_id,
     attempt_id, amount, tendered, change_given, standing, terminal_id, slip_number, approval_code,
     sheet_number, payer_digits, lines, operator, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
     $21, $22, $23, $24, $25, $26, $27, $28, $29)

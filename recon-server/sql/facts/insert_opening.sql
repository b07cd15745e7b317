INSERT INTO opening_item
    (tenant_id, source, record_key, occurrence, revision, file_number, row_number, content_sha256, contract_id, method, brand,
     terminal_id, slip_number, approval_code, paid_at, day, amount, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)

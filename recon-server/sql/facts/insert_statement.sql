INSERT INTO statement_line
    (tenant_id, source, record_key, occurrence, revision, file_number, row_number, content_sha256, class, contract_id,
     brand, terminal_id, slip_number, approval_code, transaction_id, amount, day, payout_date, document)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)

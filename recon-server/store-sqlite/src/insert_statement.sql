INSERT INTO statement_line
    (tenant_id, source, file_number, row_number, record_key, occurrence, revision, content_sha256, class, contract_id, brand,
     terminal_id, slip_number, approval_code, transaction_id, amount, day, payout_date, paid_at, status_word, brand_word, reference,
     payer_digits)
VALUES

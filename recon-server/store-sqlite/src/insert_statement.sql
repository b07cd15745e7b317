INSERT INTO statement_line
    (tenant_id, source, file_number, record_key, occurrence, revision, row_number, content_sha256, class, contract_id,
     brand, terminal_id, slip_number, approval_code, transaction_id, amount, day, payout_date, document)
SELECT $1, $2, $3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, unhex(value ->> 4), value ->> 5, value ->> 6,
    value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15
FROM jsonb_each($4)

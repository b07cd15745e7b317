INSERT INTO statement_line
    (tenant_id, source, file_number, record_key, occurrence, revision, row_number, content_sha256, class, contract_id,
     brand, terminal_id, slip_number, approval_code, transaction_id, amount, day, payout_date, paid_at, status_word, brand_word,
     reference, payer_digits)
SELECT $1, $2, $3, row.*
FROM UNNEST(
    $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[],
    $13::text[], $14::text[], $15::text[], $16::bigint[], $17::text[], $18::text[], $19::bigint[],
    $20::text[], $21::text[], $22::text[], $23::text[]
) AS row

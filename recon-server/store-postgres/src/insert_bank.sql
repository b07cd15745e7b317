INSERT INTO bank_entry
    (tenant_id, source, file_number, record_key, occurrence, revision, row_number, content_sha256, account, booked_on,
     value_date, amount, class, remitter_code, remitter_name, inquiry_number, document)
SELECT $1, $2, $3, row.*
FROM UNNEST(
    $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::bigint[],
    $13::text[], $14::text[], $15::text[], $16::text[], $17::text[]
) AS row

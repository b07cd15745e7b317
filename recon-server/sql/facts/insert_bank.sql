INSERT INTO bank_entry
    (tenant_id, source, record_key, occurrence, revision, file_number, row_number, content_sha256, account, booked_on,
     value_date, amount, class, remitter_code, remitter_name, inquiry_number, document)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)

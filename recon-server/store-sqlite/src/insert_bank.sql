INSERT INTO bank_entry
    (tenant_id, source, file_number, record_key, occurrence, revision, row_number, content_sha256, account, booked_on,
     value_date, amount, class, remitter_code, remitter_name, inquiry_number, document)
SELECT $1, $2, $3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, unhex(value ->> 4), value ->> 5, value ->> 6,
    value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13
FROM jsonb_each($4)

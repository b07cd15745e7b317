SELECT l.source AS "source!", l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.file_number AS "file_number!", l.row_number AS "row_number!", l.content_sha256 AS "content_sha256!",
    l.account AS "account!", l.booked_on AS "booked_on!", l.value_date AS "value_date?", l.amount AS "amount!",
    l.class AS "class!", l.remitter_code AS "remitter_code?", l.remitter_name AS "remitter_name?",
    l.inquiry_number AS "inquiry_number?", l.document AS "document!"
FROM bank_entry l
WHERE l.tenant_id = $1 AND l.source = $2 AND l.record_key = $3 AND l.occurrence = $4 AND l.revision = $5

SELECT l.source AS "source!", l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.file_number AS "file_number!", l.row_number AS "row_number!", l.content_sha256 AS "content_sha256!",
    l.account AS "account!", l.booked_on AS "booked_on!", l.value_date AS "value_date?", l.amount AS "amount!",
    l.class AS "class!", l.remitter_code AS "remitter_code?", l.remitter_name AS "remitter_name?",
    l.inquiry_number AS "inquiry_number?", l.document AS "document!"
FROM bank_entry l
WHERE l.tenant_id = $1 AND l.booked_on BETWEEN $2 AND $3 AND l.file_number <= $4
  AND NOT EXISTS (
    SELECT 1 FROM bank_entry newer
    WHERE newer.tenant_id = l.tenant_id AND newer.source = l.source AND newer.record_key = l.record_key
      AND newer.occurrence = l.occurrence AND newer.revision > l.revision AND newer.file_number <= $4
  )
  AND NOT EXISTS (
    SELECT 1 FROM withdrawn_row gone
    WHERE gone.tenant_id = l.tenant_id AND gone.source = l.source AND gone.record_key = l.record_key
      AND gone.occurrence = l.occurrence AND gone.revision = l.revision AND gone.file_number <= $4
  )
ORDER BY l.source, l.record_key, l.occurrence

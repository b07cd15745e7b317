SELECT l.source AS "source!", l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.file_number AS "file_number!", l.row_number AS "row_number!", l.content_sha256 AS "content_sha256!",
    l.contract_id AS "contract_id!", l.method AS "method!", l.brand AS "brand?", l.terminal_id AS "terminal_id?",
    l.slip_number AS "slip_number?", l.approval_code AS "approval_code?", l.paid_at AS "paid_at!", l.day AS "day!",
    l.amount AS "amount!", l.note AS "note!"
FROM opening_item l
WHERE l.tenant_id = $1 AND l.source = $2 AND l.record_key = $3 AND l.occurrence = $4 AND l.revision = $5

SELECT l.source AS "source!", l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.file_number AS "file_number!", l.row_number AS "row_number!", l.content_sha256 AS "content_sha256!",
    l.class AS "class!", l.contract_id AS "contract_id!", l.brand AS "brand?", l.terminal_id AS "terminal_id?",
    l.slip_number AS "slip_number?", l.approval_code AS "approval_code?", l.transaction_id AS "transaction_id?",
    l.amount AS "amount!", l.day AS "day!", l.payout_date AS "payout_date?",
    l.paid_at AS "paid_at!", l.status_word AS "status_word!", l.brand_word AS "brand_word!", l.reference AS "reference?",
    l.payer_digits AS "payer_digits?"
FROM statement_line l
WHERE l.tenant_id = $1 AND l.source = $2 AND l.record_key = $3 AND l.occurrence = $4 AND l.revision = $5

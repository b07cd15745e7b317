SELECT l.source AS "source!", l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.file_number AS "file_number!", l.row_number AS "row_number!", l.content_sha256 AS "content_sha256!",
    l.class AS "class!", l.contract_id AS "contract_id!", l.brand AS "brand?", l.terminal_id AS "terminal_id?",
    l.slip_number AS "slip_number?", l.approval_code AS "approval_code?", l.transaction_id AS "transaction_id?",
    l.amount AS "amount!", l.day AS "day!", l.payout_date AS "payout_date?",
    l.paid_at AS "paid_at!", l.status_word AS "status_word!", l.brand_word AS "brand_word!", l.reference AS "reference?",
    l.payer_digits AS "payer_digits?"
FROM statement_line l
WHERE l.tenant_id = $1 AND l.day BETWEEN $2 AND $3 AND l.file_number <= $4
  AND NOT EXISTS (
    SELECT 1 FROM statement_line newer
    WHERE newer.tenant_id = l.tenant_id AND newer.source = l.source AND newer.record_key = l.record_key
      AND newer.occurrence = l.occurrence AND newer.revision > l.revision AND newer.file_number <= $4
  )
  AND NOT EXISTS (
    SELECT 1 FROM withdrawn_row gone
    WHERE gone.tenant_id = l.tenant_id AND gone.source = l.source AND gone.record_key = l.record_key
      AND gone.occurrence = l.occurrence AND gone.revision = l.revision AND gone.file_number <= $4
  )
ORDER BY l.source, l.record_key, l.occurrence

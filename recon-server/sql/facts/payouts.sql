SELECT l.source AS "source!", l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.file_number AS "file_number!", l.row_number AS "row_number!", l.content_sha256 AS "content_sha256!",
    l.contract_id AS "contract_id!", l.from_day AS "from_day!", l.to_day AS "to_day!", l.paid_on AS "paid_on?",
    l.gross AS "gross!", l.fee AS "fee!", l.net AS "net!", l.document AS "document!"
FROM payout_line l
WHERE l.tenant_id = $1 AND l.to_day BETWEEN $2 AND $3 AND l.file_number <= $4
  AND NOT EXISTS (
    SELECT 1 FROM payout_line newer
    WHERE newer.tenant_id = l.tenant_id AND newer.source = l.source AND newer.record_key = l.record_key
      AND newer.occurrence = l.occurrence AND newer.revision > l.revision AND newer.file_number <= $4
  )
  AND NOT EXISTS (
    SELECT 1 FROM withdrawn_row gone
    WHERE gone.tenant_id = l.tenant_id AND gone.source = l.source AND gone.record_key = l.record_key
      AND gone.occurrence = l.occurrence AND gone.revision = l.revision AND gone.file_number <= $4
  )
ORDER BY l.source, l.record_key, l.occurrence

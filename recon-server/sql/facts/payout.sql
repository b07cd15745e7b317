SELECT l.source AS "source!", l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.file_number AS "file_number!", l.row_number AS "row_number!", l.content_sha256 AS "content_sha256!",
    l.contract_id AS "contract_id!", l.from_day AS "from_day!", l.to_day AS "to_day!", l.paid_on AS "paid_on?",
    l.gross AS "gross!", l.fee AS "fee!", l.net AS "net!", l.document AS "document!"
FROM payout_line l
WHERE l.tenant_id = $1 AND l.source = $2 AND l.record_key = $3 AND l.occurrence = $4 AND l.revision = $5

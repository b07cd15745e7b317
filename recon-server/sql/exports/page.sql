SELECT
    export_number AS "export_number!", template AS "template!", from_day AS "from_day!", to_day AS "to_day!",
    batch_id AS "batch_id!", issue AS "issue!", file_name AS "file_name!", file_sha256 AS "file_sha256!",
    content_sha256 AS "content_sha256!", row_count AS "row_count!", amount AS "amount!", fee AS "fee!", refund AS "refund!",
    exported_by AS "exported_by!", exported_at AS "exported_at!"
FROM finance_export
WHERE tenant_id = $1 AND export_number < $2
ORDER BY export_number DESC
LIMIT $3

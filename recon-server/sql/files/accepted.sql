SELECT
    f.file_number AS "file_number!", f.sha256 AS "sha256!", f.source AS "source!", f.kind AS "kind!", f.holds AS "holds?", f.brings AS "brings?", f.name AS "name!",
    f.received_at AS "received_at!", f.uploader AS "uploader!", f.period_from AS "period_from?", f.period_to AS "period_to?",
    f.state AS "state!", f.mode AS "mode!", f.withdrawn_rows AS "withdrawn_rows!", f.refusal AS "refusal?", f.new_rows AS "new_rows!", f.revised_rows AS "revised_rows!",
    f.unchanged_rows AS "unchanged_rows!", CAST(length(b.bytes) AS BIGINT)
        + (SELECT COALESCE(CAST(SUM(length(p.bytes)) AS BIGINT), 0) FROM file_part p
            WHERE p.tenant_id = f.tenant_id AND p.sha256 = f.sha256) AS "length!: i64"
FROM source_file f
JOIN file_bytes b ON b.tenant_id = f.tenant_id AND b.sha256 = f.sha256
WHERE f.tenant_id = $1 AND f.source = $2 AND f.sha256 = $3 AND f.state = 'accepted'

SELECT
    match_number AS "match_number!", scope_from AS "scope_from!", scope_to AS "scope_to!", compared_by AS "compared_by!",
    watermark AS "watermark!", exception_count AS "exception_count!", result AS "result!", created_at AS "created_at!",
    created_by AS "created_by!"
FROM stored_match
WHERE tenant_id = $1
ORDER BY match_number DESC
LIMIT $2

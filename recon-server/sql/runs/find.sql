SELECT run_number AS "run_number!", as_of AS "as_of!", scope_from AS "scope_from!", scope_to AS "scope_to!",
    config_version AS "config_version!", watermark AS "watermark!", input_sha256 AS "input_sha256!",
    output_sha256 AS "output_sha256!", verdict AS "verdict!", summary AS "summary!", created_at AS "created_at!",
    created_by AS "created_by!"
FROM match_run
WHERE tenant_id = $1 AND run_number = $2

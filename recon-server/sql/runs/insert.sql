INSERT INTO match_run
    (tenant_id, run_number, as_of, scope_from, scope_to, config_version, watermark, input_sha256, output_sha256, verdict,
     summary, created_at, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

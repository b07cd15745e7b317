INSERT INTO stored_match
    (tenant_id, match_number, scope_from, scope_to, compared_by, watermark, exception_count, result, created_at, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

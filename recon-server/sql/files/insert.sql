INSERT INTO source_file
    (tenant_id, file_number, sha256, source, kind, holds, brings, name, received_at, uploader, period_from, period_to, state, mode, refusal,
     new_rows, revised_rows, unchanged_rows)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 0, 0)

INSERT INTO finance_export
    (tenant_id, export_number, template, from_day, to_day, batch_id, issue, file_name, bytes, file_sha256, content_sha256,
     row_count, amount, fee, refund, exported_by, exported_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)

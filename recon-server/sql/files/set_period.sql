UPDATE source_file SET period_from = $3, period_to = $4
WHERE tenant_id = $1 AND file_number = $2

UPDATE source_file SET withdrawn_rows = $3
WHERE tenant_id = $1 AND file_number = $2

UPDATE source_file SET new_rows = $3, revised_rows = $4, unchanged_rows = $5
WHERE tenant_id = $1 AND file_number = $2

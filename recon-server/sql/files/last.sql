SELECT COALESCE(MAX(file_number), 0) AS "file_number!: i64"
FROM source_file
WHERE tenant_id = $1 AND state = 'accepted'

SELECT COUNT(*) AS "files!: i64"
FROM source_file f
WHERE f.tenant_id = $1 AND f.state = 'accepted' AND f.kind = 'statement' AND f.holds IS NULL
  AND f.new_rows + f.revised_rows > 0
  AND NOT EXISTS (SELECT 1 FROM statement_pack p WHERE p.tenant_id = f.tenant_id AND p.file_number = f.file_number)

INSERT INTO statement_pack (tenant_id, file_number, ordinal, row_count, first_day, last_day, body)
SELECT $1, $2, COALESCE(MAX(p.ordinal), 0) + 1, CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), $6
FROM statement_pack p
WHERE p.tenant_id = $1 AND p.file_number = $2

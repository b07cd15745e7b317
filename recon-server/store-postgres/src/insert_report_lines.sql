INSERT INTO match_report_line (tenant_id, run_number, report, position, line)
SELECT $1, $2, row.*
FROM UNNEST($3::text[], $4::bigint[], $5::text[]) AS row

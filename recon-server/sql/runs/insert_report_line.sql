INSERT INTO match_report_line (tenant_id, run_number, report, position, line) VALUES ($1, $2, $3, $4, $5)

INSERT INTO match_report_line (tenant_id, run_number, report, position, line)
VALUES

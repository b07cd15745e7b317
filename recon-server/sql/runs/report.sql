SELECT position AS "position!", line AS "line!"
FROM match_report_line
WHERE tenant_id = $1 AND run_number = $2 AND report = $3
ORDER BY position

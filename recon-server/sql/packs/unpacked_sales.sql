SELECT sequence_number AS "sequence_number!", COALESCE(terminal_id, sheet_number) AS "terminal?: String", slip_number AS "slip_number?",
    approval_code AS "approval_code?", payment_date AS "payment_date!", total AS "total!"
FROM sale
WHERE tenant_id = $1 AND counter_id = $2 AND incarnation = $3 AND sequence_number > $4
  AND method IN ('credit', 'electronic_money', 'code_static', 'code_dynamic', 'code_consumer_presented')
ORDER BY sequence_number
LIMIT $5

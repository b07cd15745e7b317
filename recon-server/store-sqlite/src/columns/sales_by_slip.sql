SELECT rowid, COALESCE(terminal_id, sheet_number), slip_number, total, payment_date
FROM sale
WHERE tenant_id = ?1 AND payment_date BETWEEN ?2 AND ?3
  AND method IN ('credit', 'electronic_money', 'code_static', 'code_dynamic', 'code_consumer_presented')

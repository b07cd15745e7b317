SELECT file_number, row_number, terminal_id, slip_number, day, amount
FROM statement_line
WHERE tenant_id = ?1 AND day BETWEEN ?2 AND ?3 AND class = 'sale'

SELECT rowid, terminal_id, slip_number, amount, day
FROM statement_line
WHERE tenant_id = ?1 AND day BETWEEN ?2 AND ?3 AND class = 'sale'

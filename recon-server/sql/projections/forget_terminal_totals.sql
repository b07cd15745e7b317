DELETE FROM terminal_totals WHERE tenant_id = $1

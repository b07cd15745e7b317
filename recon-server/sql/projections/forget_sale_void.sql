DELETE FROM sale_void WHERE tenant_id = $1

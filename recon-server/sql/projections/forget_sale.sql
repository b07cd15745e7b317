DELETE FROM sale WHERE tenant_id = $1

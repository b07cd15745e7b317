DELETE FROM attempt WHERE tenant_id = $1

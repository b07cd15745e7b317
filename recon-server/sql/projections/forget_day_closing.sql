DELETE FROM day_closing WHERE tenant_id = $1

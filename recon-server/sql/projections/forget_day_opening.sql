DELETE FROM day_opening WHERE tenant_id = $1

DELETE FROM sale_pack WHERE tenant_id = $1

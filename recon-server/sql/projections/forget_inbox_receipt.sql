DELETE FROM inbox_receipt WHERE tenant_id = $1

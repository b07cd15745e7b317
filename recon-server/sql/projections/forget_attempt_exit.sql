DELETE FROM attempt_exit WHERE tenant_id = $1

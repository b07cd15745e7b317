DELETE FROM stray_result WHERE tenant_id = $1

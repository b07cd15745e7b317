DELETE FROM attempt_outcome WHERE tenant_id = $1

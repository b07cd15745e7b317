SELECT bytes AS "bytes!"
FROM finance_export
WHERE tenant_id = $1 AND export_number = $2

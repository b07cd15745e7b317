SELECT bytes AS "bytes!"
FROM control_scan
WHERE tenant_id = $1 AND request_id = $2

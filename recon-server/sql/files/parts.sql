SELECT p.part AS "part!", p.bytes AS "bytes!"
FROM source_file f
JOIN file_part p ON p.tenant_id = f.tenant_id AND p.sha256 = f.sha256
WHERE f.tenant_id = $1 AND f.file_number = $2
ORDER BY p.part

SELECT b.bytes AS "bytes!"
FROM source_file f
JOIN file_bytes b ON b.tenant_id = f.tenant_id AND b.sha256 = f.sha256
WHERE f.tenant_id = $1 AND f.file_number = $2

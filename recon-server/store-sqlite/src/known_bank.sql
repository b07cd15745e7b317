SELECT l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.content_sha256 AS "content_sha256!"
FROM json_each($3) AS wanted
CROSS JOIN bank_entry l ON l.tenant_id = $1 AND l.source = $2 AND l.record_key = wanted.value
    AND l.occurrence BETWEEN $4 AND $5

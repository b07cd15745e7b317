SELECT l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.content_sha256 AS "content_sha256!"
FROM UNNEST($3::text[]) AS wanted (record_key)
JOIN bank_entry l ON l.tenant_id = $1 AND l.source = $2 AND l.record_key = wanted.record_key
    AND l.occurrence BETWEEN $4 AND $5

SELECT l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.content_sha256 AS "content_sha256!"
FROM UNNEST($3::text[]) AS wanted (record_key)
CROSS JOIN LATERAL (
    SELECT s.record_key, s.occurrence, s.revision, s.content_sha256
    FROM bank_entry s
    WHERE s.tenant_id = $1 AND s.source = $2 AND s.record_key = wanted.record_key AND s.occurrence BETWEEN $4 AND $5
    OFFSET 0
) AS l

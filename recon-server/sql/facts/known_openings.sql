SELECT l.record_key AS "record_key!", l.occurrence AS "occurrence!", l.revision AS "revision!",
    l.content_sha256 AS "content_sha256!"
FROM opening_item l
WHERE l.tenant_id = $1 AND l.source = $2

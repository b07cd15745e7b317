SELECT w.record_key AS "record_key!", w.occurrence AS "occurrence!", w.revision AS "revision!"
FROM withdrawn_row w
WHERE w.tenant_id = $1 AND w.source = $2

SELECT bytes AS "bytes!"
FROM journal_entry
WHERE tenant_id = $1 AND counter_id = $2 AND (incarnation, sequence_number) > ($3, $4)
ORDER BY incarnation, sequence_number
LIMIT $5

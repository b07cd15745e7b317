SELECT bytes AS "bytes!", received_at AS "received_at!"
FROM journal_entry
WHERE tenant_id = $1 AND counter_id = $2 AND incarnation = $3 AND sequence_number = $4

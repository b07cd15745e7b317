SELECT counter_id AS "counter_id!", incarnation AS "incarnation!", sequence_number AS "sequence_number!",
    hash AS "hash!", kind AS "kind!", reason AS "reason!", amount AS "amount?", received_at AS "received_at!",
    bytes AS "bytes!"
FROM aside_entry
WHERE tenant_id = $1
ORDER BY received_at, counter_id, incarnation, sequence_number, hash

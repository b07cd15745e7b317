SELECT counter_id AS "counter_id!", incarnation AS "incarnation!", sequence_number AS "sequence_number!",
    kind AS "kind!", payload_version AS "payload_version!", damaged AS "damaged!: bool"
FROM unread_entry
WHERE tenant_id = $1
ORDER BY counter_id, incarnation, sequence_number

INSERT INTO unread_entry
    (tenant_id, counter_id, incarnation, sequence_number, kind, payload_version, damaged)
VALUES ($1, $2, $3, $4, $5, $6, $7)

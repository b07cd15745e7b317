INSERT INTO inbox_receipt
    (tenant_id, counter_id, incarnation, sequence_number, number)
VALUES ($1, $2, $3, $4, $5)

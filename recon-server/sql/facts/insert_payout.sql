INSERT INTO payout_line
    (tenant_id, source, record_key, occurrence, revision, file_number, row_number, content_sha256, contract_id, from_day, to_day,
     paid_on, gross, fee, net, document)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)

INSERT INTO control_request
    (tenant_id, request_id, request_number, topic, action, subject, document, reason, requested_by, requested_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

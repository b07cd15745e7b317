INSERT INTO refund_decision
    (tenant_id, refund_id, approved, note, decided_by, decided_at, fiscal_year, refund_number)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

INSERT INTO control_decision
    (tenant_id, request_id, decision_number, approved, note, decided_by, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

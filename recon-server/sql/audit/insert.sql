INSERT INTO audit_entry (tenant_id, audit_number, at, actor, action, subject, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7)

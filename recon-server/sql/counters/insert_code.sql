INSERT INTO enrolment_code (tenant_id, code_sha256, counter_id, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)

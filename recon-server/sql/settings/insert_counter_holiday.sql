INSERT INTO counter_holiday (tenant_id, counter_id, day, version, closed, reason, entered_by, entered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

INSERT INTO match_exception
    (tenant_id, run_number, exception_id, class, leg, subject, amount, day, sentence, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

INSERT INTO match_exception (tenant_id, run_number, exception_id, class, leg, subject, amount, day, sentence, detail)
VALUES

INSERT INTO stored_match_exception
    (tenant_id, match_number, position, class, counter_id, incarnation, sequence_number, file_number, row_number, terminal_id,
     key_number, day, sale_amount, line_amount)
VALUES

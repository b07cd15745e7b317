SELECT CAST(ctid AS TEXT) AS "place!", counter_id AS "counter_id!", incarnation AS "incarnation!",
    sequence_number AS "sequence_number!"
FROM sale
WHERE ctid = ANY (CAST(CAST($1 AS TEXT[]) AS tid[]))

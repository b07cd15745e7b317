SELECT document AS "document!"
FROM signed_paper
WHERE tenant_id = $1 AND lock_number = $2 AND paper = $3

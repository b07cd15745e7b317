SELECT l.link_id AS "link_id!", l.leg AS "leg!", l.stage AS "stage!", l.evidence AS "evidence!", m.side AS "side!",
    m.subject AS "subject!", m.amount AS "amount!"
FROM match_link l
JOIN match_link_member m ON m.tenant_id = l.tenant_id AND m.run_number = l.run_number AND m.link_id = l.link_id
WHERE l.tenant_id = $1 AND l.run_number = $2
ORDER BY l.leg, l.link_id, m.position

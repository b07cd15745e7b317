SELECT r.request_id AS "request_id!: Uuid", r.request_number AS "request_number!", r.topic AS "topic!", r.action AS "action!",
    r.subject AS "subject!", r.document AS "document!", r.reason AS "reason!", r.requested_by AS "requested_by!",
    r.requested_at AS "requested_at!", d.decision_number AS "decision_number?", d.approved AS "approved?: bool", d.note AS "note?",
    d.decided_by AS "decided_by?", d.decided_at AS "decided_at?"
FROM control_request r
LEFT JOIN control_decision d ON d.tenant_id = r.tenant_id AND d.request_id = r.request_id
WHERE r.tenant_id = $1
ORDER BY r.request_number

SELECT counter_id AS "counter_id!", expires_at AS "expires_at!", used_at AS "used_at?"
FROM enrolment_code
WHERE tenant_id = $1 AND code_sha256 = $2

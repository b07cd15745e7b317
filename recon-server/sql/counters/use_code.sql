UPDATE enrolment_code SET used_at = $3, used_incarnation = $4
WHERE tenant_id = $1 AND code_sha256 = $2 AND used_at IS NULL

DELETE FROM overpayment WHERE tenant_id = $1

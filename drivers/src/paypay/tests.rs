//! PayPay: answers, conversation, cancel race, refunds, scripts, secrets.

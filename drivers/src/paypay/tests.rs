//! PayPay against the operator in software: answers, the conversation, the cancel race, refunds, fault scripts, secrets.

mod answers;
mod conversation;
mod privacy;
mod race;
mod refunds;
mod scripts;
mod support;

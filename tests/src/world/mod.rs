//! The world outside the house: the wallet operator, the card company's centre, the bank.
//!
//! Invariant: each keeps its own book, fed by what citizens and terminals really did, never by our journal. Their files are
//! what they say; our system has to tie them to what it says.

pub mod bank;
pub mod card_company;
pub mod wallet;

//! Formats from outside: hand-made golden files, refusals one by one, and what is written reads back.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the finding")]

mod bank;
mod bank_csv;
mod camt;
mod examples;
mod export;
mod notice;
mod parts;
mod payout;
mod random;
mod statement;
mod zengin;
mod zengin_framing;

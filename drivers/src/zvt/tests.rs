//! Tests of the driver against golden bytes, against random splits, and against a terminal with its own book.

mod conversation;
mod doubt;
mod frames;
mod judgement;
mod privacy;
mod scripts;
#[cfg(unix)]
mod serial;
mod support;

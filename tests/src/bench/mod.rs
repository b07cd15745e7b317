//! Ratios against a baseline measured in the same run, median of five paired rounds: the machine drifts, ratios do not.

pub mod append;
pub mod bulk;
pub mod centre;
pub mod counter_month;
pub mod idle;
pub mod processes;
pub mod receipt;
pub mod stats;
pub mod stored;

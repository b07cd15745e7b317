//! The line to the centre: enrolment, signed batches, the centre's head as acknowledgement, the inbox (DESIGN 5).
//!
//! Invariants: nothing of the journal is deleted because of what the centre says; a head is believed only where its hash equals
//! ours; a week without a line is normal. [`plan`] decides (pure), [`carrier`] carries out, [`wire`] is the network.

pub mod alarm;
pub mod carrier;
pub mod enrol;
pub mod grant;
pub mod http;
pub mod plan;
pub mod wire;

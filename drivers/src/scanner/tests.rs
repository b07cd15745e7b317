//! The scanner: splitting as a property, the guard as a table, lines with faults against the simulator.

mod faults;
mod pure;

/// A simulator that shared code with the driver would share its mistakes.
#[test]
fn the_simulator_frames_in_its_own_way() {
    let source = include_str!("simulator.rs");
    for foreign in ["super::", "crate::scanner", "crate::codes"] {
        assert!(!source.contains(foreign), "{foreign}");
    }
}

//! A scanner's line: a frame is bounded, any split reads the same, and nothing scanned is shown whole.

#![no_main]

use drivers::{
    codes::BrandTable,
    scanner::{
        guard::{Guard, GuardRules},
        recognise,
        split::{Event, Splitter, Terminator},
    },
};
use libfuzzer_sys::fuzz_target;

/// Milliseconds of silence that end a scan without a terminator.
const IDLE_MS: u64 = 100;

fuzz_target!(|input: (u8, &[u8])| {
    let (part, bytes) = input;
    let whole = Splitter::new(Terminator::Any, IDLE_MS).push(0, bytes);
    let mut splitter = Splitter::new(Terminator::Any, IDLE_MS);
    let split: Vec<_> =
        bytes.chunks(usize::from(part).max(1)).flat_map(|part| splitter.push(0, part)).collect();
    assert_eq!(format!("{split:?}"), format!("{whole:?}"));
    for event in whole {
        let Event::Frame(frame) = event else { continue };
        if let Ok(scan) = Guard::new(GuardRules::default()).judge(0, &frame) {
            let _ = recognise(&scan, &BrandTable::default()).advice_ja();
        }
    }
});

//! What a printer answers: any split reads the same.

#![no_main]

use drivers::escpos::frame::Demultiplexer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (part, bytes) = input;
    let whole = Demultiplexer::default().push(bytes);
    let mut demultiplexer = Demultiplexer::default();
    let split: Vec<_> =
        bytes.chunks(usize::from(part).max(1)).flat_map(|part| demultiplexer.push(part)).collect();
    assert_eq!(split, whole);
});

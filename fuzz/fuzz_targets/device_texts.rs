//! What a person writes about devices: transports and fault scripts.

#![no_main]

use drivers::{
    script::{Direction, Engine, Script},
    transport::Transport,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = text.parse::<Transport>();
    if let Ok(script) = Script::parse(text) {
        let mut engine = Engine::new(&script);
        for message in [&b"\x06\x01\x0A"[..], b"\x80\x00\x00", b""] {
            let _ = engine.on_message(Direction::Tx, message);
            let _ = engine.on_message(Direction::Rx, message);
        }
    }
});

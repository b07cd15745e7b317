//! Statements of acquirers by every embedded profile: the preview and the reader agree on whether a file is taken.

#![no_main]

use std::sync::LazyLock;

use formats::statement::{Profile, ReadOptions, embedded_profiles, preview, read};
use libfuzzer_sys::fuzz_target;

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| embedded_profiles().unwrap_or_default());

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let Some(profile) = PROFILES.get(usize::from(choice) % PROFILES.len().max(1)) else { return };
    let options = ReadOptions::named("fuzz");
    let taken = read(bytes, profile, &options);
    let shown = preview(bytes, profile, &options);
    assert!(taken.is_err() || shown.refused.is_empty(), "taken, though the preview refuses a row");
});

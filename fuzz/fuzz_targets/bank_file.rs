//! Bank files of every shape: whole, or refused with the place; never half.

#![no_main]

use std::sync::LazyLock;

use domain::time::CivilDate;
use formats::bank::{
    BankReadOptions,
    csv::{BankCsvProfile, embedded_profiles},
    read,
};
use libfuzzer_sys::fuzz_target;

static PROFILES: LazyLock<Vec<BankCsvProfile>> = LazyLock::new(|| embedded_profiles().unwrap_or_default());

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, bytes) = input;
    let Ok(day) = "2026-11-21".parse::<CivilDate>() else { return };
    let mut options = BankReadOptions::strict("fuzz", day);
    if choice > 0 {
        options.csv = PROFILES.get(usize::from(choice) % PROFILES.len().max(1)).cloned();
    }
    let _ = read(bytes, &options);
});

//! A file read by parts is the file read whole: the same rows, the same refusals, however it is cut.

use domain::time::CivilDate;
use formats::{
    Refusal,
    statement::{self, Profile, ReadOptions, Rows, StatementParts, StatementRow},
    zengin::{self, BankEntry, LedgerParts},
};

const STATEMENT: &[u8] = include_bytes!("../../testdata/paypay_2026-07.csv");
const PIECES: [usize; 6] = [1, 7, 64, 199, 1_000, 100_000];

fn profile() -> Profile {
    statement::embedded("paypay_for_business").unwrap().unwrap()
}

fn by_parts(bytes: &[u8], profile: &Profile, piece: usize) -> Result<Vec<Rows>, Refusal> {
    let options = ReadOptions::named("f.csv");
    let mut parts = StatementParts::new(profile, &options, None)?;
    let mut rows = Vec::new();
    for piece in bytes.chunks(piece) {
        rows.push(parts.push(piece)?);
    }
    let (last, end) = parts.finish()?;
    rows.push(last);
    assert_eq!(usize::try_from(end.rows).unwrap(), rows.iter().map(Rows::len).sum::<usize>());
    Ok(rows)
}

#[test]
fn a_statement_by_parts_is_the_statement() {
    let profile = profile();
    let whole = statement::read(STATEMENT, &profile, &ReadOptions::named("f.csv")).unwrap();
    for piece in PIECES {
        let parts = by_parts(STATEMENT, &profile, piece).unwrap();
        let parts: Vec<StatementRow<'_>> = parts.iter().flatten().collect();
        assert_eq!(parts, whole.rows.iter().collect::<Vec<_>>(), "{piece}");
    }
}

/// Cut at every byte, and with every byte changed to a quote, a line feed or no text: taken by parts exactly when taken whole.
#[test]
fn a_broken_statement_is_refused_by_parts_too() {
    let profile = profile();
    let alike = |bytes: &[u8], what: &str| {
        let whole = statement::read(bytes, &profile, &ReadOptions::named("f.csv")).map(|file| file.rows);
        let parts = by_parts(bytes, &profile, 64);
        assert_eq!(whole.is_ok(), parts.is_ok(), "{what}: {:?} {:?}", whole.err(), parts.err());
    };
    for end in 0..STATEMENT.len() {
        alike(&STATEMENT[..end], &format!("cut at {end}"));
    }
    for at in (0..STATEMENT.len()).step_by(3) {
        for byte in [b'"', b'\n', b',', 0xFF, b'9'] {
            let mut bytes = STATEMENT.to_vec();
            bytes[at] = byte;
            alike(&bytes, &format!("{byte} at {at}"));
        }
    }
}

fn options() -> zengin::ReadOptions {
    let today: CivilDate = "2026-08-05".parse().unwrap();
    zengin::ReadOptions::strict("f.txt", today)
}

fn ledger_by_parts(bytes: &[u8], piece: usize) -> Result<Vec<BankEntry>, Refusal> {
    let options = options();
    let mut parts = LedgerParts::new(&options, u64::try_from(bytes.len()).ok());
    let mut entries = Vec::new();
    for piece in bytes.chunks(piece) {
        entries.extend(parts.push(piece)?.into_iter().flat_map(|(_, entries)| entries));
    }
    entries.extend(parts.finish()?.0.into_iter().flat_map(|(_, entries)| entries));
    Ok(entries)
}

fn ledgers() -> Vec<Vec<u8>> {
    let plain: Vec<u8> = LEDGER.to_vec();
    let with = |separator: &[u8]| {
        plain.chunks(200).flat_map(|record| [record, separator].concat()).collect::<Vec<u8>>()
    };
    let crlf = with(b"\r\n");
    let ended = [&crlf[..], b"\x1A"].concat();
    vec![plain.clone(), crlf, with(b"\n"), ended, [&plain[..], b"\x1A"].concat()]
}

const LEDGER: &[u8] = include_bytes!("../../testdata/nyushukkin_03.bin");

#[test]
fn a_ledger_by_parts_is_the_ledger() {
    for bytes in ledgers() {
        let whole = zengin::read(&bytes, &options()).unwrap();
        let whole: Vec<BankEntry> = whole.accounts.into_iter().flat_map(|block| block.entries).collect();
        for piece in PIECES {
            assert_eq!(ledger_by_parts(&bytes, piece).as_ref(), Ok(&whole), "{piece}");
        }
    }
}

#[test]
fn a_broken_ledger_is_refused_by_parts_too() {
    for whole in ledgers() {
        for end in 0..whole.len() {
            let taken = zengin::read(&whole[..end], &options());
            let parts = ledger_by_parts(&whole[..end], 199);
            assert_eq!(taken.is_ok(), parts.is_ok(), "cut at {end}: {:?} {:?}", taken.err(), parts.err());
        }
    }
}

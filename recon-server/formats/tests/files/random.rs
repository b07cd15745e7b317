//! Random files, cut at random points: the readers agree with a slow one that is written another way, and with themselves by parts.
//!
//! The slow reader is the `csv` crate over the decoded text, dates and amounts by the standard library, digests by their definition. Not
//! here: which files are refused in which words (the tables beside this file say that).

use std::collections::BTreeMap;

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};
use formats::{
    Digest, Refusal, cp932, digest,
    statement::{
        self, Profile, ReadOptions, RowClass, RowOut, Rows, StatementParts, StatementRow, embedded,
        write_statement,
    },
    zengin::{self, AccountOut, BankEntry, EntryOut, FileOut, Framing, LedgerParts, TransactionClass, kana},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use sha2::{Digest as _, Sha256};

fn profile(id: &str) -> Profile {
    embedded(id).unwrap().unwrap()
}

/// Cells as files have them, and some as they should not have.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{0,12}",
        "[a-zA-Z0-9 /]{0,30}",
        "[,\"あ亜ｱﾞ①~ -]{0,12}",
        "[0-9A-Z\r\n\",]{0,8}",
        Just("=HYPERLINK(1)".to_owned()),
    ]
}

fn row(words: Vec<String>) -> impl Strategy<Value = RowOut> {
    let numbers = (0_i64..40_000_000, 0_i64..2_000_000, 0..words.len());
    (numbers, vec(cell(), 5), 0..6_u32).prop_map(move |((second, yen, word), cells, few)| RowOut {
        status_word: words[word].clone(),
        at: Timestamp::from_jst("2026-04-01".parse().unwrap(), 0, 0, 0).unwrap().plus_ms(second * 1_000),
        amount: Yen::new(if word == 0 { yen } else { -yen }),
        brand_word: ["VISA", "JCB", "知らない会社"][usize::try_from(few % 3).unwrap()].to_owned(),
        terminal_or_pos_id: cells[0].clone(),
        slip_number: cells[1].clone(),
        approval_code: cells[2].clone(),
        // Few, so that keys come again.
        acquirer_transaction_id: format!("{:019}", 4_000_000_000_000_000_000 + u64::from(few)),
        merchant_payment_id: cells[3].clone(),
        extra: BTreeMap::from([("支払い詳細".to_owned(), cells[4].clone())]),
    })
}

fn statement_of(id: &'static str) -> impl Strategy<Value = (Profile, Vec<u8>)> {
    let profile = profile(id);
    let of = &profile.statuses;
    let listed = [of.sale.first(), of.refund.first(), of.chargeback.first()];
    let words = listed.into_iter().flatten().cloned().chain(["審査中".to_owned()]).collect::<Vec<_>>();
    vec(row(words), 0..40).prop_map(move |rows| (profile.clone(), write_statement(&profile, &rows).unwrap()))
}

fn any_statement() -> impl Strategy<Value = (Profile, Vec<u8>)> {
    prop_oneof![statement_of("paypay_for_business"), statement_of("generic_card")]
}

/// The bytes with some of them changed, and where they are cut.
fn damaged(changes: &[(Index, u8)], mut bytes: Vec<u8>) -> Vec<u8> {
    for (at, byte) in changes {
        let at = at.index(bytes.len().max(1));
        if let Some(place) = bytes.get_mut(at) {
            *place = *byte;
        }
    }
    bytes
}

fn pieces<'b>(bytes: &'b [u8], cuts: &[Index]) -> Vec<&'b [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

fn statement_by_parts(pieces: &[&[u8]], profile: &Profile) -> Result<Vec<Rows>, Refusal> {
    let options = ReadOptions::named("f");
    let mut parts = StatementParts::new(profile, &options, None)?;
    let mut rows = Vec::new();
    for piece in pieces {
        rows.push(parts.push(piece)?);
    }
    let (last, end) = parts.finish()?;
    rows.push(last);
    assert_eq!(usize::try_from(end.rows).unwrap(), rows.iter().map(Rows::len).sum::<usize>());
    Ok(rows)
}

/// What a row says, read slowly: row, key, digest, class, time, yen, terminal, slip.
type Slow = (u32, String, String, &'static str, Timestamp, i64, Option<String>, Option<String>);

fn slowly(bytes: &[u8], profile: &Profile) -> Vec<Slow> {
    let text = cp932::decode(bytes).unwrap();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for (row, record) in (2..).zip(reader.records()) {
        let record = record.unwrap();
        let named = |column: Option<&String>| {
            let place = names.iter().position(|name| Some(name) == column)?;
            record.get(place).filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        let of = &profile.fields;
        let word = named(Some(&of.status)).unwrap_or_default();
        let class = [
            (&profile.statuses.sale, RowClass::Sale),
            (&profile.statuses.refund, RowClass::Refund),
            (&profile.statuses.chargeback, RowClass::Chargeback),
            (&profile.statuses.failed, RowClass::Failed),
        ]
        .into_iter()
        .find(|(words, _)| words.contains(&word))
        .map_or("unclassified", |(_, class)| class.word());
        let key: Vec<String> = profile
            .key
            .iter()
            .map(|part| match part.as_str() {
                "class" => class.to_owned(),
                "terminal" => named(of.terminal.as_ref()).unwrap_or_default(),
                "slip_number" => named(of.slip_number.as_ref()).unwrap_or_default(),
                "at" => named(Some(&of.at)).unwrap_or_default(),
                "acquirer_transaction_id" => named(of.acquirer_transaction_id.as_ref()).unwrap_or_default(),
                other => panic!("{other}"),
            })
            .collect();
        let mut content =
            csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        content.write_record(&record).unwrap();
        let content = content.into_inner().unwrap();
        let content = Sha256::digest(content.strip_suffix(b"\n").unwrap());
        let at = named(Some(&of.at)).unwrap();
        let part = |from: usize, to: usize| at[from..to].parse::<i8>().unwrap();
        let day = CivilDate::new(at[..4].parse().unwrap(), part(5, 7), part(8, 10)).unwrap();
        rows.push((
            row,
            key.join("/"),
            hex::encode(content),
            class,
            Timestamp::from_jst(day, part(11, 13), part(14, 16), part(17, 19)).unwrap(),
            named(Some(&of.amount)).unwrap().parse().unwrap(),
            named(of.terminal.as_ref()),
            named(of.slip_number.as_ref()),
        ));
    }
    rows
}

fn quickly(row: StatementRow<'_>) -> Slow {
    let text = |text: Option<&str>| text.map(str::to_owned);
    (
        row.row,
        row.record_key.to_string(),
        row.content_hash.to_string(),
        row.words.class.word(),
        row.at,
        row.amount.get(),
        text(row.terminal_or_pos_id),
        text(row.slip_number),
    )
}

fn ledger() -> impl Strategy<Value = Vec<u8>> {
    let names = prop_oneof![Just("ﾍﾟｲﾍﾟｲ(ｶ"), Just("ｶ)ﾋﾞﾕｰｶｰﾄﾞ"), Just("ﾏﾄﾞｸﾞﾁ ﾀﾛｳ"), Just("ｱ,b"), Just("")];
    let entry =
        (0..3_i32, -90_000_i64..900_000, names, 0..4_u32).prop_map(|(day, yen, name, few)| EntryOut {
            booked_on: day_of("2026-08-03").plus_days(day),
            amount: Yen::new(yen),
            class: [TransactionClass::Transfer, TransactionClass::Cash][usize::try_from(few % 2).unwrap()]
                .clone(),
            remitter_code: if few == 0 { String::new() } else { format!("{few:010}") },
            remitter_kana: name.to_owned(),
            sending_bank: "ﾚｲｼﾞｷﾞﾝｺｳ".to_owned(),
            sending_branch: "ﾎﾝﾃﾝ".to_owned(),
            summary: if few == 1 { "ﾌﾘｺﾐ".to_owned() } else { String::new() },
            edi: format!("SEISAN{few:06}"),
            inquiry_no: format!("{:08}", few / 2),
        });
    let account = (vec(entry, 0..25), 0..3_u32).prop_map(|(entries, number)| AccountOut {
        from: day_of("2026-08-03"),
        to: day_of("2026-08-05"),
        bank_code: "0001".to_owned(),
        bank_name: "ﾚｲｼﾞｷﾞﾝｺｳ".to_owned(),
        branch_code: "001".to_owned(),
        branch_name: "ﾎﾝﾃﾝ".to_owned(),
        account_kind: 1,
        account_number: format!("{:07}", 1_000_000 + number),
        account_name: "ﾚｲｼﾞｼ".to_owned(),
        opening: Yen::new(1_000_000),
        entries,
    });
    let framing = prop_oneof![Just(Framing::None), Just(Framing::CrLf), Just(Framing::Lf), Just(Framing::Cr)];
    (vec(account, 1..4), framing).prop_map(|(accounts, framing)| {
        zengin::write(&FileOut { created_on: day_of("2026-08-05"), framing, accounts }).unwrap()
    })
}

fn day_of(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn ledger_by_parts(
    pieces: &[&[u8]],
    options: &zengin::ReadOptions,
) -> Result<Vec<(String, BankEntry)>, Refusal> {
    let mut parts = LedgerParts::new(options, None);
    let mut entries = Vec::new();
    let mut take = |read: zengin::EntriesByAccount| {
        for (account, of_account) in read {
            entries.extend(of_account.into_iter().map(|entry| (account.clone(), entry)));
        }
    };
    for piece in pieces {
        take(parts.push(piece)?);
    }
    take(parts.finish()?.0);
    Ok(entries)
}

/// The key of an entry by its definition (reconciliation.md 6.1, "no row id").
fn key_of(account: &str, entry: &BankEntry) -> Digest {
    digest::of_parts([
        account,
        &entry.booked_on.to_string(),
        &entry.value_on.map(|day| day.to_string()).unwrap_or_default(),
        &entry.amount.get().to_string(),
        entry.class.code(),
        entry.remitter_code.as_deref().unwrap_or_default(),
        &kana::normalise(&entry.common.remitter_kana_raw),
        &entry.common.summary,
        &entry.edi,
        entry.inquiry_no.as_deref().unwrap_or_default(),
    ])
}

/// The content of an entry by its definition (ADR 0022): what the record says beside its key, zeros to 128 bytes, the key.
fn content_of(record: &[u8], entry: &BankEntry) -> String {
    let mut content = Sha256::new();
    for said in [&record[21..22], &record[36..71], &record[81..159], &record[199..200], &[0; 128 - 115]] {
        content.update(said);
    }
    content.update(hex::decode(entry.record_key.to_string()).unwrap());
    hex::encode(content.finalize())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_statement_says_what_a_slow_reader_reads((profile, bytes) in any_statement(), cuts in vec(any::<Index>(), 0..6)) {
        // Rows of one number that contradict each other refuse a file; kept here, so that every row is compared.
        let profile = Profile { repeated_key: statement::RepeatedKey::NextOccurrence, ..profile };
        let read = statement::read(&bytes, &profile, &ReadOptions::named("f")).unwrap();
        let ours: Vec<Slow> = read.rows.iter().map(quickly).collect();
        prop_assert_eq!(ours, slowly(&bytes, &profile));
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for row in &read.rows {
            let nth = seen.entry(row.record_key).or_default();
            *nth += 1;
            prop_assert_eq!(row.occurrence, *nth);
        }
        let parts = statement_by_parts(&pieces(&bytes, &cuts), &profile).unwrap();
        prop_assert_eq!(parts.iter().flatten().collect::<Vec<_>>(), read.rows.iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_damaged_statement_is_refused_by_parts_too(
        (profile, bytes) in any_statement(),
        changes in vec((any::<Index>(), prop_oneof![Just(b'"'), Just(b'\n'), Just(b','), Just(0xFF), Just(b'9'), any::<u8>()]), 0..3),
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let bytes = damaged(&changes, bytes);
        let whole = statement::read(&bytes, &profile, &ReadOptions::named("f")).map(|file| file.rows);
        let parts = statement_by_parts(&pieces(&bytes, &cuts), &profile);
        match (whole, parts) {
            (Ok(whole), Ok(parts)) => {
                prop_assert_eq!(parts.iter().flatten().collect::<Vec<_>>(), whole.iter().collect::<Vec<_>>());
            }
            (whole, parts) => prop_assert!(whole.is_err() && parts.is_err(), "{:?} {:?}", whole.err(), parts.err()),
        }
    }

    #[test]
    fn a_ledger_says_what_its_definition_says(bytes in ledger(), cuts in vec(any::<Index>(), 0..6)) {
        let options = zengin::ReadOptions::strict("f", day_of("2026-08-05"));
        let read = zengin::read(&bytes, &options).unwrap();
        let mut entries = Vec::new();
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for block in read.accounts {
            let account = block.account_key();
            for entry in block.entries {
                prop_assert_eq!(entry.record_key, key_of(&account, &entry));
                let nth = seen.entry(entry.record_key.to_string()).or_default();
                *nth += 1;
                prop_assert_eq!(entry.occurrence, *nth);
                entries.push((account.clone(), entry));
            }
        }
        let records: Vec<&[u8]> = match read.framing {
            Framing::None => bytes.chunks(200).collect(),
            framing => bytes.chunks(200 + framing.separator().len()).map(|record| &record[..200]).collect(),
        };
        for (_, entry) in &entries {
            let record = records[usize::try_from(entry.row).unwrap() - 1];
            prop_assert_eq!(entry.content_hash.to_string(), content_of(record, entry));
            let yen: i64 = std::str::from_utf8(&record[24..36]).unwrap().parse().unwrap();
            prop_assert_eq!(entry.amount.get(), if record[21] == b'2' { -yen } else { yen });
        }
        let by_parts = ledger_by_parts(&pieces(&bytes, &cuts), &options).unwrap();
        // Blocks of one account come together within a part; within an account the order is the file's.
        for account in by_parts.iter().map(|(account, _)| account) {
            let of = |list: &[(String, BankEntry)]| {
                list.iter().filter(|(known, _)| known == account).map(|(_, entry)| entry.clone()).collect::<Vec<_>>()
            };
            prop_assert_eq!(of(&by_parts), of(&entries));
        }
        prop_assert_eq!(by_parts.len(), entries.len());
    }

    #[test]
    fn a_damaged_ledger_is_refused_by_parts_too(
        bytes in ledger(),
        changes in vec((any::<Index>(), any::<u8>()), 0..3),
        cuts in vec(any::<Index>(), 0..6),
    ) {
        let bytes = damaged(&changes, bytes);
        let options = zengin::ReadOptions::strict("f", day_of("2026-08-05"));
        let whole = zengin::read(&bytes, &options);
        let parts = ledger_by_parts(&pieces(&bytes, &cuts), &options);
        prop_assert_eq!(whole.is_ok(), parts.is_ok(), "{:?} {:?}", whole.err(), parts.err());
    }
}

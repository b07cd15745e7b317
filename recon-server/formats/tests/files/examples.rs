//! Example profiles: each reads what it writes, made-up rows of every kind it knows; and what each cannot say is refused or kept apart.

use std::collections::BTreeMap;

use domain::{money::Yen, time::Timestamp};
use formats::{
    examples,
    statement::{
        Profile, ReadOptions, RefundSign, RowClass, RowOut, embedded_profiles, read, write_statement,
    },
};

fn options() -> ReadOptions {
    ReadOptions::named("明細.csv")
}

fn example(id: &str) -> Profile {
    examples::profile(id).unwrap().unwrap()
}

/// Noon of 3 August 2026 in Japan and some minutes.
fn at(profile: &Profile, minute: i64) -> Timestamp {
    let day = Timestamp::from_jst("2026-08-03".parse().unwrap(), 0, 0, 0).unwrap();
    let noon = day.plus_ms(12 * 3_600_000);
    if profile.at_pattern.contains("hh") { noon.plus_ms(minute * 60_000) } else { day }
}

fn row(profile: &Profile, n: usize, word: &str, yen: i64) -> RowOut {
    let extra = profile.columns.iter().map(|column| (column.clone(), format!("x{n}")));
    RowOut {
        status_word: word.to_owned(),
        at: at(profile, i64::try_from(n).unwrap()),
        amount: Yen::new(yen),
        brand_word: profile.brand_words.keys().next().cloned().unwrap_or_default(),
        terminal_or_pos_id: "T0001".to_owned(),
        slip_number: format!("{n:05}"),
        approval_code: format!("{n:06}"),
        acquirer_transaction_id: format!("ID{n:012}"),
        merchant_payment_id: format!("M{n:08}"),
        extra: extra.collect::<BTreeMap<_, _>>(),
    }
}

/// The bytes of rows, with the marker that ends the file where the profile has one.
fn file(profile: &Profile, rows: &[RowOut]) -> Vec<u8> {
    let mut bytes = write_statement(profile, rows).unwrap();
    if let Some(control) = &profile.control {
        bytes.extend_from_slice(control.marker.as_bytes());
    }
    bytes
}

#[test]
fn every_example_reads_what_it_writes() {
    let profiles = examples::profiles().unwrap();
    assert_eq!(profiles.len(), examples::texts().len());
    for profile in &profiles {
        let words = &profile.statuses;
        let mut rows = Vec::new();
        for word in words.sale.iter() {
            rows.push((row(profile, rows.len() + 1, word, 300), RowClass::Sale));
        }
        for word in words.refund.iter() {
            rows.push((row(profile, rows.len() + 1, word, -450), RowClass::Refund));
        }
        for word in words.chargeback.iter() {
            rows.push((row(profile, rows.len() + 1, word, -600), RowClass::Chargeback));
        }
        for word in words.failed.iter() {
            rows.push((row(profile, rows.len() + 1, word, 200), RowClass::Failed));
        }
        rows.push((
            row(profile, 999, "見たことのない言葉", 1),
            RowClass::Unclassified("見たことのない言葉".to_owned()),
        ));
        let out: Vec<RowOut> = rows.iter().map(|(row, _)| row.clone()).collect();
        let read = read(&file(profile, &out), profile, &options())
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", profile.id));
        for (row, (written, class)) in read.rows.iter().zip(&rows) {
            assert_eq!(
                (&row.words.class, row.amount, row.at),
                (class, written.amount, written.at),
                "{}",
                profile.id
            );
        }
        assert_eq!(read.rows.len(), rows.len());
        let sales = i64::try_from(words.sale.len()).unwrap() * 300;
        let refunds = i64::try_from(words.refund.len()).unwrap() * -450;
        let taken_back = i64::try_from(words.chargeback.len()).unwrap() * -600;
        assert_eq!(read.totals.net(), Yen::new(sales + refunds + taken_back), "{}", profile.id);
        assert_eq!(read.notices.len(), 1, "{}: only the unlisted word is said", profile.id);
    }
}

/// Ids differ from each other and from the other profiles, each can be named by a contract, and each says where it is from.
#[test]
fn examples_are_a_persons_choice() {
    let embedded: Vec<String> = embedded_profiles().unwrap().into_iter().map(|profile| profile.id).collect();
    for (id, text) in examples::texts() {
        let profile = example(id);
        assert_eq!(&profile.id, id);
        assert_eq!(embedded.iter().filter(|known| **known == profile.id).count(), 1, "{id}");
        assert!(profile.source.len() > 40, "{id} says where its layout is from: {}", profile.source);
        assert_eq!(
            profile.name_ja.contains("（例）"),
            text.contains("made up") || text.contains("of our own making"),
            "{id}: made-up columns are named as an example"
        );
    }
    assert!(examples::profile("nobody").unwrap().is_none());
}

/// A file of Antom's without its end marker is half a file; a time of another offset would be another day, and is refused.
#[test]
fn antom_files() {
    for id in ["antom_transactions", "antom_settlement"] {
        let profile = example(id);
        assert_eq!(profile.refund_sign, RefundSign::Positive);
        let whole = String::from_utf8(file(&profile, &[row(&profile, 1, "payment", 300)])).unwrap();
        assert!(read(whole.as_bytes(), &profile, &options()).is_ok());
        let cut = whole.replace("<END>", "");
        assert_eq!(read(cut.as_bytes(), &profile, &options()).unwrap_err().field, "<END>");
        let utc = whole.replace("+09:00", "Z");
        assert_eq!(read(utc.as_bytes(), &profile, &options()).unwrap_err().field, "paymentTime");
        let fraction = whole.replace(",300,", ",300.50,").replace(",300\r\n", ",300.50\r\n");
        assert_eq!(
            read(fraction.as_bytes(), &profile, &options()).unwrap_err().field,
            "transactionAmountValue"
        );
    }
    // Columns beyond those that the public page shows are passed over and said.
    let profile = example("antom_settlement");
    let text = String::from_utf8(file(&profile, &[row(&profile, 1, "payment", 300)])).unwrap();
    let wider = text
        .replace("transactionAmountValue", "transactionAmountValue,feeAmountValue")
        .replace(",300\r\n", ",300,6\r\n");
    let taken = read(wider.as_bytes(), &profile, &options()).unwrap();
    assert!(taken.notices[0].sentence_ja.contains("feeAmountValue"));
}

/// Fees and adjustments in a list of payout entries are no sales; what is taken back in a dispute is a chargeback, and what comes back of
/// it is for a person to say.
#[test]
fn square_entries_that_are_no_sales() {
    let profile = example("square_payout_entries");
    let rows = [
        row(&profile, 1, "CHARGE", 1_500),
        row(&profile, 2, "REFUND", -500),
        row(&profile, 3, "FEE", -49),
        row(&profile, 4, "DISPUTE", -1_500),
        row(&profile, 5, "DISPUTE", 1_500),
    ];
    let read = read(&file(&profile, &rows), &profile, &options()).unwrap();
    assert_eq!((read.totals.net(), read.totals.unclassified_count), (Yen::new(-500), 2));
    assert_eq!((read.totals.chargeback_count, read.totals.chargeback_amount), (1, Yen::new(-1_500)));
    assert_eq!(read.totals.unclassified_amount, Yen::new(1_451));
    assert_eq!(
        (&read.rows.get(3).unwrap().words.class, read.rows.get(3).unwrap().words.class.word()),
        (&RowClass::Chargeback, "chargeback")
    );
    assert_eq!(read.rows.get(4).unwrap().words.class, RowClass::Unclassified("DISPUTE".to_owned()));
    assert!(read.notices.iter().any(|notice| notice.sentence_ja.contains("戻ったとみられます")));
}

/// Where refunds are written without a sign, so is what is taken back: it comes out negative all the same.
#[test]
fn chargebacks_are_negative_whatever_the_file_writes() {
    let text = include_str!("../../profiles/generic_card.toml");
    let unsigned = Profile::from_toml(&text.replace("\"negative\"", "\"positive\"")).unwrap();
    for (profile, written) in
        [(formats::statement::embedded("generic_card").unwrap().unwrap(), -800), (unsigned, 800)]
    {
        let rows = [RowOut { amount: Yen::new(-800), ..row(&profile, 1, "チャージバック", -800) }];
        let bytes = file(&profile, &rows);
        assert!(formats::cp932::decode(&bytes).unwrap().contains(&format!(",{written}")), "{written}");
        let read = read(&bytes, &profile, &options()).unwrap();
        assert_eq!(
            (&read.rows.get(0).unwrap().words.class, read.rows.get(0).unwrap().amount),
            (&RowClass::Chargeback, Yen::new(-800))
        );
    }
}

/// The card number's column is read over: nothing of it reaches a row.
#[test]
fn no_card_number_is_kept() {
    let profile = example("smbc_card_sales");
    let mut one = row(&profile, 1, "売上", 300);
    one.extra.insert("カード番号".to_owned(), "4111-11**-****-9999".to_owned());
    let read = read(&file(&profile, &[one]), &profile, &options()).unwrap();
    assert!(!format!("{:?}", read.rows).contains("9999"));
}

//! The common shape of bank files: every reader ends in it, and stored facts of either kind read alike.

use domain::time::CivilDate;
use formats::{
    bank::{BankFileKind, BankStatement, Continuity, Ends, continuity},
    zengin,
};

const LEDGER: &[u8] = include_bytes!("../../testdata/nyushukkin_03.bin");
const TWO: &[u8] = include_bytes!("../../testdata/nyushukkin_03_two_accounts.bin");
const NOTICE: &[u8] = include_bytes!("../../testdata/furikomi_01_a.bin");

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn options() -> zengin::ReadOptions {
    zengin::ReadOptions::strict("入出金.txt", date("2026-08-05"))
}

/// What is stored as JSON can be read by those who know only the ledger's shape.
#[test]
fn entries_read_as_ledger_entries() {
    let ledger = zengin::read(LEDGER, &options()).unwrap();
    let common = BankStatement::from(ledger.clone());
    assert!(common.kind.is_ledger());
    for (entry, original) in common.accounts[0].entries.iter().zip(&ledger.accounts[0].entries) {
        let json = serde_json::to_string(entry).unwrap();
        assert_eq!(&serde_json::from_str::<zengin::BankEntry>(&json).unwrap(), original);
        let old = serde_json::to_string(original).unwrap();
        assert_eq!(&serde_json::from_str::<zengin::BankEntry>(&old).unwrap(), original);
    }
}

#[test]
fn a_notification_is_no_ledger_of_the_same_account() {
    let format = None;
    let notice = zengin::notice::read(NOTICE, &zengin::notice::NoticeOptions { common: options(), format });
    let notice = BankStatement::from(notice.unwrap());
    let ledger = BankStatement::from(zengin::read(LEDGER, &options()).unwrap());
    assert_eq!((notice.kind, notice.kind.is_ledger()), (BankFileKind::ZenginNotice, false));
    assert_eq!(notice.accounts[0].account_key, ledger.accounts[0].account_key);
    assert_eq!((notice.accounts[0].opening, notice.accounts[0].entries[2].reversal), (None, true));
}

#[test]
fn files_follow_each_other() {
    let ends = |bytes: &[u8]| -> Vec<Ends> {
        zengin::read(bytes, &options()).unwrap().accounts.iter().map(Ends::from).collect()
    };
    let before = ends(LEDGER);
    let mut next = before.clone();
    next[0].from = Some(date("2026-08-06"));
    next[0].to = Some(date("2026-08-07"));
    next[0].opening = before[0].closing;
    assert_eq!(continuity(&before, &next)[0].continuity, Continuity::Continues);
    let same = continuity(&before, &before);
    assert!(matches!(same[0].continuity, Continuity::Overlaps { .. }));
    let more = continuity(&before, &ends(TWO));
    assert_eq!(more.iter().filter(|a| a.continuity == Continuity::First).count(), 1);
}

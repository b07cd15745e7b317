//! Sources whose newer file stands in the place of the earlier ones: what it no longer has is withdrawn, kept, told, and counts nowhere.

use domain::money::Yen;
use formats::statement::write_statement;
use recon_server::jobs::{
    audit::{Asked, bundle, check::check},
    books,
    import::{
        Change, DryRun, OnDisk, Outcome, Receipt, Replaced, Upload, counted_entries, import, import_file,
        preview, replaced_by_file,
    },
    period::{self, NewLock},
    reconcile::reconcile,
};

use crate::{
    journal_day::{close, open, sell, wallet},
    support::{Centre, TODAY, date},
    support_files::{at, bank, bank_from, profile, row},
};

const ACCOUNT: &str = "bank:0001-001-1-0001234567";

/// A PayPay file of these sales: yen, hour, transaction.
fn statement(day: &str, sales: &[(i64, i8, &str)]) -> Vec<u8> {
    let rows: Vec<_> =
        sales.iter().map(|(yen, hour, id)| row("取引完了", at(day, *hour, 5, 11), *yen, id)).collect();
    write_statement(&profile("paypay_for_business"), &rows).unwrap()
}

fn upload(source: &str, bytes: Vec<u8>, days: Option<(&str, &str)>) -> Upload {
    Upload {
        source: source.parse().unwrap(),
        name: "file".to_owned(),
        bytes,
        period: days.map(|(from, to)| (date(from), date(to))),
        uploader: "test".to_owned(),
    }
}

async fn replaces(centre: &Centre, source: &str) {
    let mut unit = centre.state().store.begin().await.unwrap();
    let terms = r#"{"mode":"replace_period"}"#;
    let (tenant, now) = (centre.state().tenant(), centre.now());
    unit.put_source_setting(tenant, source, date("2026-04-01"), terms, now).await.unwrap();
    unit.commit().await.unwrap();
}

async fn take(centre: &Centre, upload: Upload) -> Receipt {
    match import(centre.state(), upload).await.unwrap() {
        Outcome::Accepted { receipts, .. } => receipts.into_iter().next().unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn refused(centre: &Centre, upload: Upload) -> String {
    match import(centre.state(), upload).await.unwrap() {
        Outcome::Refused { refusal, .. } => refusal.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Rows and yen of 追加, 変更, 取下げ.
fn sums(said: &Replaced) -> [(u32, i64); 3] {
    [said.added, said.changed, said.withdrawn].map(|sum| (sum.rows, sum.amount.get()))
}

/// The yen of today's statement rows as of a file, smallest first.
async fn yen(centre: &Centre, watermark: u64) -> Vec<i64> {
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let day = date(TODAY);
    let lines = unit.statement_lines(centre.state().tenant(), day, day, watermark).await.unwrap();
    let mut yen: Vec<i64> = lines.iter().map(|line| line.fact.amount.get()).collect();
    yen.sort_unstable();
    yen
}

const FIRST: [(i64, i8, &str); 3] = [(300, 10, "4821"), (1_200, 11, "9917"), (450, 12, "1111")];
const SECOND: [(i64, i8, &str); 3] = [(300, 10, "4821"), (1_000, 11, "9917"), (700, 13, "2222")];

#[tokio::test]
async fn a_newer_file_stands_in_the_place_of_the_older_for_its_days() {
    let centre = Centre::set_up().await;
    replaces(&centre, "paypay").await;
    let days = Some((TODAY, TODAY));
    let first = take(&centre, upload("paypay", statement(TODAY, &FIRST), days)).await;
    assert_eq!(first.replaced.as_ref().map(sums), Some([(3, 1_950), (0, 0), (0, 0)]));

    let corrected = upload("paypay", statement(TODAY, &SECOND), days);
    let seen: DryRun = preview(centre.state(), &corrected).await.unwrap();
    let second = take(&centre, corrected).await;
    let said = second.replaced.clone().unwrap();
    assert_eq!(seen.replaced, std::slice::from_ref(&said), "the preview says what the import does");
    assert_eq!(sums(&said), [(1, 700), (1, -200), (1, 450)]);
    assert_eq!(said.rows[0].change, Change::Withdrawn);
    assert_eq!(said.rows[0].before_at.map(|(file, _)| file), Some(first.file));
    assert_eq!((second.new, second.revised, second.unchanged), (1, 1, 1));
    assert_eq!(yen(&centre, second.file).await, [300, 700, 1_000]);
    assert_eq!(yen(&centre, first.file).await, [300, 450, 1_200], "as of the older file all is as it was");

    // The receipt says it for ever; a row that comes back counts again, and the older file's own word stays.
    let mut back = SECOND.to_vec();
    back.push(FIRST[2]);
    let third = take(&centre, upload("paypay", statement(TODAY, &back), days)).await;
    assert_eq!((third.new, sums(third.replaced.as_ref().unwrap())), (1, [(1, 450), (0, 0), (0, 0)]));
    assert_eq!(yen(&centre, third.file).await, [300, 450, 700, 1_000]);
    assert_eq!(yen(&centre, second.file).await, [300, 700, 1_000]);
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let kept = unit.file(centre.state().tenant(), second.file).await.unwrap().unwrap();
    assert_eq!(kept.withdrawn, 1);
    let again = replaced_by_file(&mut *unit, centre.state().tenant(), &kept).await.unwrap();
    assert_eq!(again, second.replaced);
    drop(unit);
    let same = import(centre.state(), upload("paypay", statement(TODAY, &FIRST), days)).await.unwrap();
    let Outcome::SeenBefore { sentence_ja, .. } = same else { panic!("{same:?}") };
    assert!(sentence_ja.contains(&format!("受付番号 {} の内容に置き換わって", third.file)), "{sentence_ja}");
}

/// A day outside the file's days, and another source, are never touched.
#[tokio::test]
async fn only_the_period_of_the_file_is_replaced() {
    let centre = Centre::set_up().await;
    replaces(&centre, "paypay").await;
    let other_day = "2026-11-17";
    let others = [(300, 10, "7001"), (1_200, 11, "7002"), (450, 12, "7003")];
    take(&centre, upload("paypay", statement(other_day, &others), None)).await;
    take(&centre, upload("paypay", statement(TODAY, &FIRST), None)).await;
    let said = take(&centre, upload("paypay", statement(TODAY, &SECOND[..1]), None)).await.replaced.unwrap();
    assert_eq!((said.from, said.to, sums(&said)[2]), (date(TODAY), date(TODAY), (2, 1_650)));
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let day = date(other_day);
    assert_eq!(unit.statement_lines(centre.state().tenant(), day, day, 99).await.unwrap().len(), 3);
    drop(unit);
    // A file without rows takes nothing back, with or without days.
    let days = Some((TODAY, TODAY));
    let found = refused(&centre, upload("paypay", statement(TODAY, &[]), days)).await;
    assert!(found.contains("1行 300円を取り下げません"), "{found}");
    let found = refused(&centre, upload("paypay", statement(TODAY, &[]), None)).await;
    assert!(found.contains("期間ごとに置き換えます"), "{found}");
    assert_eq!(yen(&centre, 99).await, [300]);
}

#[tokio::test]
async fn a_deposit_that_the_bank_corrects_counts_once() {
    let centre = Centre::set_up().await;
    replaces(&centre, ACCOUNT).await;
    take(&centre, upload("bank", bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ"), (500, "ﾔﾏﾀﾞ")]), None)).await;
    let file = upload("bank", bank(TODAY, &[(29_000, "ﾍﾟｲﾍﾟｲ(ｶ"), (500, "ﾔﾏﾀﾞ")]), None);
    let second = take(&centre, file).await;
    assert_eq!(sums(second.replaced.as_ref().unwrap()), [(1, 29_000), (0, 0), (1, 29_347)]);
    assert!(second.restated.is_empty(), "it is said once");
    let mut unit = centre.state().store.snapshot().await.unwrap();
    let (tenant, day) = (centre.state().tenant(), date(TODAY));
    let counted = counted_entries(&mut *unit, tenant, (day, day), second.file).await.unwrap();
    let mut yen: Vec<i64> = counted.iter().map(|row| row.fact.amount.get()).collect();
    yen.sort_unstable();
    assert_eq!(yen, [500, 29_000]);
}

/// The afternoon's file begins where the morning's ended and does not list the morning again.
#[tokio::test]
async fn a_file_that_carries_on_within_the_day_takes_nothing_back() {
    let centre = Centre::set_up().await;
    replaces(&centre, ACCOUNT).await;
    take(&centre, upload("bank", bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ")]), None)).await;
    let afternoon = bank_from(1_029_347, TODAY, &[(500, "ﾔﾏﾀﾞ")]);
    let found = refused(&centre, upload("bank", afternoon, None)).await;
    assert!(found.contains("続きのファイルと読めます"), "{found}");
}

/// Read by parts, the same is said and done: of files that replace, and of a bank's file that adds.
#[tokio::test]
async fn a_long_file_is_compared_too() {
    let centre = Centre::set_up().await;
    let long = |source: &str, bytes: Vec<u8>| {
        let path = centre.folder.path().join("long");
        std::fs::write(&path, bytes).unwrap();
        (path, source.parse().unwrap())
    };
    let take_long = async |source: &str, bytes: Vec<u8>| {
        let (path, source) = long(source, bytes);
        let (uploader, in_one_piece_max_bytes) = ("test".to_owned(), 1);
        let file = OnDisk { path: &path, source, period: None, uploader, in_one_piece_max_bytes };
        match import_file(centre.state(), &file).await.unwrap() {
            Outcome::Accepted { receipts, .. } => receipts.into_iter().next().unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let first = take_long("bank", bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ"), (500, "ﾔﾏﾀﾞ")])).await;
    let second = take_long("bank", bank(TODAY, &[(29_000, "ﾍﾟｲﾍﾟｲ(ｶ"), (500, "ﾔﾏﾀﾞ")])).await;
    let [changed] = &second.restated[..] else { panic!("{:?}", second.restated) };
    assert_eq!((changed.file, changed.new_row.is_some()), (first.file, true));

    replaces(&centre, "paypay").await;
    take_long("paypay", statement(TODAY, &FIRST)).await;
    let said = take_long("paypay", statement(TODAY, &SECOND)).await.replaced.unwrap();
    assert_eq!(sums(&said), [(1, 700), (1, -200), (1, 450)]);
    assert_eq!(yen(&centre, 99).await, [300, 700, 1_000]);
}

const JULY_31: &str = "2026-07-31";

/// A month is signed; then its statement comes without one of its rows.
#[tokio::test]
async fn what_is_withdrawn_behind_a_signature_is_a_prior_period_item_and_is_made_again() {
    let centre = Centre::set_up().await;
    replaces(&centre, "paypay").await;
    centre.clock.set(at(JULY_31, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, JULY_31);
    sell(&mut counter, JULY_31, 1, 5, wallet(Yen::new(300), "4821"));
    sell(&mut counter, JULY_31, 2, 9, wallet(Yen::new(450), "1111"));
    close(&mut counter, JULY_31);
    centre.clock.set(at("2026-08-03", 20, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    let days = Some(("2026-07-01", JULY_31));
    let both = [(300, 10, "04000000000000004821"), (450, 12, "04000000000000001111")];
    take(&centre, upload("paypay", statement(JULY_31, &both), days)).await;
    let new = NewLock { month: "2026-07".parse().unwrap(), contract: None, reason: "署名".to_owned() };
    period::lock(centre.state(), "kaikei-1", new).await.unwrap();

    centre.clock.set(at("2026-08-10", 9, 0, 0));
    let before = reconcile(centre.state(), date("2026-08-10"), "test").await.unwrap();
    take(&centre, upload("paypay", statement(JULY_31, &both[..1]), days)).await;
    let after = reconcile(centre.state(), date("2026-08-10"), "test").await.unwrap();
    assert!(after.recorded && after.run > before.run);
    let matched = recon_server::jobs::reconcile::matched(centre.state(), date("2026-08-10")).await.unwrap();
    let revised: Vec<_> = matched
        .outcome
        .exceptions
        .iter()
        .filter(|one| one.class.code() == "REVISED_AFTER_CLOSE")
        .map(|one| one.amount.get())
        .collect();
    assert!(revised.contains(&-450), "{revised:?}");
    // Matched again only in part, and matched whole: the same.
    let whole = engine::reconcile(&matched.facts).unwrap();
    assert_eq!(whole, matched.outcome);
    assert!(engine::audit::audit(&matched.facts, &matched.outcome).is_empty());
    let entries = books::journal(centre.state(), date("2026-07-01"), date("2026-08-10")).await.unwrap();
    assert!(
        entries
            .entries
            .iter()
            .all(|entry| entry.lines.iter().map(|line| line.amount.get()).sum::<i64>() == 0)
    );

    let folder = centre.folder.path().join("august");
    let asked = Asked::Month("2026-08".to_owned());
    bundle::write(centre.state(), &folder, asked, date("2026-08-10"), "test").await.unwrap();
    let found = check(&folder).await.unwrap();
    assert!(found.whole() && found.done_again, "{found:?}");
}

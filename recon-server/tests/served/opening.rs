//! 移行時の未収: what was taken before the first counter day comes in by the city's own file, is matched and paid like any sale, and is
//! revenue of no day.

use domain::{money::Yen, time::CivilDate};
use engine::postings::Book;
use formats::{opening, statement::write_statement};
use recon_server::jobs::{
    audit::{Asked, bundle, check::check},
    books,
    import::{Outcome, Receipt, Upload, import, preview},
    reconcile::matched,
};

use crate::{
    support::{Centre, TODAY, date},
    support_files::{at, bank, profile, row},
};

/// Two weeks before the first counter day.
const BEFORE: &str = "2026-11-10";
const HEADER: &str = "契約,領収日,端末番号,伝票番号,承認番号,ブランド,金額,備考\r\n";

fn upload(source: &str, bytes: Vec<u8>) -> Upload {
    Upload {
        source: source.parse().unwrap(),
        name: "file.csv".to_owned(),
        bytes,
        period: None,
        uploader: "test".to_owned(),
    }
}

fn file(rows: &str) -> Vec<u8> {
    format!("{HEADER}{rows}").into_bytes()
}

async fn take(centre: &Centre, upload: Upload) -> Receipt {
    match import(centre.state(), upload).await.unwrap() {
        Outcome::Accepted { receipts, .. } => receipts.into_iter().next().unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn refused(centre: &Centre, rows: &str) -> String {
    match import(centre.state(), upload("opening", file(rows))).await.unwrap() {
        Outcome::Refused { refusal, .. } => refusal.to_string(),
        other => panic!("{other:?}"),
    }
}

/// A centre whose first counter was granted today.
async fn begun() -> Centre {
    let centre = Centre::set_up().await;
    centre.counter().await;
    centre
}

#[tokio::test]
async fn what_was_not_paid_at_go_live_is_matched_and_is_no_revenue() {
    let centre = begun().await;
    let rows =
        format!("paypay,{BEFORE} 10:05:11,,,,,300,\r\npaypay,{BEFORE} 11:05:11,,,,,1200,旧システム\r\n");
    let seen = preview(centre.state(), &upload("opening", file(&rows))).await.unwrap();
    assert_eq!((seen.rows, seen.total, seen.refused.len()), (2, Yen::new(1_500), 0), "{seen:?}");
    let receipt = take(&centre, upload("auto", file(&rows))).await;
    assert_eq!((receipt.source.as_str(), receipt.new), ("opening", 2), "found by its header");
    let told = [row("取引完了", at(BEFORE, 10, 5, 11), 300, "04000000000000004821")];
    let bytes = write_statement(&profile("paypay_for_business"), &told).unwrap();
    take(&centre, Upload { period: Some((date(BEFORE), date(BEFORE))), ..upload("paypay", bytes) }).await;

    let day = date(TODAY);
    let found = matched(centre.state(), day).await.unwrap();
    assert!(engine::audit::audit(&found.facts, &found.outcome).is_empty());
    let ours: Vec<_> = found.facts.sales.iter().filter(|sale| sale.is_opening()).collect();
    assert_eq!(ours.len(), 2);
    let linked: Vec<&str> = found.outcome.links.iter().map(|link| link.left.as_str()).collect();
    let is_linked = |sale: &&&engine::facts::Sale| linked.contains(&sale.id.as_str());
    let (paid, open): (Vec<_>, Vec<_>) = ours.iter().copied().partition(|sale| is_linked(&sale));
    assert_eq!((paid[0].amount, open[0].amount), (Yen::new(300), Yen::new(1_200)));

    // In the 照合書 as what was open before, in no day's sales.
    let sheet =
        found.outcome.sheets.iter().find(|sheet| sheet.from <= date(BEFORE) && date(BEFORE) <= sheet.to);
    let sheet = sheet.unwrap();
    assert_eq!((sheet.opening.count, sheet.opening.amount, sheet.sales.count), (2, Yen::new(1_500), 0));
    assert!(found.outcome.lines.iter().all(|line| line.counter.is_none() && line.net.amount == Yen::ZERO));
    let opened: i64 = found.outcome.lines.iter().map(|line| line.opening.amount.get()).sum();
    assert_eq!(opened, 1_500);

    // Opened against a balance of its own, and no revenue.
    let journal = books::journal(centre.state(), date("2026-04-01"), day).await.unwrap();
    let of = |book: &Book| {
        let lines = journal.entries.iter().flat_map(|entry| &entry.lines).filter(|line| line.book == *book);
        lines.map(|line| line.amount.get()).sum::<i64>()
    };
    assert_eq!(of(&Book::OpeningBalance), -1_500);
    let revenue = |book: &Book| matches!(book, Book::Revenue { .. });
    assert!(journal.entries.iter().flat_map(|entry| &entry.lines).all(|line| !revenue(&line.book)));

    // Why: by its words, with file and row.
    let why = books::why(centre.state(), day, &open[0].id).await.unwrap().unwrap();
    assert!(
        why.paragraph_ja.contains("移行時の未収") && why.paragraph_ja.contains("3行目"),
        "{}",
        why.paragraph_ja
    );
    assert_eq!(why.sources.iter().map(|source| source.row).collect::<Vec<_>>(), [3]);

    let folder = centre.folder.path().join("bundle");
    bundle::write(centre.state(), &folder, Asked::Day(day), day, "test").await.unwrap();
    let again = check(&folder).await.unwrap();
    assert!(again.whole() && again.done_again, "{again:?}");
}

#[tokio::test]
async fn its_payout_and_deposit_close_it() {
    let centre = begun().await;
    take(&centre, upload("opening", file(&format!("paypay,{BEFORE} 10:05:11,,,,,300,\r\n")))).await;
    let told = [row("取引完了", at(BEFORE, 10, 5, 11), 300, "04000000000000004821")];
    let bytes = write_statement(&profile("paypay_for_business"), &told).unwrap();
    take(&centre, Upload { period: Some((date(BEFORE), date(BEFORE))), ..upload("paypay", bytes) }).await;
    let first = matched(centre.state(), date(TODAY)).await.unwrap();
    let holds = |from: CivilDate, to: CivilDate| from <= date(BEFORE) && date(BEFORE) <= to;
    let payout = first.outcome.payouts.iter().find(|payout| holds(payout.from, payout.to)).unwrap();
    assert_eq!(payout.sales.amount, Yen::new(300), "{payout:?}");
    let (net, on) = (payout.net, payout.expected_on);
    centre.clock.set(at(&on.plus_days(1).to_string(), 9, 0, 0));
    take(&centre, upload("bank", bank(&on.to_string(), &[(net.get(), "ﾍﾟｲﾍﾟｲ(ｶ")]))).await;
    let after = matched(centre.state(), on.plus_days(1)).await.unwrap();
    let payout = after.outcome.payouts.iter().find(|payout| holds(payout.from, payout.to)).unwrap();
    assert_eq!(payout.deposited, net, "{payout:?}");
}

#[tokio::test]
async fn a_day_of_a_counter_and_what_nobody_knows_are_refused() {
    let centre = begun().await;
    for (rows, words) in [
        (format!("paypay,{TODAY},,,,,300,\r\n"), "窓口の最初の日"),
        (format!("nobody,{BEFORE},,,,,300,\r\n"), "登録のない契約"),
        (format!("paypay,{BEFORE},,,,edy,300,\r\n"), "ブランド"),
    ] {
        let found = refused(&centre, &rows).await;
        assert!(found.contains(words), "{found}");
    }
    let empty = opening::template().unwrap();
    assert!(matches!(
        import(centre.state(), upload("opening", empty)).await.unwrap(),
        Outcome::Accepted { .. }
    ));
}

/// One file is the whole of it: the next one stands in its place.
#[tokio::test]
async fn a_corrected_file_stands_in_the_place_of_the_first() {
    let centre = begun().await;
    let two = format!("paypay,{BEFORE},,,,,300,\r\npaypay,2026-11-03,,,,,450,\r\n");
    take(&centre, upload("opening", file(&two))).await;
    let said = take(&centre, upload("opening", file(&format!("paypay,{BEFORE},,,,,300,\r\n")))).await;
    let said = said.replaced.unwrap();
    assert_eq!((said.added.rows, said.withdrawn.rows, said.withdrawn.amount), (0, 1, Yen::new(450)));
    let found = matched(centre.state(), date(TODAY)).await.unwrap();
    assert_eq!(found.facts.sales.iter().filter(|sale| sale.is_opening()).count(), 1);
}

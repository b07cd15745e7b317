//! The published month, played through the real programs: the sums to the yen, every planted trouble as what it is, nothing else;
//! and the folder that it leaves can be fed again by hand.

#[path = "../../recon-server/store-postgres/tests/support/cluster.rs"]
mod cluster;

use std::{
    path::Path,
    process::{Command, Output},
};

use anyhow::{Context as _, Result, ensure};
use domain::{money::Yen, time::CivilDate};
use engine::{ExceptionClass, Verdict};
use recon_server::jobs::{
    month::{self, MixKind, MonthlyReport},
    report,
};
use serde_json::Value;
use town::july::{July, paperwork::files_in_order, summary, telling::Told};

/// A played month and what the centre says of it.
struct Played {
    july: July,
    report: MonthlyReport,
    story: Vec<Told>,
}

async fn play(folder: &Path, database_url: Option<String>) -> Result<Played> {
    let mut july = July::begin(folder, database_url).await?;
    july.play().await?;
    let report = july.report().await?;
    let story = july.story(&report).await?;
    july.leave_data(&report)?;
    Ok(Played { july, report, story })
}

fn date(text: &str) -> CivilDate {
    text.parse().expect("a date")
}

fn the_published_figures(report: &MonthlyReport) {
    let line = |kind| {
        let row = report.mix.rows.iter().find(|row| row.kind == kind).expect("a line of the table");
        (row.method.as_ref(), row.yen.get(), row.percent.as_str())
    };
    assert_eq!(line(MixKind::Credit), ("クレジットカード", 12_090, "2.2"));
    assert_eq!(line(MixKind::ElectronicMoney), ("電子マネー", 37_270, "6.7"));
    assert_eq!(line(MixKind::Code), ("QRコード決済", 46_010, "8.2"));
    assert_eq!(line(MixKind::Cashless), ("キャッシュレス計", 95_370, "17.0"));
    assert_eq!(line(MixKind::Cash).1, 458_050);
    assert_eq!((line(MixKind::Voucher).1, line(MixKind::Deferred).1), (1_200, 5_760));
    let mix = &report.mix;
    assert_eq!((mix.gross.get(), mix.commission.get(), mix.total.get()), (560_380, 96, 560_284));
    assert!(mix.notes.iter().any(|note| note.contains("17.1")), "C12: {:?}", mix.notes);
    assert_eq!(report.days.len(), 31);
    let days: i64 = report.days.iter().map(|day| day.total.amount.get()).sum();
    assert_eq!(days, 560_380, "the days add up to the month");
}

fn each_trouble_shows_as_what_it_is_and_nothing_else(report: &MonthlyReport) {
    let mut found: Vec<(ExceptionClass, CivilDate, i64)> = report
        .exceptions
        .iter()
        .map(|line| (line.exception.class, line.exception.day, line.exception.amount.get()))
        .collect();
    found.sort();
    let mut planted = vec![
        (ExceptionClass::AOnly, date("2022-07-12"), 300),
        (ExceptionClass::JOnly, date("2022-07-15"), -300),
        (ExceptionClass::DuplicateCharge, date("2022-07-17"), 300),
        (ExceptionClass::AmountDiff, date("2022-07-23"), -100),
    ];
    planted.sort();
    assert_eq!(found, planted);
    assert!(report.exceptions.iter().all(|line| line.exception.sentence_ja.ends_with('。')));
    assert!(report.unknowns.is_empty(), "both doubts are over: {:?}", report.unknowns);
    let refunds: Vec<_> =
        report.refunds.iter().map(|line| (line.number, line.refunded_on, line.amount.get())).collect();
    assert_eq!(refunds, [(Some(1), date("2022-07-21"), 300)]);
    assert_eq!(report.refunded, Yen::new(300));
    let late: Vec<_> = report
        .late
        .iter()
        .map(|line| (line.late.payment_date, line.late.business_day, line.late.amount.get()))
        .collect();
    assert_eq!(late, [(date("2022-07-13"), date("2022-07-19"), 300)]);
}

fn every_contract_is_judged(report: &MonthlyReport) {
    let found: Vec<(&str, Verdict)> =
        report.contracts.iter().map(|contract| (contract.contract.as_str(), contract.verdict)).collect();
    for (contract, verdict) in [
        ("card-ko", Verdict::Matched),
        ("emoney-otsu", Verdict::Matched),
        ("emoney-otsu-post", Verdict::Matched),
        ("paypay", Verdict::Differences),
        ("linepay", Verdict::Differences),
        ("agent-ryoko", Verdict::Matched),
        ("deferred-dantai", Verdict::Matched),
    ] {
        assert!(found.contains(&(contract, verdict)), "{contract} is not {verdict:?}: {found:?}");
    }
    assert_eq!(found.len(), 7);
    assert_eq!(report.verdict, Verdict::Differences);
    for contract in &report.contracts {
        for sheet in &contract.sheets {
            assert_eq!(
                sheet.residual, sheet.breaks_net.amount,
                "{}: nothing differs but what is named",
                sheet.contract
            );
        }
    }
}

/// Until the missing file is here, the contract cannot be called anything but 未確定.
fn open_until_the_last_file(july: &July) {
    let of_otsu = july.judged.iter().filter(|judged| judged.contract.as_str() == "emoney-otsu");
    let verdicts: Vec<(CivilDate, Verdict)> = of_otsu.map(|judged| (judged.as_of, judged.verdict)).collect();
    for (day, verdict) in &verdicts {
        let expected = if *day < date("2022-08-30") {
            Verdict::Incomplete
        } else if *day < date("2022-09-01") {
            Verdict::Pending
        } else {
            Verdict::Matched
        };
        assert_eq!(*verdict, expected, "{day}: {verdicts:?}");
    }
    assert!(verdicts.len() >= 6, "{verdicts:?}");
}

/// The report of the day on which a statement settled a doubt lists it under its own 領収日, and its terminal total still agrees.
async fn the_late_one_is_in_its_days_report(july: &July) -> Result<()> {
    let report = report::daily(july.state()?, date("2022-07-19")).await?;
    let rows = report.counters.iter().flat_map(|block| &block.rows);
    let nanaco: Vec<_> = rows
        .filter(|row| row.line.brand.as_ref().is_some_and(|brand| brand.as_str() == "nanaco"))
        .map(|row| (row.line.net.amount.get(), row.line.late.amount.get(), row.line.verdict))
        .collect();
    ensure!(nanaco == [(900, 300, Verdict::Matched)], "{nanaco:?}");
    Ok(())
}

/// Across the replacement of the machine, and over the voids, no receipt number is missing or given twice.
async fn receipts_have_no_gap(july: &July) -> Result<()> {
    let state = july.state()?;
    let mut unit = state.store.snapshot().await?;
    let all = (date("2022-07-01"), date("2022-07-31"));
    for (counter, incarnations) in [("meirin-1", 2), ("meirin-2", 1)] {
        let counter = counter.parse()?;
        let sales = unit.sales_booked(state.tenant(), all.0, all.1, Some(&counter)).await?;
        let mut receipts: Vec<_> = sales
            .iter()
            .map(|row| (row.sale.receipt_number.incarnation.0, row.sale.receipt_number.number))
            .collect();
        receipts.sort_unstable();
        for (wanted, (_, found)) in (1..).zip(&receipts) {
            ensure!(wanted == *found, "{counter}: receipt {found} where {wanted} is next");
        }
        let last = receipts.last().context("receipts")?.0;
        ensure!(last == incarnations, "{counter} is in incarnation {last}");
        if incarnations == 2 {
            let first_of_new = receipts.iter().find(|receipt| receipt.0 == 2).map(|receipt| receipt.1);
            ensure!(first_of_new == july.old_machine_next, "{first_of_new:?}");
        }
    }
    Ok(())
}

fn the_files_came_as_told(july: &July) {
    let unchanged: Vec<&str> = july
        .received
        .iter()
        .filter(|file| file.receipts.is_empty())
        .map(|file| file.source.as_str())
        .collect();
    assert_eq!(unchanged, ["paypay"], "one file came twice");
    let revised: Vec<(&str, u32)> = july
        .received
        .iter()
        .map(|file| (file.source.as_str(), file.receipts.iter().map(|receipt| receipt.revised).sum()))
        .filter(|(_, revised)| *revised > 0)
        .collect();
    assert_eq!(revised, [("linepay", 1)], "one file was corrected");
}

fn the_story_tells_it(story: &[Told]) {
    let text: Vec<String> = story.iter().map(|told| format!("{} {}", told.date, told.sentence)).collect();
    for (day, word) in [
        ("2022-07-05", "人数の誤り"),
        ("2022-07-06", "端末に照会して「成立」"),
        ("2022-07-08", "観覧の取りやめ"),
        ("2022-07-09", "後から欠けずに届きました"),
        ("2022-07-13", "会社の明細で「成立」"),
        ("2022-07-19", "過日分確定"),
        ("2022-07-20", "世代2"),
        ("2022-07-21", "決裁番号 1"),
        ("2022-08-01", "もう一度受け取りました"),
        ("2022-08-03", "1行を新しい内容に置き換えました"),
        ("2022-08-30", "未確定"),
    ] {
        assert!(
            text.iter().any(|line| line.starts_with(day) && line.contains(word)),
            "{day} {word}: {text:#?}"
        );
    }
    let held_up: Vec<&String> =
        text.iter().filter(|line| line.contains("後から欠けずに届きました")).collect();
    assert_eq!(held_up.len(), 2, "both desks on the one day without a line: {held_up:#?}");
}

fn the_json_has_its_shape(played: &Played) -> Result<()> {
    let json: Value = serde_json::from_str(&summary::to_json(&played.report, &played.story)?)?;
    let expected = serde_json::json!([
        { "method": "クレジットカード", "yen": 12_090, "percent": "2.2" },
        { "method": "電子マネー", "yen": 37_270, "percent": "6.7" },
        { "method": "QRコード決済", "yen": 46_010, "percent": "8.2" },
        { "method": "キャッシュレス計", "yen": 95_370, "percent": "17.0" },
    ]);
    assert_eq!(json["mix"], expected);
    assert_eq!(
        (&json["gross"], &json["commission"], &json["total"]),
        (&560_380.into(), &96.into(), &560_284.into())
    );
    for (key, entries) in [("verdicts", 7), ("exceptions", 4)] {
        assert_eq!(json[key].as_array().map(Vec::len), Some(entries), "{key}");
    }
    for exception in json["exceptions"].as_array().context("a list")? {
        assert!(
            exception["class"].is_string() && exception["yen"].is_i64() && exception["sentence"].is_string()
        );
    }
    assert!(json["story"].as_array().is_some_and(|story| story.len() >= 15));
    let alone: Value = serde_json::from_str(&month::to_json(&played.report)?)?;
    assert_eq!(json["report"], alone, "the whole report beside it");
    Ok(())
}

async fn judge(played: &Played) -> Result<()> {
    the_published_figures(&played.report);
    each_trouble_shows_as_what_it_is_and_nothing_else(&played.report);
    every_contract_is_judged(&played.report);
    open_until_the_last_file(&played.july);
    the_late_one_is_in_its_days_report(&played.july).await?;
    receipts_have_no_gap(&played.july).await?;
    the_files_came_as_told(&played.july);
    the_story_tells_it(&played.story);
    the_json_has_its_shape(played)
}

/// The centre's command line on a folder that a month left.
fn centre(folder: &Path, arguments: &[&str]) -> Result<Output> {
    let config = folder.join(summary::CONFIG_FILE);
    let mut command = Command::new(env!("CARGO_BIN_EXE_centre_cli"));
    command.arg("--config").arg(config).args(arguments).env_clear();
    command.output().context("run the centre's command line")
}

/// The same bytes by hand as from the demo, and every file again changes nothing.
fn the_folder_can_be_fed_again(folder: &Path, july: &July) -> Result<()> {
    let report = ["report", "--month", "2022-07", "--as-of", "2022-09-01", "--format", "json"];
    let of_demo = std::fs::read(folder.join(summary::MONTH_FILE))?;
    let by_hand = centre(folder, &report)?;
    ensure!(
        by_hand.stdout == of_demo,
        "the report by hand differs: {}",
        String::from_utf8_lossy(&by_hand.stderr)
    );
    ensure!(by_hand.status.code() == Some(3), "a month with differences ends with 3: {:?}", by_hand.status);
    for (path, received) in files_in_order(folder)?.iter().zip(&july.received) {
        let path = path.to_string_lossy();
        ensure!(path.ends_with(&received.file), "{path} is not {}", received.file);
        let (from, to) = (received.period.0.to_string(), received.period.1.to_string());
        let mut arguments = vec!["import", &path, "--source", &received.source, "--format", "json"];
        if received.source != "bank" {
            arguments.extend(["--from", &from, "--to", &to]);
        }
        let again = centre(folder, &arguments)?;
        let answer: Value = serde_json::from_slice(&again.stdout).context("the import's answer")?;
        ensure!(again.status.success() && answer["result"] == "seen_before", "{path}: {answer}");
        ensure!(answer["file"].is_u64() && answer["sentence_ja"].is_string(), "{path}: {answer}");
    }
    let reconciled = centre(folder, &["reconcile", "--as-of", "2022-09-01", "--format", "json"])?;
    let run: Value = serde_json::from_slice(&reconciled.stdout)?;
    ensure!(run["recorded"] == false, "nothing new was there to record: {run}");
    ensure!(centre(folder, &report)?.stdout == of_demo, "after the imports the report differs");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_month_on_both_stores_gives_the_same_bytes_and_can_be_fed_again() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut on_sqlite = play(folder.path(), None).await?;
    judge(&on_sqlite).await?;
    on_sqlite.july.centre.switch_off().await?;
    the_folder_can_be_fed_again(folder.path(), &on_sqlite.july)?;
    let cluster = cluster::Cluster::start().context("start a private PostgreSQL")?;
    let other_folder = tempfile::tempdir()?;
    let mut on_postgres = play(other_folder.path(), Some(cluster.url())).await?;
    judge(&on_postgres).await?;
    on_postgres.july.centre.switch_off().await?;
    assert_eq!(on_sqlite.story, on_postgres.story);
    assert_eq!(month::to_json(&on_sqlite.report)?, month::to_json(&on_postgres.report)?);
    Ok(())
}

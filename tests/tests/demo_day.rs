//! The demo's day on both stores: the same story gives the same report, and each trouble shows as what it is.

#[path = "../../recon-server/store-postgres/tests/support/cluster.rs"]
mod cluster;

use anyhow::{Context as _, Result, ensure};
use domain::event::Paper;
use engine::{ExceptionClass, Verdict};
use recon_server::jobs::report::{self, DailyReport};
use town::{demo_day::Day, settle::settle};

async fn play(database_url: Option<String>) -> Result<DailyReport> {
    let folder = tempfile::tempdir()?;
    let mut day = Day::morning(folder.path(), database_url).await?;
    day.play().await?;
    let report = settle(&day, &folder.path().join("files")).await?;
    books_agree(&day, &report)?;
    let story = town::story::of_day(day.centre.server()?.state(), report.date).await?.join("\n");
    for word in
        ["結果不明", "端末に照会して「成立」", "請求の取下げ", "種類の誤り", "後から欠けずに届きました"]
    {
        ensure!(story.contains(word), "{word} is not told: {story}");
    }
    for counter in [day.museum, day.window] {
        counter.shut().await;
    }
    day.centre.switch_off().await?;
    Ok(report)
}

/// The books of the outside world and the report give the same yen.
fn books_agree(day: &Day, report: &DailyReport) -> Result<()> {
    let charged = |counter: &town::city::Counter| -> i64 {
        counter.terminal.charged().iter().map(|yen| yen.get()).sum()
    };
    let credit: i64 = rows(report, "credit").map(|row| row.line.net.amount.get()).sum();
    ensure!(
        credit == charged(&day.museum) + charged(&day.window),
        "credit {credit} is not what the terminals hold"
    );
    let reported: i64 = rows(report, "code_static").map(|row| row.line.reported.amount.get()).sum();
    ensure!(reported == day.wallet.gross().get(), "reported {reported} is not what the wallet holds");
    for counter in [&day.museum, &day.window] {
        let papers = counter.printer.papers();
        ensure!(!papers.is_empty(), "nothing was printed");
        ensure!(
            !papers.iter().flat_map(|paper| &paper.lines).any(|line| line.contains('?')),
            "a question mark on paper"
        );
        let slip = papers.last().context("a settlement slip")?.lines.concat().replace(' ', "");
        let head = chain_head_of_the_close(counter).context("a settlement slip was asked for")?;
        ensure!(slip.contains(&head), "the slip does not carry the chain's head {head}: {slip}");
    }
    Ok(())
}

fn chain_head_of_the_close(counter: &town::city::Counter) -> Option<String> {
    counter.clerk.state().prints.values().rev().find_map(|job| match &job.paper {
        Paper::SettlementSlip { chain_head, .. } => Some(chain_head.clone()),
        _ => None,
    })
}

fn rows<'r>(report: &'r DailyReport, method: &'r str) -> impl Iterator<Item = &'r report::Row> {
    report.counters.iter().flat_map(|block| &block.rows).filter(move |row| row.line.method.code() == method)
}

fn each_trouble_shows_as_what_it_is(report: &DailyReport) {
    assert_eq!(report.verdict, Verdict::Differences);
    let breaks: Vec<(ExceptionClass, i64)> = report
        .exceptions
        .iter()
        .filter(|exception| exception.verdict == Verdict::Differences)
        .map(|exception| (exception.class, exception.amount.get()))
        .collect();
    assert_eq!(breaks.len(), 2, "{breaks:?}");
    assert!(breaks.contains(&(ExceptionClass::AOnly, 300)), "a phone paid and nobody registered: {breaks:?}");
    assert!(breaks.contains(&(ExceptionClass::JOnly, -450)), "a screen only looked paid: {breaks:?}");
    assert!(
        report.exceptions.iter().all(|exception| exception.sentence_ja.ends_with('。')),
        "each has a sentence"
    );
    assert!(report.unknowns.is_empty(), "the terminal's answer ended the doubt");
    assert_eq!(report.total.voids.count, 2);
    for sheet in &report.sheets {
        assert_eq!(
            sheet.residual, sheet.breaks_net.amount,
            "{}: nothing differs but what is named",
            sheet.contract
        );
    }
    let paypay: i64 = rows(report, "code_static").map(|row| row.line.deposited.get()).sum();
    assert_eq!(paypay, 1_469, "1,500 less 29 and 2 is what the bank received");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_day_on_both_stores_gives_one_report() -> Result<()> {
    let on_sqlite = play(None).await?;
    each_trouble_shows_as_what_it_is(&on_sqlite);
    let cluster = cluster::Cluster::start().context("start a private PostgreSQL")?;
    let on_postgres = play(Some(cluster.url())).await?;
    each_trouble_shows_as_what_it_is(&on_postgres);
    Ok(())
}

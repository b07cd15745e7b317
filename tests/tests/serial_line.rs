//! One card sale through the whole agent to a terminal on a serial line, which is a pseudo-terminal here.
#![cfg(unix)]

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use domain::{money::Yen, time::Timestamp};
use town::{
    clock::TownClock,
    harness::{
        bay::{Bay, Plan, stop},
        history::History,
        papers::Receipts,
    },
};

#[tokio::test]
async fn a_card_sale_and_its_void_over_a_serial_line() -> Result<()> {
    let morning = Timestamp::from_jst("2026-07-31".parse()?, 9, 0, 0).context("a time of day")?;
    let clock = TownClock::at(morning);
    let bay = Bay::build(Plan::on_a_serial_line(), Arc::new(clock.clone())).await?;
    ensure!(bay.terminal.address().is_serial(), "{}", bay.terminal.address());
    bay.enrol(morning)?;
    let (agent, mut clerk) = bay.start(&clock, 1).await?;
    clerk.open().await?;
    let sale = clerk.sell_card(&[("jumin", 2), ("koseki", 1)]).await?;
    clerk.papers_out().await?;
    ensure!(bay.terminal.charged() == [Yen::new(1_050)], "{:?}", bay.terminal.charged());
    ensure!(Receipts::of(&bay.printer) == Receipts { originals: 1, copies: 0 });
    let words = ["PaymentRequested", "PaymentResultSeen", "Outcome.Approved"];
    let history = History::read(&bay.journal_path())?;
    ensure!(history.money_words() == words, "{:?}", history.money_words());
    history.judge(&bay.terminal.book())?;

    clerk.void(sale, "お客様の都合").await?;
    clerk.papers_out().await?;
    ensure!(bay.terminal.charged().is_empty(), "{:?}", bay.terminal.charged());
    clerk.read_totals("card").await?;
    stop(agent, clerk).await?;
    History::read(&bay.journal_path())?.judge(&bay.terminal.book())
}

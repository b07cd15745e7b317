//! Fault scripts 1 to 6 and 11 on a whole counter: the real agent with its journal on SQLite, the real drivers over TCP, simulated
//! machines that fail as the script says. The scripts' own `expect` tables and the machines' books are the judges.

use anyhow::{Context as _, Result, bail, ensure};
use domain::{
    command::Command,
    event::Paper,
    id::{AttemptId, PrintJobId, SaleId},
    refusal::Refusal,
    state::{PrintState, SaleState, State},
};
use drivers::{script::Direction, zvt::simulator::EntryState};
use pos_agent::till::SubmitError;
use town::{
    clerk::{Clerk, in_state},
    harness::{papers::Receipts, play::Play},
};

/// How often the clerk asks a printer that is not there, and the pause between, in milliseconds.
const TRIES_MAX: u32 = 40;
const TRY_AGAIN_MS: u64 = 500;
/// `jumin` costs ¥300, as the scripts expect; `koseki` costs ¥450.
const JUMIN: &[(&str, u32)] = &[("jumin", 1)];
const KOSEKI: &[(&str, u32)] = &[("koseki", 1)];

fn attempt_in_doubt(state: &State, attempt: AttemptId) -> bool {
    state.attempts.get(&attempt).is_some_and(domain::state::Attempt::in_doubt)
}

async fn tap(clerk: &mut Clerk, sale: SaleId) -> Result<(), SubmitError> {
    let route = "card".parse().expect("a route");
    clerk.press(Command::RequestPayment { sale, route, repeat_reason: None }).await.map(drop)
}

#[tokio::test]
async fn script_1_no_answer_but_charged() -> Result<()> {
    let mut play = Play::open("01_no_answer_but_charged").await?;
    let other = play.clerk.register(KOSEKI).await?;
    let (sale, attempt) = play.clerk.request(JUMIN, "card").await?;
    ensure!(play.expect("second_tap_meanwhile")?.as_str() == Some("refused"));
    let running = tap(&mut play.clerk, other).await;
    ensure!(running == Err(SubmitError::Refused(Refusal::TerminalBusy)), "while it runs: {running:?}");
    play.clerk.until("the answer stays away", |state| attempt_in_doubt(state, attempt)).await?;
    let in_doubt = tap(&mut play.clerk, other).await;
    ensure!(in_doubt == Err(SubmitError::Refused(Refusal::TerminalHeld)), "while in doubt: {in_doubt:?}");
    play.clerk.until("the question resolves it", |state| in_state(state, sale, SaleState::Completed)).await?;
    play.clerk.papers_out().await?;
    play.is_as_expected().await?;
    ensure!(play.bay.terminal.counters().sales == 1, "the terminal was asked for money once");
    // What was refused meanwhile is taken now, and gives the second charge of the book.
    tap(&mut play.clerk, other).await?;
    play.clerk.until("the other sale", |state| in_state(state, other, SaleState::Completed)).await?;
    ensure!(play.bay.terminal.charged().len() == 2);
    play.end().await
}

#[tokio::test]
async fn script_2_our_acknowledgement_is_lost() -> Result<()> {
    let mut play = Play::open("02_acknowledgement_lost").await?;
    let (sale, attempt) = play.clerk.request(JUMIN, "card").await?;
    play.clerk.until("the terminal reverses", |state| attempt_in_doubt(state, attempt)).await?;
    play.clerk
        .until("the sale waits for payment again", |state| in_state(state, sale, SaleState::Open))
        .await?;
    play.is_as_expected().await?;
    ensure!(play.bay.terminal.book().iter().all(|entry| entry.state == EntryState::Reversed));
    // The citizen pays again, once.
    tap(&mut play.clerk, sale).await?;
    play.clerk.until("paid", |state| in_state(state, sale, SaleState::Completed)).await?;
    ensure!(play.bay.terminal.charged().len() == 1);
    play.end().await
}

#[tokio::test]
async fn script_3_the_result_comes_three_times() -> Result<()> {
    let mut play = Play::open("03_result_doubled").await?;
    play.clerk.sell_card(JUMIN).await?;
    play.clerk.papers_out().await?;
    let repeats = play.expect_number("acknowledged_repeats")?;
    play.wait("every repeat is acknowledged", |play| acknowledged_repeats(play) == i64::from(repeats))
        .await?;
    let refused = play
        .bay
        .terminal
        .transcript()
        .iter()
        .any(|(direction, message)| *direction == Direction::Rx && message.first() == Some(&0x84));
    ensure!(!refused, "no repeat is refused: a refusal would reverse the payment");
    play.is_as_expected().await?;
    play.clerk.sell_card(KOSEKI).await?;
    ensure!(play.bay.terminal.charged().len() == 2);
    play.end().await
}

/// Acknowledgements of the till beyond one for each message of the terminal that wants one.
fn acknowledged_repeats(play: &Play) -> i64 {
    play.bay.terminal.transcript().iter().fold(0, |balance, (direction, message)| {
        match (direction, message.as_slice()) {
            (Direction::Rx, [0x80, ..]) => balance + 1,
            (Direction::Tx, [0x04, ..] | [0x06, 0x0F | 0x1E | 0xD1 | 0xD3, ..]) => balance - 1,
            _ => balance,
        }
    })
}

#[tokio::test]
async fn script_4_a_result_without_amount_and_trace() -> Result<()> {
    let mut play = Play::open("04_result_without_amount").await?;
    play.clerk.sell_card(JUMIN).await?;
    play.clerk.papers_out().await?;
    play.is_as_expected().await?;
    play.end().await
}

#[tokio::test]
async fn script_5_the_cancel_loses_the_race() -> Result<()> {
    let mut play = Play::open("05_cancel_just_before_the_result").await?;
    let code = play.clerk_word("cancel_on_status")?;
    let code = u8::from_str_radix(code.as_str().context("hex")?, 16)?;
    let (sale, attempt) = play.clerk.request(JUMIN, "card").await?;
    let mut view = play.clerk.till().view();
    let shown = view.wait_for(|view| view.progress.get(&attempt).is_some_and(|shown| shown.code == code));
    tokio::time::timeout(std::time::Duration::from_secs(10), shown).await??;
    play.clerk.press(Command::AskCancel { attempt }).await?;
    play.clerk.until("the result wins", |state| in_state(state, sale, SaleState::Completed)).await?;
    play.clerk.papers_out().await?;
    play.is_as_expected().await?;
    ensure!(
        play.bay.terminal.book().iter().all(|entry| entry.state == EntryState::Standing),
        "nothing reversed silently"
    );
    // What is offered then is a void, and it is journalled.
    ensure!(play.expect("void_offered")?.as_bool() == Some(true));
    play.clerk.void(sale, "お客様の都合").await?;
    play.clerk.papers_out().await?;
    ensure!(play.bay.terminal.charged().is_empty());
    ensure!(play.history()?.money_words().last() == Some(&"SaleVoided"));
    play.end().await
}

#[tokio::test]
async fn script_6_codes_that_prove_nothing() -> Result<()> {
    let mut play = Play::open("06_codes_that_prove_nothing").await?;
    for lines in [JUMIN, KOSEKI] {
        let (sale, attempt) = play.clerk.request(lines, "card").await?;
        play.clerk.until("nobody can tell", |state| attempt_in_doubt(state, attempt)).await?;
        play.clerk
            .until("the terminal has no such slip", |state| in_state(state, sale, SaleState::Open))
            .await?;
    }
    play.is_as_expected().await?;
    play.end().await
}

/// The original of a sale in cash is not out for sure; says which job.
async fn doubtful_original(play: &mut Play) -> Result<(SaleId, PrintJobId)> {
    let sale = play.clerk.sell_cash(JUMIN, 1_000).await?;
    let doubted = |state: &State| {
        let mut jobs = state.prints.values().filter(|job| matches!(job.state, PrintState::Unknown(_)));
        jobs.next().map(|job| (job.id, job.paper.clone()))
    };
    play.clerk.until("印刷不明", |state| doubted(state).is_some()).await?;
    match doubted(&play.clerk.state()) {
        Some((job, Paper::Receipt { sale: of, copy: 0 })) if of == sale => Ok((sale, job)),
        other => bail!("{other:?} is in doubt"),
    }
}

/// The clerk looked and wants it again, also where the printer is not there yet; waits until a copy is out.
async fn copy_comes_out(play: &mut Play, doubtful: PrintJobId, sale: SaleId) -> Result<()> {
    let newest = |state: &State| {
        let of_sale = |paper: &Paper| matches!(paper, Paper::Receipt { sale: of, copy: 1 } if *of == sale);
        let job = state.prints.values().rev().find(|job| of_sale(&job.paper))?;
        Some((job.id, job.state.clone()))
    };
    let mut job = doubtful;
    for _ in 0..TRIES_MAX {
        let note = "紙は出ていなかった".to_owned();
        play.clerk.press(Command::SettlePrint { job, again: true, note }).await?;
        let ended = |state: &State| {
            newest(state).is_some_and(|(_, state)| !matches!(state, PrintState::Queued | PrintState::Started))
        };
        play.clerk.until("the copy ends", ended).await?;
        match newest(&play.clerk.state()).context("a copy")? {
            (_, PrintState::Printed) => return Ok(()),
            (failed, PrintState::Failed(_)) => job = failed,
            (_, other) => bail!("the copy is {other:?}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(TRY_AGAIN_MS)).await;
    }
    bail!("no copy after {TRIES_MAX} tries")
}

#[tokio::test]
async fn script_11a_paper_end_then_reload() -> Result<()> {
    let mut play = Play::open("11a_paper_end_then_reload").await?;
    let (sale, job) = doubtful_original(&mut play).await?;
    ensure!(play.expect("first")?.as_str() == Some("unknown_cleared"));
    ensure!(play.history()?.paper_words().last() == Some(&"PrintUnknown.Cleared"));
    let hanging = usize::try_from(play.expect_number("hanging_lines")?)?;
    let (reload_ms, waited_ms) = (play.clerk_word("reload_after_ms")?, play.clerk_word("attention_ms")?);
    let rest_ms = reload_ms.as_integer().context("ms")? - waited_ms.as_integer().context("ms")?;
    tokio::time::sleep(std::time::Duration::from_millis(u64::try_from(rest_ms)?)).await;
    play.bay.printer.reload_paper();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    ensure!(
        play.bay.printer.hanging().lines.len() == hanging,
        "nothing of the cleared job comes after the reload"
    );
    ensure!(play.expect("reprint")?.as_str() == Some("printed"));
    copy_comes_out(&mut play, job, sale).await?;
    play.is_as_expected().await?;
    let receipts = Receipts::of(&play.bay.printer);
    ensure!(
        receipts == Receipts { originals: 0, copies: 1 },
        "one torso, one copy marked 再発行: {receipts:?}"
    );
    ensure!(play.bay.printer.papers()[0].lines[hanging].trim() == "再発行 1回目");
    play.end().await
}

#[tokio::test]
async fn script_11b_power_cut_before_the_answer() -> Result<()> {
    let mut play = Play::open("11b_power_cut_before_process_id").await?;
    let (_, job) = doubtful_original(&mut play).await?;
    ensure!(play.expect("first")?.as_str() == Some("unknown_may_still_print"));
    ensure!(play.history()?.paper_words().last() == Some(&"PrintUnknown.MayStillPrint"));
    // The clerk looks: the paper is there.
    play.clerk.press(Command::SettlePrint { job, again: false, note: "紙を確かめた".to_owned() }).await?;
    play.is_as_expected().await?;
    let receipts = Receipts::of(&play.bay.printer);
    ensure!(receipts == Receipts { originals: 1, copies: 0 }, "{receipts:?}");
    ensure!(play.bay.printer.drawer_kicks() == 1, "the drawer opened once, for the cash");
    play.end().await
}

#[tokio::test]
async fn script_11b_and_the_paper_is_not_found() -> Result<()> {
    let sooner = |text: String| text.replace("reconnect_ms = 600000", "reconnect_ms = 5000");
    let mut play = Play::open_changed("11b_power_cut_before_process_id", sooner).await?;
    let (sale, job) = doubtful_original(&mut play).await?;
    ensure!(play.expect("first")?.as_str() == Some("unknown_may_still_print"));
    ensure!(play.expect_number("papers")? == 1 && play.bay.printer.papers().len() == 1);
    // Nobody finds it. The printer comes back; what comes out now is marked, so that there is no second original.
    copy_comes_out(&mut play, job, sale).await?;
    let receipts = Receipts::of(&play.bay.printer);
    ensure!(receipts == Receipts { originals: 1, copies: 1 }, "{receipts:?}");
    ensure!(play.bay.printer.drawer_kicks() == 1, "a copy opens no drawer");
    let doubted: Vec<String> = play.expect("journal")?.try_into()?;
    ensure!(
        play.history()?.paper_words().starts_with(&doubted.iter().map(String::as_str).collect::<Vec<_>>())
    );
    play.end().await
}

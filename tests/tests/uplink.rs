//! Counter and centre together, over HTTP and two real SQLite files: a week without a line, a centre restored from an older copy, a
//! journal that forked, a replaced counter, a decision that travels down. Nothing is lost, nothing is counted twice, nothing is silent.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use domain::{
    command::{Command, KeyedResult},
    event::Event,
    id::{Incarnation, SaleId},
    inbox::InboxItem,
    money::Yen,
    payment::{Approval, Evidence},
    state::SaleState,
    time::{CivilDate, Clock as _, Timestamp},
};
use journal::chain::{Head, JournalId};
use pos_agent::{till::View, uplink::plan::Alarm};
use recon_server::{
    counters::Purpose,
    jobs::{backup::backup, report, verify::verify},
};
use tempfile::TempDir;
use town::{
    city::CentreHouse,
    clerk::in_state,
    clock::TownClock,
    harness::{
        history::History,
        line::Line,
        outpost::{COUNTER, Outpost, copy_folder},
    },
};

const FIRST_DAY: &str = "2026-07-27";

struct Town {
    folder: TempDir,
    clock: TownClock,
    centre: CentreHouse,
    line: Line,
}

impl Town {
    async fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let clock = TownClock::at(on(FIRST_DAY.parse()?, 8)?);
        let centre = CentreHouse::open(folder.path(), None, clock.clone()).await?;
        let line = Line::to(centre.server()?.address()).await?;
        Ok(Self { folder, clock, centre, line })
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn outpost(&self, name: &str, purpose: Purpose, series: u64) -> Result<Outpost> {
        Outpost::enrol(self.centre.server()?, &self.place(name), &self.line, purpose, &self.clock, series)
            .await
    }

    fn journal(&self, incarnation: u32) -> Result<JournalId> {
        let tenant = self.centre.server()?.state().tenant().clone();
        Ok(JournalId { tenant, counter: COUNTER.parse()?, incarnation: Incarnation(incarnation) })
    }

    async fn head(&self, incarnation: u32) -> Result<Head> {
        let mut unit = self.centre.server()?.state().store.snapshot().await?;
        unit.head(&self.journal(incarnation)?).await?.context("granted")
    }

    /// Number and sum of the sales that the centre counts.
    async fn booked(&self) -> Result<(usize, Yen)> {
        let state = self.centre.server()?.state();
        let mut unit = state.store.snapshot().await?;
        let (from, to) = (FIRST_DAY.parse()?, "2026-08-31".parse()?);
        let rows = unit.sales_booked(state.tenant(), from, to, None).await?;
        let sum = Yen::try_sum(rows.iter().map(|row| row.sale.payment.amount))?;
        Ok((rows.len(), sum))
    }

    /// Every chain at the centre is whole; says how many entries are kept aside.
    async fn aside(&self) -> Result<usize> {
        let found = verify(self.centre.server()?.state()).await?;
        ensure!(found.whole(), "{found:?}");
        Ok(found.aside)
    }

    /// What the report of a day says of entries that were kept aside, in yen.
    async fn odd_money(&self, day: CivilDate) -> Result<Vec<Yen>> {
        let report = report::daily(self.centre.server()?.state(), day).await?;
        Ok(report.odd_entries.iter().filter_map(|entry| entry.amount).collect())
    }
}

fn on(day: CivilDate, hour: i8) -> Result<Timestamp> {
    Timestamp::from_jst(day, hour, 30, 0).context("a time of day")
}

fn address(town: &Town) -> Result<SocketAddr> {
    Ok(town.centre.server()?.address())
}

/// Number and sum of the sales of a journal, counted by hand.
fn sold(outpost: &Outpost) -> Result<(usize, Yen)> {
    let history = History::read(&outpost.journal_path())?;
    let amounts: Vec<Yen> = history
        .events()
        .filter_map(|event| match event {
            Event::SaleCompleted { payment, .. } => Some(payment.amount),
            _ => None,
        })
        .collect();
    Ok((amounts.len(), Yen::try_sum(amounts.iter().copied())?))
}

#[tokio::test]
async fn a_week_without_a_line_is_delivered_whole() -> Result<()> {
    let town = Town::open().await?;
    let mut outpost = town.outpost("agent", Purpose::Enrol, 1).await?;
    outpost.delivered().await?;
    let before = town.head(1).await?;
    town.line.cut();
    let first: CivilDate = FIRST_DAY.parse()?;
    for day in 0..7 {
        town.clock.set(on(first.plus_days(day), 8)?);
        outpost.clerk.open().await?;
        for _ in 0..20 {
            outpost.clerk.sell_cash(&[("jumin", 1), ("koseki", 1)], 1_000).await?;
        }
        outpost.clerk.sell_keyed(&[("inkan", 2)], "nanaco", &format!("{:05}", day + 1)).await?;
        town.clock.set(on(first.plus_days(day), 17)?);
        outpost.clerk.count_drawer(0).await?;
        outpost.clerk.close(Some("端末日計は後日")).await?;
    }
    outpost.until("the counter says that nobody hears it", |view| view.uplink.failures > 2).await?;
    let waiting = outpost.view().undelivered();
    ensure!(waiting > 500, "more than one batch waits: {waiting}");
    ensure!(town.head(1).await? == before && town.booked().await?.0 == 0, "nothing passed a cut line");

    town.line.mend();
    outpost.delivered().await?;
    heads_agree(&town, &outpost).await?;
    ensure!(town.booked().await? == sold(&outpost)?);
    ensure!(town.booked().await? == (7 * 21, Yen::new(7 * (20 * 750 + 600))));
    ensure!((town.aside().await?, outpost.alarms()) == (0, Vec::new()));
    outpost.stop().await.map(drop)
}

/// The centre holds the counter's chain to its head. A counter whose line is back may write an entry of its own while the centre is asked:
/// then it is delivered too, and both are asked again.
async fn heads_agree(town: &Town, outpost: &Outpost) -> Result<()> {
    const LOOKS_MAX: u32 = 20;
    for _ in 0..LOOKS_MAX {
        outpost.delivered().await?;
        let ours = outpost.view().head;
        if town.head(1).await? == ours {
            return Ok(());
        }
    }
    bail!("the centre has another head than the counter, or the counter never rests")
}

/// An administrator puts an older copy in the place of the database, as the manual says: after the server has let go of it.
async fn put_back(copy: &Path, database: &Path) -> Result<()> {
    const LOOKS_MAX: u32 = 400;
    const LOOK_MS: u64 = 25;
    let mut looks = 0;
    while is_open(database) {
        ensure!(looks < LOOKS_MAX, "the server stopped and still holds {}", database.display());
        looks += 1;
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
    for suffix in ["-wal", "-shm"] {
        let beside = PathBuf::from(format!("{}{suffix}", database.display()));
        if beside.exists() {
            std::fs::remove_file(beside)?;
        }
    }
    std::fs::copy(copy, database)?;
    Ok(())
}

/// Whether this process holds the file or one beside it, where the system can say so.
fn is_open(database: &Path) -> bool {
    let name = database.to_string_lossy();
    let held = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    held.filter_map(|handle| std::fs::read_link(handle.path()).ok())
        .any(|target| target.to_string_lossy().starts_with(name.as_ref()))
}

#[tokio::test]
async fn a_centre_restored_from_an_older_copy_gets_everything_again() -> Result<()> {
    let mut town = Town::open().await?;
    let mut outpost = town.outpost("agent", Purpose::Enrol, 1).await?;
    outpost.clerk.open().await?;
    outpost.clerk.sell_cash(&[("jumin", 1)], 1_000).await?;
    outpost.delivered().await?;
    let copy = town.place("copy.db");
    let config = town.centre.server()?.state().config.clone();
    backup(&config, &copy).await?;
    let old = town.head(1).await?;
    for _ in 0..10 {
        outpost.clerk.sell_cash(&[("koseki", 1)], 500).await?;
    }
    outpost.clerk.papers_out().await?;
    outpost.delivered().await?;
    let before = town.head(1).await?;

    town.line.cut();
    town.centre.switch_off().await?;
    put_back(&copy, &config.sqlite_file().context("a file")?).await?;
    town.centre.switch_on().await?;
    ensure!(town.head(1).await? == old, "the centre is as it was");
    town.line.mend();

    outpost.clerk.sell_cash(&[("jumin", 2)], 1_000).await?;
    outpost.clerk.papers_out().await?;
    outpost.delivered().await?;
    let (from, to) = (before.sequence_number.0, old.sequence_number.0);
    ensure!(outpost.alarms() == [Alarm::WentBack { from, to }], "{:?}", outpost.alarms());
    heads_agree(&town, &outpost).await?;
    ensure!(town.booked().await? == sold(&outpost)? && town.booked().await?.0 == 12);
    ensure!(town.aside().await? == 0);
    outpost.stop().await.map(drop)
}

#[tokio::test]
async fn a_forked_journal_is_kept_aside_and_shown() -> Result<()> {
    let town = Town::open().await?;
    let mut original = town.outpost("agent", Purpose::Enrol, 1).await?;
    original.clerk.open().await?;
    original.clerk.sell_cash(&[("jumin", 1)], 1_000).await?;
    original.clerk.papers_out().await?;
    original.delivered().await?;
    // Images of the disk; one of them is started elsewhere and is heard first.
    for image in ["image", "later"] {
        copy_folder(&town.place("agent"), &town.place(image))?;
    }
    let mut image = Outpost::start(&town.place("image"), &town.clock, 2).await?;
    image.clerk.sell_cash(&[("koseki", 1)], 500).await?;
    image.clerk.papers_out().await?;
    image.delivered().await?;
    original.clerk.sell_cash(&[("jumin", 3)], 1_000).await?;
    original.clerk.papers_out().await?;
    let forked = |view: &View| matches!(view.uplink.alarm, Some(Alarm::Forked { .. }));
    original.until("its clerk is told", forked).await?;
    ensure!(town.head(1).await? == image.view().head, "the chain that was heard first stands");
    ensure!(town.booked().await? == (2, Yen::new(300 + 450)), "one chain is counted");
    shown_as_odd(&town, &original, &[Yen::new(900)]).await?;
    ensure!(sold(&original)? == (2, Yen::new(300 + 900)), "what was forked stays where it was made");

    // A machine that comes up from an old image is told too, and may go on working; nothing of it is counted.
    let mut later = Outpost::start(&town.place("later"), &town.clock, 3).await?;
    later.clerk.sell_cash(&[("inkan", 1)], 300).await?;
    later.clerk.papers_out().await?;
    later.until("its clerk is told", forked).await?;
    shown_as_odd(&town, &later, &[Yen::new(900), Yen::new(300)]).await?;
    ensure!(later.view().undelivered() > 0 && town.head(1).await? == image.view().head);
    ensure!(town.booked().await? == (2, Yen::new(300 + 450)));

    // A new incarnation ends the fork.
    for old in [original, image, later] {
        old.stop().await?;
    }
    let mut replaced = town.outpost("replaced", Purpose::Replace, 4).await?;
    replaced.clerk.open().await?;
    replaced.clerk.sell_cash(&[("jumin", 1)], 1_000).await?;
    replaced.clerk.papers_out().await?;
    replaced.delivered().await?;
    ensure!(town.booked().await? == (3, Yen::new(300 + 450 + 300)) && replaced.alarms().is_empty());
    replaced.stop().await.map(drop)
}

/// What one counter keeps sending reaches the centre beside the journal, and the report of the day shows its money.
async fn shown_as_odd(town: &Town, outpost: &Outpost, amounts: &[Yen]) -> Result<()> {
    const BATCHES_MAX: u32 = 10;
    let day = FIRST_DAY.parse()?;
    for _ in 0..BATCHES_MAX {
        if town.odd_money(day).await? == amounts {
            ensure!(town.aside().await? > 0);
            return Ok(());
        }
        let heard = outpost.view().uplink.last_heard;
        outpost.until("it speaks again", |view| view.uplink.last_heard != heard).await?;
    }
    bail!("the report shows {:?}", town.odd_money(day).await?)
}

#[tokio::test]
async fn a_replaced_counter_still_delivers_its_tail() -> Result<()> {
    let town = Town::open().await?;
    let mut old = town.outpost("old", Purpose::Enrol, 1).await?;
    old.clerk.open().await?;
    old.clerk.sell_cash(&[("jumin", 1)], 1_000).await?;
    old.clerk.papers_out().await?;
    old.delivered().await?;
    // Its line is cut, it sells on; then its machine is replaced by another one with a line of its own.
    town.line.cut();
    for _ in 0..3 {
        old.clerk.sell_cash(&[("koseki", 1)], 500).await?;
    }
    old.clerk.papers_out().await?;
    let tail = old.view().undelivered();
    ensure!(tail > 0);
    town.clock.advance_ms(600_000);
    let line = Line::to(address(&town)?).await?;
    let place = town.place("new");
    let mut new =
        Outpost::enrol(town.centre.server()?, &place, &line, Purpose::Replace, &town.clock, 2).await?;
    new.clerk.open().await?;
    new.clerk.sell_cash(&[("inkan", 1)], 300).await?;
    new.clerk.papers_out().await?;
    new.delivered().await?;
    ensure!(town.booked().await? == (2, Yen::new(600)));

    town.line.mend();
    old.delivered().await?;
    ensure!(town.head(1).await? == old.view().head && town.head(2).await? == new.view().head);
    ensure!(town.booked().await? == (5, Yen::new(600 + 3 * 450)));
    ensure!((town.aside().await?, old.alarms(), new.alarms()) == (0, Vec::new(), Vec::new()));
    // What the old one makes after its end is kept, not counted, and said on its screen.
    old.clerk.sell_cash(&[("zei", 1)], 300).await?;
    old.clerk.papers_out().await?;
    old.until("the old one learns its end", |view| view.uplink.alarm == Some(Alarm::WrongJournal)).await?;
    ensure!(town.booked().await? == (5, Yen::new(600 + 3 * 450)));
    shown_as_odd(&town, &old, &[Yen::new(300)]).await?;
    old.stop().await?;
    new.stop().await.map(drop)
}

#[tokio::test]
async fn a_decision_travels_down_and_is_journalled_once() -> Result<()> {
    let town = Town::open().await?;
    let mut outpost = town.outpost("agent", Purpose::Enrol, 1).await?;
    outpost.clerk.open().await?;
    let (sale, attempt) = outpost.clerk.request(&[("jumin", 1)], "emoney").await?;
    outpost
        .clerk
        .press(Command::KeyResult { attempt, result: KeyedResult::CannotTell { brand: None } })
        .await?;
    outpost.delivered().await?;

    let evidence = Evidence::Statement { file: "00".repeat(32), row: 7, decided_by: "accountant".into() };
    let approval =
        Approval { settled_amount: Some(Yen::new(300)), brand: "nanaco".parse().ok(), ..Approval::default() };
    let item = InboxItem::AttemptCharged { attempt, approval, evidence };
    let state = town.centre.server()?.state();
    for _ in 0..2 {
        let mut unit = state.store.begin().await?;
        let key = format!("attempt:{attempt}");
        let number =
            unit.put_inbox_item(state.tenant(), &COUNTER.parse()?, &key, &item, town.clock.now()).await?;
        unit.commit().await?;
        ensure!(number == 1, "the same decision keeps its number");
    }
    outpost.until("the decision arrives", |view| in_state(&view.state, sale, SaleState::Completed)).await?;
    outpost.clerk.papers_out().await?;
    outpost.delivered().await?;
    decided_once(&outpost, sale)?;

    // After a restart the inbox is read from where the journal stands.
    let folder = outpost.stop().await?;
    let outpost = Outpost::start(&folder, &town.clock, 2).await?;
    let heard = outpost.view().uplink.last_heard;
    outpost.delivered().await?;
    town.clock.advance_ms(5_000);
    outpost.until("the inbox was looked into again", |view| view.uplink.last_heard > heard).await?;
    decided_once(&outpost, sale)?;
    let mut unit = state.store.snapshot().await?;
    ensure!(unit.inbox_acknowledged(&town.journal(1)?).await? == 1);
    drop(unit);
    ensure!(town.booked().await? == (1, Yen::new(300)));
    outpost.stop().await.map(drop)
}

fn decided_once(outpost: &Outpost, sale: SaleId) -> Result<()> {
    let history = History::read(&outpost.journal_path())?;
    history.judge(&[])?;
    let received =
        history.events().filter(|event| matches!(event, Event::InboxReceived { number: 1, .. })).count();
    let resolved = history
        .events()
        .filter(|event| {
            matches!(event, Event::PaymentResolved { evidence: Evidence::Statement { row: 7, .. }, .. })
        })
        .count();
    let completed = history
        .events()
        .filter(|event| matches!(event, Event::SaleCompleted { sale: of, .. } if *of == sale))
        .count();
    ensure!(
        (received, resolved, completed) == (1, 1, 1),
        "{received} received, {resolved} resolved, {completed} sales"
    );
    Ok(())
}

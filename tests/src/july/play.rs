//! Walks through the month at two counters: opens, serves every visit, closes, delivers.
//!
//! Invariants: everything goes through the programs' own doors; a sale owes what the plan says, or the play ends with an error; the
//! town's clock never goes back.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use domain::{
    id::SaleId,
    money::Yen,
    state::SaleState,
    time::{CivilDate, Clock as _, Timestamp},
};
use drivers::{script::Script, zvt::simulator::Next};

use super::{
    books::Books,
    paperwork::{Judged, Received},
    plan::{Plan, second_desk_open},
    planted::{self, july},
    visit::{Desk, Oddity, Visit, Wallet, Way},
};
use crate::{
    city::{CentreHouse, City, Counter, Place},
    clerk::in_state,
    clock::TownClock,
    masters::JULY_SET_UP_TOML,
    world::card_company::CardLine,
};

/// 萩市, set up from `demo/july-2022.toml`.
pub const HAGI: City =
    City { config_toml: "[tenant]\nid = \"hagi\"\nname = \"萩市\"\n", set_up_toml: JULY_SET_UP_TOML };
/// The answer is cut three bytes in; the money is taken; the line comes back after a moment.
const ANSWER_LOST: &str = r#"
device = "zvt"
rule = [{ tx = "04 0F", nth = 1, at_byte = 3, do = "cut", reconnect_ms = 100, truth = "charged" }]
"#;
/// How long the card company's centre takes, in milliseconds: nobody watches.
const PACE_MS: u64 = 2;
/// Folder of the machine that takes over at the main desk.
const NEW_MACHINE_FOLDER: &str = "meirin-1-new";
/// What a person without exact change hands over is the next multiple of this, in yen.
const NOTE_YEN: i64 = 1_000;

/// The month while it is played.
pub struct July {
    /// The centre.
    pub centre: CentreHouse,
    /// The desks; none once the month is over and they have gone home.
    pub desks: BTreeMap<Desk, Counter>,
    /// The clock of all of them.
    pub clock: TownClock,
    /// Everybody else's books.
    pub books: Books,
    /// The plan.
    pub plan: Plan,
    /// Where the data lie.
    pub folder: PathBuf,
    /// The lines of both card terminals, once the office has asked for them.
    pub card_lines: Vec<CardLine>,
    /// Files in the order of their arrival.
    pub received: Vec<Received>,
    /// What the office knew, and when.
    pub judged: Vec<Judged>,
    /// The sale that is given back after the close.
    pub refunded: Option<SaleId>,
    /// Receipt number that the old machine of the main desk would have given next.
    pub old_machine_next: Option<u32>,
}

/// Where a desk stands.
pub(super) const fn place(desk: Desk) -> Place<'static> {
    Place {
        id: desk.counter(),
        operator: desk.operator(),
        terminal_id: desk.card_terminal(),
        pace_ms: PACE_MS,
    }
}

impl July {
    /// Opens the town on the morning of 1 July 2022.
    ///
    /// # Errors
    /// When anything does not start.
    pub async fn begin(folder: &Path, database_url: Option<String>) -> Result<Self> {
        let clock = TownClock::at(at(july(1)?, 8 * 60)?);
        let centre = CentreHouse::open_city(folder, database_url, clock.clone(), HAGI).await?;
        let mut desks = BTreeMap::new();
        for desk in Desk::ALL {
            desks.insert(desk, Counter::open(&centre, folder, place(desk), &clock).await?);
        }
        Ok(Self {
            centre,
            desks,
            clock,
            books: Books::default(),
            plan: Plan::make()?,
            folder: folder.to_owned(),
            card_lines: Vec::new(),
            received: Vec::new(),
            judged: Vec::new(),
            refunded: None,
            old_machine_next: None,
        })
    }

    /// Plays one day from the morning to the close.
    ///
    /// # Errors
    /// When anything goes otherwise than told.
    pub async fn day(&mut self, day: CivilDate) -> Result<()> {
        let visits = self.plan.days.get(&day).cloned().unwrap_or_default();
        self.morning(day).await?;
        self.forward(at(day, 9 * 60)?);
        self.read_terminals();
        self.office(day).await?;
        for visit in &visits {
            self.forward(at(day, visit.minute)?);
            self.serve(visit).await.with_context(|| format!("serve {visit:?}"))?;
        }
        if day.day() == planted::PHONE_ALONE_DAY {
            let paid_at = self.clock.now();
            self.books.scan(Wallet::PayPay, Desk::Main, planted::PHONE_ALONE_YEN, paid_at)?;
        }
        self.evening(day).await
    }

    /// The desks stop in order; nothing is open in August.
    ///
    /// # Errors
    /// Never.
    pub async fn go_home(&mut self) -> Result<()> {
        self.read_terminals();
        while let Some((_, desk)) = self.desks.pop_first() {
            desk.shut().await;
        }
        Ok(())
    }

    /// The desks start again where they stopped, for whoever wants to look; nobody opens.
    ///
    /// # Errors
    /// When an agent does not start.
    pub async fn come_back(&mut self) -> Result<()> {
        for (desk, folder) in [(Desk::Main, NEW_MACHINE_FOLDER), (Desk::Second, Desk::Second.counter())] {
            let counter = Counter::started_again(&self.folder.join(folder), place(desk), &self.clock).await?;
            self.desks.insert(desk, counter);
        }
        Ok(())
    }

    /// A desk.
    ///
    /// # Errors
    /// Once it has gone home.
    pub fn desk(&mut self, desk: Desk) -> Result<&mut Counter> {
        self.desks.get_mut(&desk).context("the desk has gone home")
    }

    fn forward(&self, to: Timestamp) {
        if to > self.clock.now() {
            self.clock.set(to);
        }
    }

    async fn morning(&mut self, day: CivilDate) -> Result<()> {
        self.forward(at(day, 8 * 60 + 30)?);
        if day.day() == planted::OFFLINE_DAY {
            self.centre.switch_off().await?;
        }
        if day.day() == planted::OFFLINE_DAY + 1 {
            self.centre.switch_on().await?;
            for desk in Desk::ALL {
                let clock = self.clock.clone();
                self.desk(desk)?.delivered(&clock).await.context("deliver the day without a line")?;
            }
        }
        if day.day() == planted::REPLACED_DAY {
            self.replace_main_desk().await?;
        }
        self.forward(at(day, 8 * 60 + 45)?);
        self.desk(Desk::Main)?.clerk.begin_day().await?;
        if second_desk_open(day) {
            self.desk(Desk::Second)?.clerk.begin_day().await?;
        }
        Ok(())
    }

    /// The old machine is dead; a new one takes over as incarnation 2 and goes on with the next receipt number.
    async fn replace_main_desk(&mut self) -> Result<()> {
        let old = self.desks.remove(&Desk::Main).context("the main desk")?;
        let next = old.clerk.state().next_receipt;
        let folder = self.folder.join(NEW_MACHINE_FOLDER);
        let new = old.replaced(&self.centre, &folder, place(Desk::Main), &self.clock).await?;
        ensure!(
            new.clerk.state().next_receipt == next,
            "receipts would go on with {} instead of {next}",
            new.clerk.state().next_receipt
        );
        self.old_machine_next = Some(next);
        self.desks.insert(Desk::Main, new);
        Ok(())
    }

    async fn serve(&mut self, visit: &Visit) -> Result<()> {
        match visit.way {
            Way::Free => self.desk(visit.desk)?.clerk.issue_free(&visit.party).await.map(drop),
            Way::Cash => self.cash(visit).await,
            Way::Card(card) => self.card(visit, Next::approve(card)).await,
            Way::Touch(brand) => self.touch(visit, brand).await,
            Way::Scan(wallet) => self.scan(visit, wallet).await,
            Way::Coupon(number) => self.claim(visit, "coupon", number).await,
            Way::Invoice(number) => self.claim(visit, "invoice", number).await,
        }
    }

    async fn cash(&mut self, visit: &Visit) -> Result<()> {
        let owed = visit.amount();
        let tendered = (owed + NOTE_YEN - 1) / NOTE_YEN * NOTE_YEN;
        let clerk = &mut self.desk(visit.desk)?.clerk;
        let sale = clerk.sell_cash(&visit.party, tendered).await?;
        owes(clerk, sale, owed)?;
        if let Oddity::Voided(reason) = visit.oddity {
            clerk.void(sale, reason).await?;
        }
        Ok(())
    }

    async fn claim(&mut self, visit: &Visit, route: &str, number: &str) -> Result<()> {
        let clerk = &mut self.desk(visit.desk)?.clerk;
        let sale = clerk.take_claim(&visit.party, route, number).await?;
        owes(clerk, sale, visit.amount())
    }

    async fn card(&mut self, visit: &Visit, next: Next) -> Result<()> {
        let counter = self.desk(visit.desk)?;
        counter.terminal.set_next(next);
        if visit.oddity == Oddity::AnswerLost {
            counter.terminal.load_script(&Script::parse(ANSWER_LOST)?);
            let (sale, attempt) = counter.clerk.request(&visit.party, "card").await?;
            // The terminal may have been asked and may have answered before anybody looks: then the doubt is over already.
            counter
                .clerk
                .until("the terminal is asked and the sale is done", |state| {
                    in_state(state, sale, SaleState::Completed)
                })
                .await?;
            counter.terminal.load_script(&Script::none());
            ensure!(counter.clerk.state().attempts.contains_key(&attempt), "the attempt is kept");
            return owes(&counter.clerk, sale, visit.amount());
        }
        let sale = counter.clerk.sell_card(&visit.party).await?;
        owes(&counter.clerk, sale, visit.amount())?;
        if let Oddity::Voided(reason) = visit.oddity {
            counter.clerk.void(sale, reason).await?;
        }
        Ok(())
    }

    async fn touch(&mut self, visit: &Visit, brand: &'static str) -> Result<()> {
        let doubtful = visit.oddity == Oddity::CannotTell;
        let touched_at = self.clock.now();
        let amount = Yen::new(visit.amount());
        let slip = self.books.touch(visit.desk, brand, amount, touched_at, doubtful)?;
        let clerk = &mut self.desk(visit.desk)?.clerk;
        if doubtful {
            return clerk.cannot_tell(&visit.party, brand).await.map(drop);
        }
        let sale = clerk.sell_keyed(&visit.party, brand, &slip).await?;
        owes(clerk, sale, visit.amount())
    }

    async fn scan(&mut self, visit: &Visit, wallet: Wallet) -> Result<()> {
        let owed = visit.amount();
        let (sale, attempt) = self.desk(visit.desk)?.clerk.request(&visit.party, "jpqr").await?;
        let now = self.clock.now();
        let shown = match visit.oddity {
            Oddity::OnlyLooksPaid => "02022071599998".to_owned(),
            Oddity::TypedTooLittle(yen) => self.books.scan(wallet, visit.desk, yen, now)?.transaction,
            _ => {
                let paid = self.books.scan(wallet, visit.desk, owed, now)?;
                if visit.oddity == Oddity::ChargedTwice {
                    self.books.wallet(wallet)?.charge_again(&paid);
                }
                if visit.oddity == Oddity::RefundedLater {
                    self.books.to_give_back = Some(paid.clone());
                    self.refunded = Some(sale);
                }
                paid.transaction
            }
        };
        let clerk = &mut self.desk(visit.desk)?.clerk;
        let sheet = visit.desk.sheet();
        clerk.confirm_wallet(attempt, wallet.brand()?, sheet, &shown, Yen::new(owed)).await?;
        owes(clerk, sale, owed)
    }

    async fn evening(&mut self, day: CivilDate) -> Result<()> {
        self.forward(at(day, 17 * 60 + 15)?);
        for desk in Desk::ALL {
            if desk == Desk::Second && !second_desk_open(day) {
                continue;
            }
            let used = |visit: &Visit| visit.desk == desk && matches!(visit.way, Way::Card(_));
            let card = self.plan.days.get(&day).is_some_and(|visits| visits.iter().any(used));
            let totals = self.books.terminal_totals(desk, day)?;
            let counter = self.desk(desk)?;
            counter.clerk.papers_out().await?;
            if card {
                counter.clerk.read_totals("card").await?;
            }
            if let Some(totals) = totals {
                counter.clerk.type_totals("emoney", totals).await?;
            }
            counter.clerk.count_drawer(0).await?;
            counter.clerk.close(None).await.with_context(|| format!("close {desk:?} on {day}"))?;
        }
        let clock = self.clock.clone();
        for counter in self.desks.values_mut() {
            counter.clerk.papers_out().await?;
            if day.day() != planted::OFFLINE_DAY {
                counter.delivered(&clock).await?;
            }
        }
        Ok(())
    }
}

/// The sale owes what the plan says, and is done.
fn owes(clerk: &crate::clerk::Clerk, sale: SaleId, yen: i64) -> Result<()> {
    let state = clerk.state();
    let known = state.sales.get(&sale).context("the sale")?;
    ensure!(known.total == Yen::new(yen), "the sale owes {} instead of {yen}", known.total);
    ensure!(known.state == SaleState::Completed, "the sale is {:?}", known.state);
    Ok(())
}

/// A moment of a day, in minutes after midnight.
///
/// # Errors
/// Never within a day.
pub fn at(day: CivilDate, minute: u16) -> Result<Timestamp> {
    let (hour, minute) = (i8::try_from(minute / 60)?, i8::try_from(minute % 60)?);
    Timestamp::from_jst(day, hour, minute, 0).context("a time of day")
}

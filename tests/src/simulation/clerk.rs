//! What a clerk does in the simulation: sensible things in a random order, and the same form twice when the machine died over it.

use anyhow::{Result, ensure};
use domain::{
    command::{Command, KeyedResult, LineRequest},
    event::UnknownExit,
    id::{CommandId, SaleId},
    method::Method,
    money::Yen,
    state::{Attempt, AttemptState, PrintState, Sale, SaleState},
};

use super::{
    Dice,
    counter::{Posted, SimulatedCounter, TakenPaper},
};
use crate::clerk::pieces;

/// つり銭準備金 of the simulation, in yen.
pub const FLOAT_YEN: i64 = 30_000;
/// What the clerk tenders over the total, in yen.
const OVER_YEN: i64 = 200;

impl SimulatedCounter {
    /// One thing that a clerk does at this moment.
    ///
    /// # Errors
    /// When the journal cannot be opened again after a death.
    pub fn clerk_acts(&mut self, dice: &mut Dice) -> Result<()> {
        if self.state().clock.doubt.is_some() {
            return self.press(Command::ConfirmClock { reason: "電波時計と一致".into() }).map(drop);
        }
        let today = self.now().date();
        match &self.state().day {
            None => self.open(),
            Some(day) if day.date != today => self.close_down(dice),
            Some(_) => match dice.below(14) {
                0..=3 => self.register(dice),
                4..=8 => self.take_money(dice),
                9 => self.void(dice),
                10 => self.look_at_papers(dice),
                11 | 12 => self.handle_doubt(dice),
                _ if dice.one_in(6) => self.close_down(dice),
                _ => self.press(Command::Inspect).map(drop),
            },
        }
    }

    /// Presses a button. When the machine dies over it, the clerk sends the same form again once it is back.
    fn press(&mut self, command: Command) -> Result<Posted> {
        let id = self.form_id();
        self.press_form(id, &command)
    }

    fn press_form(&mut self, id: CommandId, command: &Command) -> Result<Posted> {
        for _ in 0..10 {
            match self.post_as(id, command.clone())? {
                Posted::Died => {}
                ended => return Ok(ended),
            }
        }
        anyhow::bail!("the machine died ten times over one form")
    }

    fn open(&mut self) -> Result<()> {
        let (date, operator) = (self.now().date(), "staff-1".parse()?);
        self.press(Command::OpenDay { date, operator, float: pieces(FLOAT_YEN)? }).map(drop)
    }

    fn register(&mut self, dice: &mut Dice) -> Result<()> {
        let item = dice.pick(&["jumin", "koseki"]).parse()?;
        let quantity = dice.below(3) + 1;
        let lines = vec![LineRequest { item, quantity, exemption: None }];
        self.press(Command::RegisterSale { lines, group: None }).map(drop)
    }

    fn sale_in(&self, dice: &mut Dice, wanted: impl Fn(&Sale) -> bool) -> Option<Sale> {
        let found: Vec<&Sale> = self.state().sales.values().filter(|sale| wanted(sale)).collect();
        if found.is_empty() { None } else { Some((*dice.pick(&found)).clone()) }
    }

    fn take_money(&mut self, dice: &mut Dice) -> Result<()> {
        if let Some(attempt) = self.state().attempts.values().find(|a| a.running() && a.device.is_none()) {
            let attempt = attempt.id;
            let result = match dice.below(4) {
                0 => KeyedResult::Declined,
                _ => KeyedResult::Approved { brand: "nanaco".parse()?, slip_number: "1".into() },
            };
            return self.press(Command::KeyResult { attempt, result }).map(drop);
        }
        let Some(sale) = self.sale_in(dice, |sale| sale.state == SaleState::Open) else {
            return self.register(dice);
        };
        match dice.below(8) {
            0 | 1 => self.take_cash(sale.id, sale.total),
            6 | 7 => self.take_paper(dice, sale.id, sale.total),
            2 => {
                let reason = "お客様の都合".to_owned();
                self.press(Command::AbandonSale { sale: sale.id, reason }).map(drop)
            }
            other => {
                let route = if other == 3 { "emoney" } else { "card" }.parse()?;
                let repeat_reason = Some("別のお客様".to_owned());
                self.press(Command::RequestPayment { sale: sale.id, route, repeat_reason }).map(drop)
            }
        }
    }

    /// The money goes into the drawer when the screen says so, once.
    fn take_cash(&mut self, sale: SaleId, total: Yen) -> Result<()> {
        let tendered = total.saturating_add(Yen::new(OVER_YEN));
        if matches!(self.press(Command::TakeCash { sale, tendered })?, Posted::Done) {
            self.drawer = self.drawer.saturating_add(total);
            self.cash_taken.insert(sale, total);
        }
        Ok(())
    }

    /// A coupon or a 定額小為替 over the sale's total goes into the clerk's folder when the screen says so, once.
    fn take_paper(&mut self, dice: &mut Dice, sale: SaleId, total: Yen) -> Result<()> {
        // Now and then the number of a paper that was taken before: it must be refused.
        let again = self.papers_taken.values().map(|paper| paper.number.clone()).next_back();
        let number = again.filter(|_| dice.one_in(10)).unwrap_or_else(|| self.paper_number());
        let reference = number.clone();
        let (method, command) = if dice.one_in(2) {
            (Method::Voucher, Command::TakeClaim { sale, route: "coupon".parse()?, reference })
        } else {
            (Method::PostalOrder, Command::TakeSecurity { sale, route: "kogawase".parse()?, reference })
        };
        if matches!(self.press(command)?, Posted::Done) {
            self.papers_taken.insert(sale, TakenPaper { method, number, amount: total });
        }
        Ok(())
    }

    fn void(&mut self, dice: &mut Dice) -> Result<()> {
        let Some(sale) = self.sale_in(dice, |sale| sale.state == SaleState::Completed) else { return Ok(()) };
        let pressed = self.press(Command::VoidSale { sale: sale.id, reason: "枚数の誤り".into() })?;
        if matches!(pressed, Posted::Done) {
            // What was handed over goes back to the citizen: a coupon or 小為替 as it came, cash out of the drawer.
            self.papers_taken.remove(&sale.id);
            if let Some(cash) = self.cash_taken.remove(&sale.id) {
                self.drawer = self.drawer.saturating_sub(cash);
            }
        }
        Ok(())
    }

    fn look_at_papers(&mut self, dice: &mut Dice) -> Result<()> {
        let waiting = self
            .state()
            .prints
            .values()
            .find(|job| matches!(job.state, PrintState::Failed(_) | PrintState::Unknown(_)))
            .map(|job| job.id);
        match waiting {
            Some(job) => {
                let again = dice.one_in(2);
                self.press(Command::SettlePrint { job, again, note: "紙を見た".into() }).map(drop)
            }
            None => Ok(()),
        }
    }

    fn handle_doubt(&mut self, dice: &mut Dice) -> Result<()> {
        let Some(attempt) = self.state().doubts().next().cloned() else { return Ok(()) };
        let command = match dice.below(6) {
            0 => Command::ChooseUnknownExit { attempt: attempt.id, exit: UnknownExit::TakesHeldCertificate },
            1..=3 => return self.pays_another_way(dice, &attempt),
            4 => Command::ReleaseTerminal { attempt: attempt.id, reason: "端末の表示を確認".into() },
            // A person who looks at the terminal's own list decides rightly; a person who guesses is not simulated.
            _ if attempt.device.is_some() && !self.will_still_hear(attempt.id) => Command::ResolveByPerson {
                attempt: attempt.id,
                charged: self.terminal.holds(attempt.id).is_some(),
                basis: "端末の取引一覧を確認".into(),
                brand: None,
                slip_number: None,
            },
            _ => return Ok(()),
        };
        self.press(command).map(drop)
    }

    /// The citizen does not wait, and mostly pays at once: when the doubt turns out to have been charged, that is a case to give back.
    fn pays_another_way(&mut self, dice: &mut Dice, attempt: &Attempt) -> Result<()> {
        let exit = UnknownExit::PaysAnotherWay;
        let pressed = self.press(Command::ChooseUnknownExit { attempt: attempt.id, exit })?;
        let open = self.sale_in(dice, |sale| sale.id == attempt.sale && sale.state == SaleState::Open);
        match open {
            Some(sale) if matches!(pressed, Posted::Done) && !dice.one_in(4) => {
                if dice.one_in(3) {
                    self.take_paper(dice, sale.id, sale.total)
                } else {
                    self.take_cash(sale.id, sale.total)
                }
            }
            _ => Ok(()),
        }
    }

    fn will_still_hear(&self, attempt: domain::id::AttemptId) -> bool {
        self.terminal.late.iter().any(|(late, _)| *late == attempt)
    }

    /// Brings the day to its close: what waits is ended, the drawer is counted.
    ///
    /// # Errors
    /// When the journal cannot be opened again after a death.
    pub fn close_down(&mut self, dice: &mut Dice) -> Result<()> {
        if self.state().clock.doubt.is_some() {
            self.press(Command::ConfirmClock { reason: "電波時計と一致".into() })?;
        }
        if self.state().day.is_none() {
            return self.look_at_papers(dice);
        }
        let keyed: Vec<_> =
            self.state().attempts.values().filter(|a| a.running() && a.device.is_none()).collect();
        if let Some(attempt) = keyed.first().map(|attempt| attempt.id) {
            self.press(Command::KeyResult { attempt, result: KeyedResult::Declined })?;
        }
        if let Some(sale) = self.sale_in(dice, |sale| sale.state == SaleState::Open) {
            return self.press(Command::AbandonSale { sale: sale.id, reason: "閉庁".into() }).map(drop);
        }
        let running = self.state().attempts.values().any(|a| matches!(a.state, AttemptState::Running));
        if running {
            return Ok(());
        }
        self.press(Command::CountCash { count: pieces(FLOAT_YEN + self.drawer.get())? })?;
        let closed =
            self.press(Command::CloseCounter { reason: Some("端末の日計を読めない".into()) })?;
        if matches!(closed, Posted::Done) && self.state().day.is_none() {
            let difference =
                self.state().last_settlement.as_ref().and_then(|figures| figures.cash.difference);
            ensure!(difference == Some(Yen::ZERO), "the drawer differs from the journal by {difference:?}");
            self.drawer = Yen::ZERO;
        }
        Ok(())
    }
}

//! One day at two counters, with its troubles, and what the outside world reports of it.
//!
//! The story: the museum desk and the certificate window open. People pay in cash, by card, by electronic money on a terminal that
//! is not linked, by the printed JPQR. A terminal's answer is lost after the card was charged, and the terminal is asked. A sale is
//! taken back. The line to the centre is down for an hour. A phone pays on the sheet and nobody registers a sale; a screen that only
//! looks paid is believed. Both counters close. Three working days later the acquirers' files and the bank's file arrive.

use anyhow::{Context as _, Result, ensure};
use domain::{
    money::Yen,
    rate::{Ppm, Rounding},
    settlement::{Tally, TerminalBrandTotal},
    time::{CivilDate, Clock as _, Timestamp},
};
use drivers::{
    script::Script,
    zvt::simulator::{Card, Next},
};

use crate::{
    card_lines::terminal_lines,
    city::{CentreHouse, Counter, Place, on_the_day},
    clerk::in_state,
    clock::TownClock,
    world::{
        bank::{self, Movement},
        card_company::{self, CardLine},
        wallet::WalletOperator,
    },
};

/// The answer is cut three bytes in; the money is taken; the line comes back after a moment.
const ANSWER_LOST: &str = r#"
device = "zvt"
rule = [{ tx = "04 0F", nth = 1, at_byte = 3, do = "cut", reconnect_ms = 600, truth = "charged" }]
"#;
/// How long the card company's centre takes, in milliseconds.
const PACE_MS: u64 = 60;
/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;
/// PayPay's rate and the tax on it, as in the set-up.
const PAYPAY_RATE: Ppm = Ppm(19_800);
const FEE_TAX: Ppm = Ppm(100_000);

/// The town on its day.
pub struct Day {
    /// The centre.
    pub centre: CentreHouse,
    /// 博物館 受付
    pub museum: Counter,
    /// 市民課 1番窓口
    pub window: Counter,
    /// The clock of all of them.
    pub clock: TownClock,
    /// PayPay.
    pub wallet: WalletOperator,
    /// What was really touched on the terminal that is not linked.
    pub touched: Vec<CardLine>,
}

/// Files of the outside world.
pub struct WorldFiles {
    /// (file name, source, bytes)
    pub files: Vec<(&'static str, &'static str, Vec<u8>)>,
}

impl Day {
    /// Opens the town in `folder` at half past eight.
    ///
    /// # Errors
    /// When anything does not start.
    pub async fn morning(folder: &std::path::Path, database_url: Option<String>) -> Result<Self> {
        let clock = TownClock::at(on_the_day(8, 30)?);
        let centre = CentreHouse::open(folder, database_url, clock.clone()).await?;
        let place = |id, operator, terminal_id| Place { id, operator, terminal_id, pace_ms: PACE_MS };
        let museum =
            Counter::open(&centre, folder, place("museum-1", "staff-11", "71000001"), &clock).await?;
        let window =
            Counter::open(&centre, folder, place("shimin-1", "staff-21", "71000002"), &clock).await?;
        Ok(Self { centre, museum, window, clock, wallet: WalletOperator::default(), touched: Vec::new() })
    }

    /// Plays the whole day to both closes and full delivery.
    ///
    /// # Errors
    /// When anything goes otherwise than told.
    pub async fn play(&mut self) -> Result<()> {
        self.museum.clerk.open().await?;
        self.window.clerk.open().await?;
        self.ordinary_morning().await?;
        self.answer_lost().await?;
        self.taken_back().await?;
        self.hour_offline().await?;
        self.phones_and_sales_that_do_not_meet().await?;
        self.evening().await
    }

    async fn ordinary_morning(&mut self) -> Result<()> {
        self.clock.set(on_the_day(9, 12)?);
        let museum = &mut self.museum;
        museum.clerk.sell_cash(&[("adult", 2), ("child", 1)], 1_000).await?;
        museum.terminal.set_next(Next::approve(Card::Visa));
        museum.clerk.sell_card(&[("adult", 2), ("high", 1)]).await?;
        museum.clerk.sell_cash(&[("adult", 22), ("child/school", 2)], 10_000).await?;
        museum.clerk.issue_free(&[("adult/techo", 1), ("adult/escort", 1)]).await?;
        let window = &mut self.window;
        window.clerk.sell_cash(&[("jumin", 2)], 1_000).await?;
        window.clerk.sell_cash(&[("koseki", 1), ("jumin/nenkin", 1)], 500).await?;
        window.terminal.set_next(Next::approve(Card::Mastercard));
        window.clerk.sell_card(&[("joseki", 1)]).await?;
        window.clerk.sell_cash(&[("zei", 1), ("inkan", 1)], 600).await?;
        self.touch(&[("jumin", 1)], "nanaco", "nanaco", "00412", 300).await?;
        self.touch(&[("koseki", 1)], "transit", "交通系IC", "00413", 450).await?;
        self.scan_at_museum(&[("adult", 1)], 300).await?;
        self.scan_at_window(&[("inkan", 2)], 600).await
    }

    /// A touch on the terminal that is not linked; the clerk keys what its slip says.
    async fn touch(
        &mut self,
        lines: &[(&str, u32)],
        brand: &str,
        word: &str,
        slip: &str,
        yen: i64,
    ) -> Result<()> {
        self.window.clerk.sell_keyed(lines, brand, slip).await?;
        self.touched.push(CardLine {
            terminal: "E-20031".into(),
            slip: slip.into(),
            brand: word.into(),
            amount: Yen::new(yen),
            at: self.clock.now(),
        });
        Ok(())
    }

    async fn scan_at_museum(&mut self, lines: &[(&str, u32)], yen: i64) -> Result<()> {
        let (_, attempt) = self.museum.clerk.request(lines, "paypay").await?;
        let paid = self.wallet.pay("700101", Yen::new(yen), self.clock.now());
        self.museum.clerk.confirm_sheet(attempt, "700101", &paid.transaction, paid.amount).await
    }

    async fn scan_at_window(&mut self, lines: &[(&str, u32)], yen: i64) -> Result<()> {
        let (_, attempt) = self.window.clerk.request(lines, "paypay").await?;
        let paid = self.wallet.pay("700201", Yen::new(yen), self.clock.now());
        self.window.clerk.confirm_sheet(attempt, "700201", &paid.transaction, paid.amount).await
    }

    /// The terminal took the money and its answer was lost. The result is unknown, the terminal is asked, the sale is done.
    async fn answer_lost(&mut self) -> Result<()> {
        self.clock.set(on_the_day(10, 40)?);
        let museum = &mut self.museum;
        museum.terminal.set_next(Next::approve(Card::Jcb));
        museum.terminal.load_script(&Script::parse(ANSWER_LOST)?);
        let (sale, attempt) = museum.clerk.request(&[("adult", 2)], "card").await?;
        let clerk = &museum.clerk;
        clerk.until("the result is unknown", |state| state.attempts[&attempt].in_doubt()).await?;
        clerk
            .until("the terminal is asked", |state| {
                in_state(state, sale, domain::state::SaleState::Completed)
            })
            .await?;
        museum.terminal.load_script(&Script::none());
        Ok(())
    }

    async fn taken_back(&mut self) -> Result<()> {
        self.clock.set(on_the_day(11, 25)?);
        let window = &mut self.window;
        window.terminal.set_next(Next::approve(Card::Visa));
        let by_card = window.clerk.sell_card(&[("jumin", 2)]).await?;
        window.clerk.void(by_card, "請求の取下げ").await?;
        let in_cash = window.clerk.sell_cash(&[("fuhyo", 1)], 300).await?;
        window.clerk.void(in_cash, "種類の誤り").await
    }

    /// The centre is away for an hour; the counters do not notice but for a number in the bar.
    async fn hour_offline(&mut self) -> Result<()> {
        self.clock.set(on_the_day(13, 0)?);
        self.centre.switch_off().await?;
        self.museum.clerk.sell_cash(&[("adult", 1), ("high", 2)], 1_000).await?;
        self.museum.terminal.set_next(Next::approve(Card::Visa));
        self.museum.clerk.sell_card(&[("adult", 4)]).await?;
        self.window.clerk.sell_cash(&[("jumin", 1)], 1_000).await?;
        self.touch(&[("zei", 1)], "waon", "WAON", "00414", 300).await?;
        self.scan_at_window(&[("jumin", 1)], 300).await?;
        ensure!(self.window.agent.till().current().undelivered() > 0, "nothing waits for the line");
        self.clock.advance_ms(HOUR_MS);
        self.centre.switch_on().await?;
        self.museum.delivered(&self.clock).await?;
        self.window.delivered(&self.clock).await
    }

    /// A phone pays ¥300 and nobody registers a sale; a screen that only looks paid is believed for ¥450.
    async fn phones_and_sales_that_do_not_meet(&mut self) -> Result<()> {
        self.clock.set(on_the_day(15, 20)?);
        self.wallet.pay("700101", Yen::new(300), self.clock.now());
        self.clock.advance_ms(600_000);
        let (_, attempt) = self.window.clerk.request(&[("koseki", 1)], "paypay").await?;
        self.window.clerk.confirm_sheet(attempt, "700201", "02026073199998", Yen::new(450)).await
    }

    async fn evening(&mut self) -> Result<()> {
        self.clock.set(on_the_day(17, 15)?);
        for counter in [&mut self.museum, &mut self.window] {
            counter.clerk.papers_out().await?;
            counter.clerk.read_totals("card").await?;
        }
        let total = |brand: &str, yen| -> Result<TerminalBrandTotal> {
            Ok(TerminalBrandTotal { brand: brand.parse()?, tally: Tally { count: 1, amount: Yen::new(yen) } })
        };
        let slip = vec![total("nanaco", 300)?, total("transit", 450)?, total("waon", 300)?];
        self.window.clerk.type_totals("emoney", slip).await?;
        self.museum.clerk.count_drawer(0).await?;
        self.museum.clerk.close(None).await?;
        self.window.clerk.count_drawer(20).await?;
        self.window.clerk.close(Some("10円硬貨2枚の過剰。お釣りの渡し不足か確認中")).await?;
        for counter in [&mut self.museum, &mut self.window] {
            counter.clerk.papers_out().await?;
            counter.delivered(&self.clock).await?;
        }
        Ok(())
    }

    /// What the acquirers and the bank report, from their own books. Moves the clock to the morning on which it is here.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn world_reports(&self) -> Result<WorldFiles> {
        let arrival: CivilDate = "2026-08-03".parse()?;
        self.clock.set(Timestamp::from_jst(arrival, 9, 5, 0).context("a time of day")?);
        let mut lines = terminal_lines(&self.museum);
        lines.extend(terminal_lines(&self.window));
        let fee = PAYPAY_RATE.of(self.wallet.gross(), Rounding::Floor)?;
        let tax = FEE_TAX.of(fee, Rounding::Floor)?;
        let deposit = Movement {
            on: arrival,
            name_kana: "ﾍﾟｲﾍﾟｲ(ｶ".into(),
            amount: self.wallet.gross().checked_sub(fee)?.checked_sub(tax)?,
        };
        let bank = bank::statement("2026-07-31".parse()?, arrival, Yen::new(8_250_000), &[deposit])?;
        Ok(WorldFiles {
            files: vec![
                ("paypay_202607.csv", "paypay", self.wallet.statement()?),
                ("koucard_20260731.csv", "card-ko", card_company::statement("generic_card", &lines)?),
                (
                    "otsu_emoney_202607.csv",
                    "emoney-otsu",
                    card_company::statement("generic_electronic_money", &self.touched)?,
                ),
                ("nyushukkin_20260803.txt", "bank", bank),
            ],
        })
    }
}

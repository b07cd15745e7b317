//! The books of everybody outside in July 2022: the terminal for electronic money that is not linked, two wallets, and what each
//! pays when.
//!
//! Invariants: fed by what citizens did, never by our journal; what a company pays is reckoned here by its contract in plain
//! arithmetic, without the engine that it judges.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use domain::{
    id::BrandCode,
    money::Yen,
    rate::{Ppm, Rounding},
    settlement::{Tally, TerminalBrandTotal},
    time::{CivilDate, Timestamp},
};

use super::visit::{Desk, Wallet};
use crate::world::{
    card_company::CardLine,
    wallet::{Kind, WalletOperator, WalletPayment},
};

/// PayPay's rate without tax and the tax on it, as in the set-up.
const PAYPAY: (Ppm, Ppm) = (Ppm(19_800), Ppm(100_000));
/// LINE Pay's rate, as in the set-up.
const LINE_PAY: Ppm = Ppm(24_500);
/// 振込手数料 that LINE Pay keeps back, in yen.
const LINE_PAY_TRANSFER_YEN: i64 = 220;
/// Rates of the two contracts for electronic money.
const PREPAID: Ppm = Ppm(33_000);
const POSTPAID: Ppm = Ppm(32_400);
/// Brands that are paid afterwards (`emoney-otsu-post`).
const POSTPAID_BRANDS: [&str; 2] = ["id", "quicpay"];
/// Where the wallets' transaction numbers begin.
const PAYPAY_FIRST_NUMBER: u64 = 2_022_070_100_000;
const LINE_PAY_FIRST_NUMBER: u64 = 7_022_070_100_000;

/// The shop's name at both wallets.
const SHOP: &str = "萩・明倫学舎";

/// A touch on the terminal that is not linked.
#[derive(Debug, Clone)]
pub struct Touch {
    /// Where.
    pub desk: Desk,
    /// Brand code.
    pub brand: &'static str,
    /// Slip number; the clerk reads it off the slip.
    pub slip: String,
    /// Yen.
    pub amount: Yen,
    /// When.
    pub at: Timestamp,
    /// The terminal said 処理未了 and does not count it in its own total.
    pub doubtful: bool,
}

/// The books.
#[derive(Debug)]
pub struct Books {
    /// Touches in order.
    pub touches: Vec<Touch>,
    /// Wallets.
    pub wallets: BTreeMap<Wallet, WalletOperator>,
    /// The payment that is given back after the close.
    pub to_give_back: Option<WalletPayment>,
}

impl Default for Books {
    fn default() -> Self {
        let operators = [
            (Wallet::PayPay, WalletOperator::new(SHOP, PAYPAY_FIRST_NUMBER)),
            (Wallet::LinePay, WalletOperator::new(SHOP, LINE_PAY_FIRST_NUMBER)),
        ];
        Self { touches: Vec::new(), wallets: operators.into_iter().collect(), to_give_back: None }
    }
}

impl Books {
    /// A card or phone touches the terminal. Returns the slip's number.
    ///
    /// # Errors
    /// Never for a month's touches.
    pub fn touch(
        &mut self,
        desk: Desk,
        brand: &'static str,
        amount: Yen,
        at: Timestamp,
        doubtful: bool,
    ) -> Result<String> {
        let nth = self.touches.iter().filter(|touch| touch.desk == desk).count();
        let slip = format!("{:05}", u32::try_from(nth)? + 1);
        self.touches.push(Touch { desk, brand, slip: slip.clone(), amount, at, doubtful });
        Ok(slip)
    }

    /// A phone pays on a sheet.
    ///
    /// # Errors
    /// Never: both wallets are there.
    pub fn scan(&mut self, wallet: Wallet, desk: Desk, yen: i64, at: Timestamp) -> Result<WalletPayment> {
        Ok(self.wallet(wallet)?.pay(desk.sheet(), Yen::new(yen), at))
    }

    /// An operator.
    ///
    /// # Errors
    /// Never: both wallets are there.
    pub fn wallet(&mut self, wallet: Wallet) -> Result<&mut WalletOperator> {
        self.wallets.get_mut(&wallet).context("a wallet of the month")
    }

    /// 端末日計 of the terminal that is not linked, by brand; none where it was not used on the day.
    ///
    /// # Errors
    /// Never: the brands are ids.
    pub fn terminal_totals(&self, desk: Desk, day: CivilDate) -> Result<Option<Vec<TerminalBrandTotal>>> {
        let mut totals: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut used = false;
        for touch in self.touches.iter().filter(|touch| touch.desk == desk && touch.at.date() == day) {
            used = true;
            if !touch.doubtful {
                totals.entry(touch.brand).or_default().add(touch.amount);
            }
        }
        let total = |(brand, tally): (&str, Tally)| {
            Ok(TerminalBrandTotal { brand: brand.parse::<BrandCode>()?, tally })
        };
        let totals = totals.into_iter().map(total).collect::<Result<Vec<_>>>()?;
        Ok(used.then_some(totals))
    }

    /// Lines of one of the two contracts for electronic money.
    #[must_use]
    pub fn touched(&self, postpaid: bool, from: CivilDate, to: CivilDate) -> Vec<CardLine> {
        let mine = |touch: &&Touch| {
            POSTPAID_BRANDS.contains(&touch.brand) == postpaid && (from..=to).contains(&touch.at.date())
        };
        self.touches.iter().filter(mine).map(line).collect()
    }

    /// What the company for electronic money pays for the month: both contracts in one sum, fees kept back.
    ///
    /// # Errors
    /// When a sum leaves the range of yen.
    pub fn electronic_money_pays(&self, from: CivilDate, to: CivilDate) -> Result<Yen> {
        let mut pays = Yen::ZERO;
        for (postpaid, rate) in [(false, PREPAID), (true, POSTPAID)] {
            let gross = Yen::try_sum(self.touched(postpaid, from, to).iter().map(|line| line.amount))?;
            pays = pays.checked_add(gross)?.checked_sub(rate.of(gross, Rounding::Floor)?)?;
        }
        Ok(pays)
    }

    /// What PayPay pays for the month.
    ///
    /// # Errors
    /// When a sum leaves the range of yen.
    pub fn paypay_pays(&mut self) -> Result<Yen> {
        let gross = self.wallet(Wallet::PayPay)?.gross();
        let fee = PAYPAY.0.of(gross, Rounding::Floor)?;
        Ok(gross.checked_sub(fee)?.checked_sub(PAYPAY.1.of(fee, Rounding::Floor)?)?)
    }

    /// What LINE Pay pays for the month.
    ///
    /// # Errors
    /// When a sum leaves the range of yen.
    pub fn line_pay_pays(&mut self) -> Result<Yen> {
        let gross = self.wallet(Wallet::LinePay)?.gross();
        let fee = LINE_PAY.of(gross, Rounding::Floor)?;
        Ok(gross.checked_sub(fee)?.checked_sub(Yen::new(LINE_PAY_TRANSFER_YEN))?)
    }

    /// LINE Pay's book as its first file has it: the first payment stands there ¥100 too high.
    ///
    /// # Errors
    /// Never: the wallet is there.
    pub fn line_pay_first_file(&mut self) -> Result<Vec<WalletPayment>> {
        let mut payments = self.wallet(Wallet::LinePay)?.payments().to_vec();
        let first = payments.iter_mut().find(|payment| payment.kind == Kind::Paid);
        let first = first.context("LINE Pay was used in the month")?;
        first.amount = first.amount.checked_add(Yen::new(100))?;
        Ok(payments)
    }
}

/// A touch in the company's own words.
fn line(touch: &Touch) -> CardLine {
    let brand = match touch.brand {
        "transit" => "交通系IC",
        "edy" => "楽天Edy",
        "waon" => "WAON",
        "id" => "iD",
        "quicpay" => "QUICPay",
        other => other,
    };
    CardLine {
        terminal: touch.desk.touch_terminal().to_owned(),
        slip: touch.slip.clone(),
        brand: brand.to_owned(),
        amount: touch.amount,
        at: touch.at,
    }
}

//! The wallet operator behind a printed JPQR sheet. It hears of payments from citizens' phones only.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use domain::{money::Yen, time::Timestamp};
use formats::statement::{RowOut, embedded, write_statement};

/// First part of the transaction numbers of the made-up day.
const FIRST_NUMBER: u64 = 2_026_073_100_000;
/// Steps between two transaction numbers: the last four digits do not repeat for 270 payments.
const NUMBER_STEP: u64 = 37;
/// The made-up city's shop.
const MIHON_SHOP: &str = "見本市 窓口";
/// Where the last digits begin.
const NUMBER_OFFSET: u64 = 1_204;

/// What a line of the operator's book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Paid.
    Paid,
    /// The payer's bank or balance refused it; the screen said so.
    Failed,
    /// Given back to the payer; carries the number of the payment.
    GivenBack,
}

/// One line as the operator has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletPayment {
    /// 取引番号, as the payer's screen shows it.
    pub transaction: String,
    /// Number of the sheet (PosID).
    pub sheet: String,
    /// What the payer typed, positive.
    pub amount: Yen,
    /// When.
    pub at: Timestamp,
    /// What it is.
    pub kind: Kind,
}

/// The operator's book.
#[derive(Debug, Clone)]
pub struct WalletOperator {
    first_number: u64,
    shop: &'static str,
    payments: Vec<WalletPayment>,
}

impl Default for WalletOperator {
    fn default() -> Self {
        Self::new(MIHON_SHOP, FIRST_NUMBER)
    }
}

impl WalletOperator {
    /// An operator with a shop's name and the place where its transaction numbers begin.
    #[must_use]
    pub const fn new(shop: &'static str, first_number: u64) -> Self {
        Self { first_number, shop, payments: Vec::new() }
    }

    /// A citizen scans a sheet and pays. Returns what the phone shows.
    pub fn pay(&mut self, sheet: &str, amount: Yen, at: Timestamp) -> WalletPayment {
        let nth = u64::try_from(self.payments.len()).unwrap_or(0);
        let number = self.first_number + nth * NUMBER_STEP + NUMBER_OFFSET;
        let payment = WalletPayment {
            transaction: format!("0{number}"),
            sheet: sheet.to_owned(),
            amount,
            at,
            kind: Kind::Paid,
        };
        self.payments.push(payment.clone());
        payment
    }

    /// A citizen tries and the wallet refuses.
    pub fn refuse(&mut self, sheet: &str, amount: Yen, at: Timestamp) {
        self.pay(sheet, amount, at);
        if let Some(last) = self.payments.last_mut() {
            last.kind = Kind::Failed;
        }
    }

    /// The operator books a payment a second time: the same line stands twice in its book.
    pub fn charge_again(&mut self, payment: &WalletPayment) {
        self.payments.push(payment.clone());
    }

    /// The city gives a payment back through the operator's portal.
    pub fn give_back(&mut self, payment: &WalletPayment, at: Timestamp) {
        self.payments.push(WalletPayment { at, kind: Kind::GivenBack, ..payment.clone() });
    }

    /// The shop's name.
    #[must_use]
    pub const fn shop(&self) -> &'static str {
        self.shop
    }

    /// The book.
    #[must_use]
    pub fn payments(&self) -> &[WalletPayment] {
        &self.payments
    }

    /// Paid less given back.
    #[must_use]
    pub fn gross(&self) -> Yen {
        self.payments.iter().fold(Yen::ZERO, |sum, payment| sum.saturating_add(payment.signed()))
    }

    /// The merchant's transaction CSV of PayPay, in the operator's own columns and encoding.
    ///
    /// # Errors
    /// When the profile cannot be written.
    pub fn statement(&self) -> Result<Vec<u8>> {
        statement("paypay_for_business", self.shop, &self.payments)
    }
}

impl WalletPayment {
    /// Yen with sign: given back is negative, failed is nothing.
    #[must_use]
    pub const fn signed(&self) -> Yen {
        match self.kind {
            Kind::Paid => self.amount,
            Kind::Failed => Yen::ZERO,
            Kind::GivenBack => Yen::new(self.amount.get().saturating_neg()),
        }
    }
}

/// Lines of a book by one of the embedded profiles.
///
/// # Errors
/// When the profile is not there or cannot be written.
pub fn statement(profile_id: &str, shop: &str, payments: &[WalletPayment]) -> Result<Vec<u8>> {
    let profile = embedded(profile_id)?.with_context(|| format!("profile {profile_id} is embedded"))?;
    let word = |words: &[String]| words.first().cloned().unwrap_or_default();
    let words = [&profile.statuses.sale, &profile.statuses.failed, &profile.statuses.refund];
    let [sale, failed, refund] = words.map(|words| word(words));
    let rows: Vec<RowOut> = payments
        .iter()
        .map(|payment| {
            let status = match payment.kind {
                Kind::Paid => &sale,
                Kind::Failed => &failed,
                Kind::GivenBack => &refund,
            };
            row(payment, shop, status)
        })
        .collect();
    Ok(write_statement(&profile, &rows)?)
}

fn row(payment: &WalletPayment, shop: &str, status: &str) -> RowOut {
    let cells = [
        ("加盟店ID", "900000001"),
        ("屋号", shop),
        ("店舗ID", "1"),
        ("店舗番号", "1"),
        ("店舗名", shop),
        ("支払い方法", "PayPay残高"),
    ];
    let mut extra: BTreeMap<String, String> =
        cells.into_iter().map(|(column, cell)| (column.to_owned(), cell.to_owned())).collect();
    extra.insert(
        "支払い詳細".into(),
        format!("[{{\"type\":\"WALLET\",\"amount\":{}}}]", payment.amount.get()),
    );
    RowOut {
        status_word: status.to_owned(),
        at: payment.at,
        amount: if payment.kind == Kind::GivenBack { payment.signed() } else { payment.amount },
        brand_word: String::new(),
        terminal_or_pos_id: payment.sheet.clone(),
        slip_number: String::new(),
        approval_code: String::new(),
        acquirer_transaction_id: payment.transaction.clone(),
        merchant_payment_id: String::new(),
        extra,
    }
}

//! The wallet operator behind a printed JPQR sheet. It hears of payments from citizens' phones only.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use domain::{money::Yen, time::Timestamp};
use formats::statement::{RowOut, embedded, write_statement};

/// One payment as the operator has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletPayment {
    /// 取引番号, as the payer's screen shows it.
    pub transaction: String,
    /// Number of the sheet (PosID).
    pub sheet: String,
    /// What the payer typed.
    pub amount: Yen,
    /// When.
    pub at: Timestamp,
    /// The payer's bank or balance refused it; the screen said so.
    pub failed: bool,
}

/// The operator's book.
#[derive(Debug, Default)]
pub struct WalletOperator {
    payments: Vec<WalletPayment>,
}

impl WalletOperator {
    /// A citizen scans a sheet and pays. Returns what the phone shows.
    pub fn pay(&mut self, sheet: &str, amount: Yen, at: Timestamp) -> WalletPayment {
        let number = 2_026_073_100_000_u64 + u64::try_from(self.payments.len()).unwrap_or(0) * 37 + 1_204;
        let payment = WalletPayment {
            transaction: format!("0{number}"),
            sheet: sheet.to_owned(),
            amount,
            at,
            failed: false,
        };
        self.payments.push(payment.clone());
        payment
    }

    /// A citizen tries and the wallet refuses.
    pub fn refuse(&mut self, sheet: &str, amount: Yen, at: Timestamp) {
        self.pay(sheet, amount, at);
        if let Some(last) = self.payments.last_mut() {
            last.failed = true;
        }
    }

    /// Sum of what was paid.
    #[must_use]
    pub fn gross(&self) -> Yen {
        self.payments.iter().filter(|p| !p.failed).fold(Yen::ZERO, |sum, p| sum.saturating_add(p.amount))
    }

    /// The merchant's transaction CSV, in the operator's own columns and encoding.
    ///
    /// # Errors
    /// When the profile cannot be written.
    pub fn statement(&self) -> Result<Vec<u8>> {
        let profile = embedded("paypay_for_business")?.context("the profile is embedded")?;
        let rows: Vec<RowOut> = self.payments.iter().map(row).collect();
        Ok(write_statement(&profile, &rows)?)
    }
}

fn row(payment: &WalletPayment) -> RowOut {
    let shop = [
        ("加盟店ID", "900000001"),
        ("屋号", "見本市"),
        ("店舗ID", "1"),
        ("店舗名", "見本市 窓口"),
        ("支払い方法", "PayPay残高"),
    ];
    let mut extra: BTreeMap<String, String> =
        shop.into_iter().map(|(column, cell)| (column.to_owned(), cell.to_owned())).collect();
    extra.insert(
        "支払い詳細".into(),
        format!("[{{\"type\":\"WALLET\",\"amount\":{}}}]", payment.amount.get()),
    );
    RowOut {
        status_word: if payment.failed { "取引失敗" } else { "取引完了" }.into(),
        at: payment.at,
        amount: payment.amount,
        brand_word: String::new(),
        terminal_or_pos_id: payment.sheet.clone(),
        slip_number: String::new(),
        approval_code: String::new(),
        acquirer_transaction_id: payment.transaction.clone(),
        merchant_payment_id: String::new(),
        extra,
    }
}

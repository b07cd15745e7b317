//! The card company's centre: it knows what its terminals hold in their own books, and what was keyed on terminals that are not
//! linked. Our journal is never asked.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use domain::{money::Yen, time::Timestamp};
use formats::statement::{RowOut, embedded, write_statement};

/// One line of the company's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLine {
    /// 端末番号
    pub terminal: String,
    /// 伝票番号
    pub slip: String,
    /// Brand word of the company.
    pub brand: String,
    /// Signed: sale positive, void negative.
    pub amount: Yen,
    /// When, by the terminal.
    pub at: Timestamp,
}

/// Writes the company's list by one of the embedded example profiles.
///
/// # Errors
/// When the profile is not there or a value does not fit it.
pub fn statement(profile_id: &str, lines: &[CardLine]) -> Result<Vec<u8>> {
    let profile = embedded(profile_id)?.with_context(|| format!("profile {profile_id} is embedded"))?;
    let word = |words: &[String]| words.first().cloned().unwrap_or_default();
    let (sale, refund) = (word(&profile.statuses.sale), word(&profile.statuses.refund));
    let rows: Vec<RowOut> = lines
        .iter()
        .map(|line| RowOut {
            status_word: if line.amount.is_negative() { refund.clone() } else { sale.clone() },
            at: line.at,
            amount: line.amount,
            brand_word: line.brand.clone(),
            terminal_or_pos_id: line.terminal.clone(),
            slip_number: line.slip.clone(),
            approval_code: String::new(),
            acquirer_transaction_id: String::new(),
            merchant_payment_id: String::new(),
            extra: BTreeMap::new(),
        })
        .collect();
    Ok(write_statement(&profile, &rows)?)
}

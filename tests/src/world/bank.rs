//! The city's bank: one account, deposits under the payers' kana names, written as 入出金取引明細 (Zengin, 200 bytes).

use anyhow::Result;
use domain::{money::Yen, time::CivilDate};
use formats::zengin::{AccountOut, EntryOut, FileOut, Framing, TransactionClass, write};

/// One deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositIn {
    /// 勘定日
    pub on: CivilDate,
    /// 振込依頼人名, half-width kana.
    pub remitter_kana: String,
    /// Yen.
    pub amount: Yen,
}

/// The bank's file over a period.
///
/// # Errors
/// When a name does not fit its field.
pub fn statement(from: CivilDate, to: CivilDate, opening: Yen, deposits: &[DepositIn]) -> Result<Vec<u8>> {
    let entries = deposits
        .iter()
        .enumerate()
        .map(|(index, deposit)| EntryOut {
            booked_on: deposit.on,
            amount: deposit.amount,
            class: TransactionClass::Transfer,
            remitter_code: String::new(),
            remitter_kana: deposit.remitter_kana.clone(),
            sending_bank: "ﾐﾎﾝｷﾞﾝｺｳ".into(),
            sending_branch: "ﾎﾝﾃﾝ".into(),
            summary: "ﾌﾘｺﾐ".into(),
            edi: String::new(),
            inquiry_no: format!("{:08}", index + 1),
        })
        .collect();
    let account = AccountOut {
        from,
        to,
        bank_code: "0001".into(),
        bank_name: "ﾐﾎﾝｷﾞﾝｺｳ".into(),
        branch_code: "001".into(),
        branch_name: "ﾎﾝﾃﾝ".into(),
        account_kind: 1,
        account_number: "1234567".into(),
        account_name: "ﾐﾎﾝｼ".into(),
        opening,
        entries,
    };
    Ok(write(&FileOut { created_on: to, framing: Framing::None, accounts: vec![account] })?)
}

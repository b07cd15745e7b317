//! The city's bank: one account, deposits under the payers' kana names, written as 入出金取引明細 (Zengin, 200 bytes).

use anyhow::Result;
use domain::{money::Yen, time::CivilDate};
use formats::zengin::{AccountOut, EntryOut, FileOut, Framing, TransactionClass, write};

/// An account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// 銀行番号
    pub bank_code: &'static str,
    /// 銀行名, half-width kana.
    pub bank_name: &'static str,
    /// 支店番号
    pub branch_code: &'static str,
    /// 支店名, half-width kana.
    pub branch_name: &'static str,
    /// 口座番号
    pub number: &'static str,
    /// 口座名義, half-width kana.
    pub holder: &'static str,
}

/// The account of the made-up city.
const MIHON_ACCOUNT: Account = Account {
    bank_code: "0001",
    bank_name: "ﾐﾎﾝｷﾞﾝｺｳ",
    branch_code: "001",
    branch_name: "ﾎﾝﾃﾝ",
    number: "1234567",
    holder: "ﾐﾎﾝｼ",
};

/// One movement of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// 勘定日
    pub on: CivilDate,
    /// 振込依頼人名, half-width kana; empty for a movement of the city's own.
    pub name_kana: String,
    /// Yen: in positive, out negative.
    pub amount: Yen,
}

/// The file of the made-up city's account over a period.
///
/// # Errors
/// When a name does not fit its field.
pub fn statement(from: CivilDate, to: CivilDate, opening: Yen, movements: &[Movement]) -> Result<Vec<u8>> {
    account_file(&MIHON_ACCOUNT, from, to, opening, movements)
}

/// The bank's file of an account over a period.
///
/// # Errors
/// When a name does not fit its field.
pub fn account_file(
    account: &Account,
    from: CivilDate,
    to: CivilDate,
    opening: Yen,
    movements: &[Movement],
) -> Result<Vec<u8>> {
    let entries = movements
        .iter()
        .enumerate()
        .map(|(index, movement)| {
            let transfer = !movement.name_kana.is_empty();
            let word = |text: &str| if transfer { text.to_owned() } else { String::new() };
            EntryOut {
                booked_on: movement.on,
                amount: movement.amount,
                class: TransactionClass::Transfer,
                remitter_code: String::new(),
                remitter_kana: movement.name_kana.clone(),
                sending_bank: word("ﾐﾎﾝｷﾞﾝｺｳ"),
                sending_branch: word("ﾎﾝﾃﾝ"),
                summary: if transfer { "ﾌﾘｺﾐ" } else { "ﾌﾘｶｴ" }.into(),
                edi: String::new(),
                inquiry_no: format!("{:08}", index + 1),
            }
        })
        .collect();
    let out = AccountOut {
        from,
        to,
        bank_code: account.bank_code.into(),
        bank_name: account.bank_name.into(),
        branch_code: account.branch_code.into(),
        branch_name: account.branch_name.into(),
        account_kind: 1,
        account_number: account.number.into(),
        account_name: account.holder.into(),
        opening,
        entries,
    };
    Ok(write(&FileOut { created_on: to, framing: Framing::None, accounts: vec![out] })?)
}

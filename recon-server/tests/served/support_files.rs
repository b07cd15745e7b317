//! Files as an acquirer and a bank write them.

use std::collections::BTreeMap;

use domain::{
    money::Yen,
    time::{CivilDate, Timestamp},
};
use formats::{
    statement::{Profile, RowOut, embedded, write_statement},
    zengin::{self, AccountOut, EntryOut, FileOut, Framing, TransactionClass},
};

use crate::support::date;

pub fn profile(id: &str) -> Profile {
    embedded(id).unwrap().unwrap()
}

/// A row of a statement, as [`profile`] writes it.
pub fn row(status: &str, at: Timestamp, amount: i64, transaction: &str) -> RowOut {
    RowOut {
        status_word: status.to_owned(),
        at,
        amount: Yen::new(amount),
        brand_word: String::new(),
        terminal_or_pos_id: "P0001".to_owned(),
        slip_number: String::new(),
        approval_code: String::new(),
        acquirer_transaction_id: transaction.to_owned(),
        merchant_payment_id: String::new(),
        extra: BTreeMap::new(),
    }
}

pub fn at(day: &str, hour: i8, minute: i8, second: i8) -> Timestamp {
    Timestamp::from_jst(date(day), hour, minute, second).unwrap()
}

/// A PayPay for Business file of two sales.
pub fn paypay(day: &str) -> Vec<u8> {
    let rows = [
        row("取引完了", at(day, 10, 5, 11), 300, "04000000000000004821"),
        row("取引完了", at(day, 10, 40, 0), 1_200, "04000000000000009917"),
    ];
    write_statement(&profile("paypay_for_business"), &rows).unwrap()
}

/// A bank's file of one account with these amounts booked on `day`.
pub fn bank(day: &str, entries: &[(i64, &str)]) -> Vec<u8> {
    bank_from(1_000_000, day, entries)
}

/// The same, with this balance before.
pub fn bank_from(opening: i64, day: &str, entries: &[(i64, &str)]) -> Vec<u8> {
    let booked_on: CivilDate = date(day);
    let entry = |(amount, kana): &(i64, &str)| EntryOut {
        booked_on,
        amount: Yen::new(*amount),
        class: TransactionClass::Transfer,
        remitter_code: String::new(),
        remitter_kana: (*kana).to_owned(),
        sending_bank: "ﾚｲｼﾞ".to_owned(),
        sending_branch: "ﾎﾝﾃﾝ".to_owned(),
        summary: String::new(),
        edi: String::new(),
        inquiry_no: String::new(),
    };
    let account = AccountOut {
        from: booked_on,
        to: booked_on,
        bank_code: "0001".to_owned(),
        bank_name: "ﾚｲｼﾞｷﾞﾝｺｳ".to_owned(),
        branch_code: "001".to_owned(),
        branch_name: "ﾎﾝﾃﾝ".to_owned(),
        account_kind: 1,
        account_number: "1234567".to_owned(),
        account_name: "ﾚｲｼﾞｼ".to_owned(),
        opening: Yen::new(opening),
        entries: entries.iter().map(entry).collect(),
    };
    zengin::write(&FileOut { created_on: booked_on, framing: Framing::CrLf, accounts: vec![account] })
        .unwrap()
}

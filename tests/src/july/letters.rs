//! The files of the outside world, made from its own books: which is here on which day.
//!
//! Invariant: nothing of our journal enters a file; the bank pays what [`super::books`] reckons by the contracts.

use anyhow::{Context as _, Result};
use domain::{money::Yen, time::CivilDate};

use super::{
    July,
    plan::{COMMISSION_YEN, DEFERRED_YEN, VOUCHER_YEN},
    planted::july,
    visit::Wallet,
};
use crate::world::{
    bank::{self, Movement},
    card_company, wallet,
};

/// The account's money on 1 July, in yen.
const OPENING_YEN: i64 = 1_204_310;
/// What the city moved from it to its main account on 29 July, in yen.
const SWEPT_YEN: i64 = 1_000_000;

/// The city's account for cashless payouts.
const HAGI_ACCOUNT: bank::Account = bank::Account {
    bank_code: "0001",
    bank_name: "ﾐﾎﾝｷﾞﾝｺｳ",
    branch_code: "002",
    branch_name: "ﾊｷﾞ",
    number: "7654321",
    holder: "ﾊｷﾞｼｶｲｹｲｶﾝﾘｼﾔ",
};

/// A file on its way to the office.
pub(super) struct Letter {
    /// `bank` or a contract.
    pub source: &'static str,
    /// First day that it covers.
    pub from: CivilDate,
    /// Last day that it covers.
    pub to: CivilDate,
    /// Its name.
    pub title: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl July {
    /// What arrives on a day.
    pub(super) fn letters(&mut self, day: CivilDate) -> Result<Vec<Letter>> {
        let (first, fifteenth, sixteenth, last) = (july(1)?, july(15)?, july(16)?, july(31)?);
        let card = |this: &Self, from, to| this.card_letter(from, to);
        let letters = match (day.month(), day.day()) {
            (7, 19) => vec![
                card(self, first, fifteenth)?,
                self.touch_letter(false, first, fifteenth)?,
                self.touch_letter(true, first, fifteenth)?,
            ],
            (8, 1) => {
                let letter = self.wallet_letter(Wallet::PayPay)?;
                let again = Letter { bytes: letter.bytes.clone(), ..letter };
                vec![letter, again, self.bank_letter_july()?]
            }
            (8, 2) => vec![
                card(self, sixteenth, last)?,
                self.touch_letter(true, sixteenth, last)?,
                self.line_pay_first_letter()?,
            ],
            (8, 3) => vec![self.wallet_letter(Wallet::LinePay)?],
            (8, 30) => vec![self.touch_letter(false, sixteenth, last)?],
            (9, 1) => vec![self.bank_letter_august()?],
            _ => Vec::new(),
        };
        Ok(letters)
    }

    fn card_letter(&self, from: CivilDate, to: CivilDate) -> Result<Letter> {
        let within = |at: &domain::time::Timestamp| (from..=to).contains(&at.date());
        let lines: Vec<_> = self.card_lines.iter().filter(|line| within(&line.at)).cloned().collect();
        let bytes = card_company::statement("generic_card", &lines)?;
        Ok(Letter { source: "card-ko", from, to, title: "甲カード売上明細.csv", bytes })
    }

    fn touch_letter(&self, postpaid: bool, from: CivilDate, to: CivilDate) -> Result<Letter> {
        let lines = self.books.touched(postpaid, from, to);
        let bytes = card_company::statement("generic_electronic_money", &lines)?;
        let (source, title) = if postpaid {
            ("emoney-otsu-post", "乙電子マネー後払い明細.csv")
        } else {
            ("emoney-otsu", "乙電子マネー明細.csv")
        };
        Ok(Letter { source, from, to, title, bytes })
    }

    fn wallet_letter(&mut self, which: Wallet) -> Result<Letter> {
        let (source, profile, title) = match which {
            Wallet::PayPay => ("paypay", "paypay_for_business", "PayPay取引明細.csv"),
            Wallet::LinePay => ("linepay", "generic_wallet", "LINE_Pay取引明細.csv"),
        };
        let operator = self.books.wallet(which)?;
        let bytes = wallet::statement(profile, operator.shop(), operator.payments())?;
        Ok(Letter { source, from: july(1)?, to: july(31)?, title, bytes })
    }

    /// LINE Pay's first file has one amount wrong; the corrected one comes a day later.
    fn line_pay_first_letter(&mut self) -> Result<Letter> {
        let shop = self.books.wallet(Wallet::LinePay)?.shop();
        let bytes = wallet::statement("generic_wallet", shop, &self.books.line_pay_first_file()?)?;
        Ok(Letter { bytes, ..self.wallet_letter(Wallet::LinePay)? })
    }

    fn bank_letter_july(&self) -> Result<Letter> {
        let (from, to) = (july(1)?, july(31)?);
        let swept = Movement { on: july(29)?, name_kana: String::new(), amount: Yen::new(-SWEPT_YEN) };
        let bytes = bank::account_file(&HAGI_ACCOUNT, from, to, Yen::new(OPENING_YEN), &[swept])?;
        Ok(Letter { source: "bank", from, to, title: "入出金取引明細.txt", bytes })
    }

    fn bank_letter_august(&mut self) -> Result<Letter> {
        let august = |day: i8| CivilDate::new(2022, 8, day).context("a day of August");
        let (from, to) = (august(1)?, august(31)?);
        let card = |from, to| {
            let within = |line: &&card_company::CardLine| (from..=to).contains(&line.at.date());
            Yen::try_sum(self.card_lines.iter().filter(within).map(|line| line.amount))
        };
        let (early, late) = (card(july(1)?, july(15)?)?, card(july(16)?, july(31)?)?);
        let sums = [
            (1, "ｺｳｶ-ﾄﾞ(ｶ", early),
            (1, "ﾍﾟｲﾍﾟｲ(ｶ", self.books.paypay_pays()?),
            (15, "ｺｳｶ-ﾄﾞ(ｶ", late),
            (31, "ｵﾂﾃﾞﾝｼﾏﾈ-(ｶ", self.books.electronic_money_pays(july(1)?, july(31)?)?),
            (31, "ﾗｲﾝﾍﾟｲ(ｶ", self.books.line_pay_pays()?),
            (31, "ﾐﾎﾝﾘﾖｺｳ(ｶ", Yen::new(VOUCHER_YEN - COMMISSION_YEN)),
            (31, "ﾐﾎﾝﾌｸｼｶｲ", Yen::new(DEFERRED_YEN)),
        ];
        let movement = |(day, name, amount): (i8, &str, Yen)| {
            Ok(Movement { on: august(day)?, name_kana: name.to_owned(), amount })
        };
        let movements = sums.into_iter().map(movement).collect::<Result<Vec<_>>>()?;
        let opening = Yen::new(OPENING_YEN - SWEPT_YEN);
        let bytes = bank::account_file(&HAGI_ACCOUNT, from, to, opening, &movements)?;
        Ok(Letter { source: "bank", from, to, title: "入出金取引明細.txt", bytes })
    }
}

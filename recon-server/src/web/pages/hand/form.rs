//! The two forms: their fields in the order of the paper, and what was typed as values.
//!
//! Invariant: a value that cannot be read stays as it was typed, with what to do beside it.

use std::collections::BTreeMap;

use axum::extract::{Multipart, multipart::MultipartError};
use domain::{money::Yen, text::FREE_TEXT_LENGTH_MAX_CHARS, time::CivilDate};
use store::controls::ControlId;

use super::super::second_person::one_line;
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        hand::{self, HandDeposit, HandFact, HandPayout, NewEntry, SCAN_LENGTH_MAX_BYTES},
        import,
    },
    web::{
        failure::PageError,
        frame,
        view::{
            exceptions::Choice,
            form::{Field, FormId},
            hand::{HandFormPage, HandInput, InputKind},
            shell::Section,
        },
    },
};

/// Longest text field of the form, in characters.
const TEXT_MAX_CHARS: usize = 400;

/// Which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 支払通知
    Payout,
    /// 入金
    Deposit,
}

/// A field: stable word, label, how it is typed, whether it must be, hint.
type Line = (&'static str, &'static str, InputKind, bool, &'static str);

const PAYOUT: [Line; 12] = [
    ("contract", "契約", InputKind::Select, true, ""),
    ("from", "締め期間（自）", InputKind::Date, true, ""),
    ("to", "締め期間（至）", InputKind::Date, true, ""),
    ("count", "売上件数", InputKind::Number, true, ""),
    ("sales", "売上金額（円）", InputKind::Number, true, ""),
    ("refunds", "返金（円）", InputKind::Number, false, "符号なしで入れます。なければ空のままにします。"),
    ("fee", "手数料（円、税別）", InputKind::Number, false, "符号なしで入れます。"),
    ("tax", "手数料の消費税（円）", InputKind::Number, false, ""),
    ("transfer_fee", "振込手数料（円）", InputKind::Number, false, ""),
    (
        "adjustment",
        "そのほかの加減（円）",
        InputKind::Number,
        false,
        "引かれたものは先頭に - を付けます。ふつうは空です。",
    ),
    (
        "net",
        "支払額（円）",
        InputKind::Number,
        true,
        "売上 − 返金 − 手数料 − 消費税 − 振込手数料 になるかを確かめます。",
    ),
    ("paid_on", "支払日", InputKind::Date, true, ""),
];

const DEPOSIT: [Line; 5] = [
    ("account", "口座", InputKind::Select, true, ""),
    ("booked_on", "勘定日", InputKind::Date, true, "通帳の日付です。"),
    ("amount", "入金額（円）", InputKind::Number, true, ""),
    (
        "kana",
        "振込名義（カナ）",
        InputKind::Text,
        true,
        "通帳のとおりに入れます。全角でも半角でもかまいません。",
    ),
    ("summary", "摘要", InputKind::Text, false, ""),
];

/// What was typed.
#[derive(Debug, Default)]
pub struct Typed {
    texts: BTreeMap<String, String>,
    scan: Vec<u8>,
}

impl Typed {
    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// Id of the form.
    pub fn form_id(&self) -> &str {
        self.text("form_id")
    }
}

/// Reads the form; its size is bounded by the route.
pub async fn read(mut multipart: Multipart) -> Result<Typed, MultipartError> {
    let mut typed = Typed::default();
    while let Some(field) = multipart.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if matches!(name.as_str(), "scan" | "file") {
            typed.scan = field.bytes().await?.to_vec();
            continue;
        }
        let text: String = field.text().await?.chars().take(TEXT_MAX_CHARS).collect();
        typed.texts.insert(name, text);
    }
    Ok(typed)
}

/// The form with what was typed.
pub async fn page(
    state: &AppState,
    user: &CurrentUser,
    kind: Kind,
    form: FormId,
    typed: &Typed,
) -> Result<HandFormPage, PageError> {
    let (lines, action, title, english, lead): (&[Line], _, _, _, _) = match kind {
        Kind::Payout => (
            &PAYOUT,
            "/hand/payout",
            "支払通知の手入力",
            "A payment notice from paper",
            "会社が紙やPDFだけで出す支払通知を、書いてあるとおりに写します。ファイルで届く会社では使いません。",
        ),
        Kind::Deposit => (
            &DEPOSIT,
            "/hand/deposit",
            "入金の手入力",
            "A deposit from a passbook",
            "通帳や紙の入金通知にある入金を1件ずつ写します。あとで銀行のファイルが届けば、二重には数えません。",
        ),
    };
    let options = options(state, kind).await?;
    let input = |(name, label, kind, required, hint): &Line| {
        let options = if *kind == InputKind::Select { options.clone() } else { Vec::new() };
        let value = typed.text(name);
        let chosen = |mut one: Choice| {
            one.chosen = one.value == value;
            one
        };
        HandInput {
            name,
            label,
            kind: *kind,
            field: Field::typed(value),
            required: *required,
            hint,
            options: options.into_iter().map(chosen).collect(),
        }
    };
    Ok(HandFormPage {
        shell: frame::shell(state, Some(user), Section::Imports)?,
        form,
        action,
        title,
        english,
        lead,
        inputs: lines.iter().map(input).collect(),
        scan: Field::default(),
        scan_mib_max: SCAN_LENGTH_MAX_BYTES >> 20,
        reason: Field::typed(typed.text("reason")),
        reason_max: FREE_TEXT_LENGTH_MAX_CHARS,
        refused: None,
    })
}

/// Contracts, or accounts.
async fn options(state: &AppState, kind: Kind) -> Result<Vec<Choice>, PageError> {
    let choice = |value: String, label: String| Choice { value, label, chosen: false };
    match kind {
        Kind::Payout => {
            let contracts = import::contracts(state).await?;
            Ok(contracts.into_iter().map(|one| choice(one.id.to_string(), one.label_ja)).collect())
        }
        Kind::Deposit => {
            let accounts = hand::accounts(state).await?;
            Ok(accounts.into_iter().map(|one| choice(one.clone(), one)).collect())
        }
    }
}

/// Puts a refusal beside its field.
pub fn refuse(page: &mut HandFormPage, field: &str, sentence: String) {
    match (field, page.inputs.iter_mut().find(|one| one.name == field)) {
        (_, Some(input)) => input.field.error = Some(sentence),
        ("reason", None) => page.reason.error = Some(sentence),
        ("scan", None) => page.scan.error = Some(sentence),
        _ => page.refused = Some(sentence),
    }
}

/// What was typed as an entry; none where a value cannot be read, which is then said beside it.
pub fn entry(page: &mut HandFormPage, kind: Kind, id: ControlId, typed: &Typed) -> Option<NewEntry> {
    let mut read = Reader { page, typed, fine: true };
    let fact = match kind {
        Kind::Payout => read.payout(),
        Kind::Deposit => read.deposit(),
    };
    let fact = fact.filter(|_| read.fine)?;
    let scan = Some(typed.scan.clone()).filter(|bytes| !bytes.is_empty());
    Some(NewEntry { id, fact, scan, reason: one_line(typed.text("reason")) })
}

struct Reader<'a> {
    page: &'a mut HandFormPage,
    typed: &'a Typed,
    fine: bool,
}

impl Reader<'_> {
    fn wrong(&mut self, name: &str, sentence: &str) {
        self.fine = false;
        refuse(self.page, name, sentence.to_owned());
    }

    fn day(&mut self, name: &str) -> Option<CivilDate> {
        let day = self.typed.text(name).parse().ok();
        if day.is_none() {
            self.wrong(name, "日付を入れてください。");
        }
        day
    }

    /// Yen; what is empty and may be is 0.
    fn yen(&mut self, name: &str) -> Yen {
        let text = self.typed.text(name);
        let required = self.page.inputs.iter().any(|one| one.name == name && one.required);
        match yen(text) {
            Some(yen) => yen,
            None if text.trim().is_empty() && !required => Yen::ZERO,
            None => {
                self.wrong(name, "数字だけを入れてください（カンマはあってもかまいません）。");
                Yen::ZERO
            }
        }
    }

    fn payout(&mut self) -> Option<HandFact> {
        let contract = self.typed.text("contract").parse().ok();
        if contract.is_none() {
            self.wrong("contract", "契約を選んでください。");
        }
        let (from, to, paid_on) = (self.day("from"), self.day("to"), self.day("paid_on"));
        let count = u32::try_from(self.yen("count").get()).ok();
        if count.is_none() {
            self.wrong("count", "0以上の件数を入れてください。");
        }
        let mut yen = |name| self.yen(name);
        let (sales, refunds, fee, tax) = (yen("sales"), yen("refunds"), yen("fee"), yen("tax"));
        let (transfer_fee, adjustment, net) = (yen("transfer_fee"), yen("adjustment"), yen("net"));
        Some(HandFact::Payout(HandPayout {
            contract: contract?,
            from: from?,
            to: to?,
            count: count?,
            sales,
            refunds,
            fee,
            tax,
            transfer_fee,
            adjustment,
            net,
            paid_on: paid_on?,
        }))
    }

    fn deposit(&mut self) -> Option<HandFact> {
        let (booked_on, amount) = (self.day("booked_on"), self.yen("amount"));
        Some(HandFact::Deposit(HandDeposit {
            account: self.typed.text("account").to_owned(),
            booked_on: booked_on?,
            amount,
            kana: self.typed.text("kana").to_owned(),
            summary: self.typed.text("summary").to_owned(),
        }))
    }
}

/// Digits in any width, with or without commas; a minus or ▲ before them.
fn yen(text: &str) -> Option<Yen> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '，' | ' ' | '\u{3000}' | '円'))
        .map(|c| match c {
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            '▲' | '△' | '－' | '−' | 'ー' => '-',
            other => other,
        })
        .collect();
    plain.parse().ok().map(Yen::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, expected) in [
            ("30,000", Some(30_000)),
            (" ３００円 ", Some(300)),
            ("▲450", Some(-450)),
            ("-1", Some(-1)),
            ("", None),
            ("3.5", None),
            ("千", None),
        ] {
            assert_eq!(yen(text).map(Yen::get), expected, "{text:?}");
        }
    }
}

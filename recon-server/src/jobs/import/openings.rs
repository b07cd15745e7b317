//! 移行時の未収: rows of the city's own file as facts, held against contracts and the first counter day.
//!
//! Source: reconciliation.md 5.5, "opening position". Invariants: a row of the first counter day or later is refused, because a counter
//! of ours has it; a row whose contract or method cannot be told for certain is refused. One file is the whole: its period is every day
//! before the first counter day that a run looks at, so that the next file stands in its place. Not here: the form of the file
//! ([`formats::opening`]).

use domain::{
    id::BrandCode,
    method::{Method, brand_label},
    time::CivilDate,
};
use engine::Contract;
use formats::{
    Refusal,
    opening::{self, OpeningRow},
};
use store::{
    facts::{OpeningItem, RowIdentity},
    files::{FileFacts, FileKind, FileMode},
};

use super::{
    facts::{Part, Read},
    settings::OPENING_SOURCE,
    source::refusal,
};
use crate::jobs::reconcile::SCOPE_DAYS;

/// What rows are held against.
#[derive(Debug, Clone)]
pub struct OpeningTerms {
    /// Contracts in force.
    pub contracts: Vec<Contract>,
    /// The first counter day: every row lies before it.
    pub before: CivilDate,
}

/// Reads a file of 移行時の未収.
pub fn read(
    bytes: &[u8],
    name: &str,
    terms: &OpeningTerms,
    period: Option<(CivilDate, CivilDate)>,
) -> Result<Read, Refusal> {
    let rows = opening::read(bytes, name)?;
    let items = rows.into_iter().map(|row| terms.item(name, row));
    let facts = FileFacts::Opening(items.collect::<Result<_, _>>()?);
    let whole = (terms.before.plus_days(-SCOPE_DAYS), terms.before.plus_days(-1));
    let part = Part {
        source: OPENING_SOURCE.to_owned(),
        kind: FileKind::Opening,
        period: period.or(Some(whole)),
        facts,
        ends: Vec::new(),
        mode: FileMode::ReplacePeriod,
    };
    Ok(Read { parts: vec![part], notices: Vec::new() })
}

impl OpeningTerms {
    fn item(&self, name: &str, row: OpeningRow) -> Result<OpeningItem, Refusal> {
        let refuse = |field: &str, found: &str, remedy: &str| Refusal {
            row: Some(row.row),
            ..refusal(name, field, found, remedy)
        };
        let word = row.contract_word.as_str();
        let named = |contract: &&Contract| contract.id.as_str() == word || contract.label_ja == word;
        let contract = self.contracts.iter().find(named).ok_or_else(|| {
            refuse("契約", word, "登録のない契約です。契約のIDか名称を、設定のとおりに書いてください。")
        })?;
        if row.paid_on >= self.before {
            let remedy = format!(
                "窓口の最初の日({})より前の収納だけを載せます。その日からの収納は窓口の記録にあります。",
                self.before
            );
            return Err(refuse("領収日", &row.paid_on.to_string(), &remedy));
        }
        let (method, brand) = covered(contract, &row.brand_word).ok_or_else(|| {
            let remedy = "この契約のブランドを、コード(visa など)か名称で書いてください。契約のブランドが1つだけのときは空でもかまいません。";
            refuse("ブランド", &row.brand_word, remedy)
        })?;
        Ok(OpeningItem {
            identity: RowIdentity {
                record_key: row.record_key,
                occurrence: row.occurrence,
                content_sha256: *row.content_hash.bytes(),
                row: row.row,
            },
            contract: contract.id.clone(),
            method,
            brand,
            terminal_id: row.terminal_id,
            slip_number: row.slip_number,
            approval_code: row.approval_code,
            at: row.at,
            day: row.paid_on,
            amount: row.amount,
            note: row.note,
        })
    }
}

/// Method and brand of a row: by its word; without one, where the contract's method is the only one, and the brand where it is.
fn covered(contract: &Contract, word: &str) -> Option<(Method, Option<BrandCode>)> {
    if word.is_empty() {
        let (method, brand) = contract.covers.first()?;
        let only_method = contract.covers.iter().all(|(other, _)| other == method);
        let only_brand = contract.covers.iter().all(|(_, other)| other == brand);
        return only_method.then(|| (*method, only_brand.then(|| brand.clone())));
    }
    let named = |brand: &BrandCode| brand.as_str().eq_ignore_ascii_case(word) || brand_label(brand) == word;
    let mut fitting = contract.covers.iter().filter(|(_, brand)| named(brand));
    let (method, brand) = fitting.next()?;
    fitting.all(|(other, _)| other == method).then(|| (*method, Some(brand.clone())))
}

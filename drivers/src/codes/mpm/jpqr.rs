//! What JPQR asks of a merchant's code on top of EMVCo (JPQR MPM guideline 1.0; `protocols.md` 1.1).
//!
//! Invariant: a code that [`decode`] reads may be shown to a citizen: it names one JPQR account, yen, Japan and a Japanese name, and
//! carries an amount exactly when it is for one sale. Objects that JPQR does not use (card schemes, unreserved templates) are
//! passed over.

use std::collections::BTreeMap;

use domain::money::Yen;

use super::{
    Amount, Breach, JPQR_GUID, Merchant, Mpm, Rule,
    emv::{self, EmvCode},
    tlv::{Object, objects},
};

/// Digits of the parts 01 to 04 of the account.
const PART_DIGITS: [usize; 4] = [13, 4, 6, 6];

/// Reads a JPQR code.
///
/// # Errors
/// The first rule that it breaks, and where.
pub fn decode(text: &str) -> Result<Mpm, Breach<Rule>> {
    let code = emv::read(text)?;
    check(&code)
}

/// Holds a sound EMVCo code against the rules of JPQR.
///
/// # Errors
/// The first rule that it breaks, and where.
pub fn check(code: &EmvCode<'_>) -> Result<Mpm, Breach<Rule>> {
    let method = code.get(1).ok_or_else(|| code.missing(Rule::JpqrMethod))?;
    let account = account(code)?;
    require(code, 53, "392", Rule::JpqrCurrency)?;
    let amount = amount(code, method.value == "12")?;
    if let Some(tip) = code.objects().iter().find(|object| (55..=57).contains(&object.id)) {
        return Err(Breach { offset: tip.offset, rule: Rule::JpqrTip });
    }
    require(code, 58, "JP", Rule::JpqrCountry)?;
    let postal_code = code.value(61).ok_or_else(|| code.missing(Rule::JpqrPostalCode))?;
    let name_ja = japanese_name(code)?;
    let value = |id| code.value(id).unwrap_or_default().to_owned();
    Ok(Mpm {
        amount,
        merchant: Merchant {
            account,
            category: value(52),
            name: value(59),
            city: value(60),
            postal_code: postal_code.to_owned(),
            name_ja,
        },
        additional: additional(code)?,
    })
}

fn require(code: &EmvCode<'_>, id: u8, wanted: &str, rule: Rule) -> Result<(), Breach<Rule>> {
    match code.get(id) {
        Some(object) if object.value == wanted => Ok(()),
        Some(object) => Err(object.breach(rule)),
        None => Err(code.missing(rule)),
    }
}

fn account(code: &EmvCode<'_>) -> Result<[String; 4], Breach<Rule>> {
    let mut found: Option<(Object<'_>, Vec<Object<'_>>)> = None;
    for object in code.objects().iter().filter(|object| (26..=51).contains(&object.id)) {
        let parts = objects(object.value, object.value_offset())?;
        if !parts.iter().any(|part| part.id == 0 && part.value == JPQR_GUID) {
            continue;
        }
        if found.is_some() {
            return Err(Breach { offset: object.offset, rule: Rule::JpqrAccountTwice });
        }
        found = Some((*object, parts));
    }
    let Some((object, parts)) = found else { return Err(code.missing(Rule::JpqrAccount)) };
    let mut account = [const { String::new() }; 4];
    for ((id, digits), slot) in (1..).zip(PART_DIGITS).zip(&mut account) {
        let part = parts.iter().find(|part| part.id == id).ok_or_else(|| object.breach(Rule::JpqrParts))?;
        if part.value.len() != digits || !part.value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(part.breach(Rule::JpqrParts));
        }
        part.value.clone_into(slot);
    }
    match parts.iter().find(|part| part.id > 4) {
        Some(more) => Err(Breach { offset: more.offset, rule: Rule::JpqrParts }),
        None => Ok(account),
    }
}

fn amount(code: &EmvCode<'_>, dynamic: bool) -> Result<Amount, Breach<Rule>> {
    match (code.get(54), dynamic) {
        (None, false) => Ok(Amount::Static),
        (None, true) => Err(code.missing(Rule::JpqrDynamic)),
        (Some(object), false) => Err(Breach { offset: object.offset, rule: Rule::JpqrStatic }),
        (Some(object), true) => {
            let digits = object.value.bytes().all(|byte| byte.is_ascii_digit());
            let yen = object.value.parse().ok().filter(|_| digits);
            match yen {
                None => Err(object.breach(Rule::JpqrAmount)),
                Some(0) => Err(object.breach(Rule::JpqrAmountZero)),
                Some(yen) => Ok(Amount::Dynamic(Yen::new(yen))),
            }
        }
    }
}

fn japanese_name(code: &EmvCode<'_>) -> Result<String, Breach<Rule>> {
    let language = code.get(64).ok_or_else(|| code.missing(Rule::JpqrLanguage))?;
    let parts = objects(language.value, language.value_offset())?;
    let part = |id| parts.iter().find(|part| part.id == id);
    if let Some(other) = part(0).filter(|part| part.value != "JA") {
        return Err(other.breach(Rule::JpqrJapanese));
    }
    if let Some(city) = part(2) {
        return Err(Breach { offset: city.offset, rule: Rule::JpqrCity });
    }
    part(1).map(|name| name.value.to_owned()).ok_or_else(|| language.breach(Rule::Missing(1)))
}

fn additional(code: &EmvCode<'_>) -> Result<BTreeMap<u8, String>, Breach<Rule>> {
    let Some(object) = code.get(62) else { return Ok(BTreeMap::new()) };
    let parts = objects(object.value, object.value_offset())?;
    Ok(parts.into_iter().map(|part| (part.id, part.value.to_owned())).collect())
}

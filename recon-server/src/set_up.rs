//! Setting a city up from one TOML file: counters, contracts, bank holidays, 休業. The demo and a real city use this same door.
//!
//! Invariants: the whole file is checked before anything is stored, and stored in one transaction; the same file again changes nothing;
//! a changed counter profile also goes to the counter's inbox. `set-up.example.toml` beside the manual shows every key.

mod model;
mod strict;

use domain::{
    id::{ContractId, CounterId},
    inbox::InboxItem,
    method::{Method, brand_rule},
    time::{CivilDate, Timestamp},
};
use engine::Contract;
use formats::zengin::kana;
use serde::Serialize;
use store::{
    StoreError, UnitOfWork,
    matching::{BankHoliday, CounterHoliday},
};

pub use model::{ContractTerms, HolidayEntry, SetUp, Weekday};

use crate::{
    app::AppState,
    auth,
    jobs::{JobError, controls, import::SourceChoice, terms},
    random::RandomError,
};

/// Who loads a set-up at a command line without saying who: such a person changes no charges.
pub const NOBODY: &str = "cli";

/// The example, as shipped.
pub const EXAMPLE_TOML: &str = include_str!("../set-up.example.toml");

/// Why a city was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// Not TOML, an unknown key, a missing one, or a value of another kind.
    #[error("設定ファイル: {0}")]
    Shape(#[from] toml::de::Error),
    /// A value that cannot be right.
    #[error("設定ファイル: {0}")]
    Value(String),
    /// A setting as JSON.
    #[error("write a setting as JSON")]
    Json(#[from] serde_json::Error),
    /// A version of a contract cannot be kept.
    #[error("keep a version of a contract")]
    Terms(#[from] JobError),
    /// There is no randomness for the id of a wish.
    #[error("make the id of a wish")]
    Random(#[from] RandomError),
    /// The store failed.
    #[error("store the set-up")]
    Store(#[from] StoreError),
}

/// What was set up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Counters in the file, with the version of the profile that is in force now.
    pub counters: Vec<(CounterId, u32)>,
    /// Contracts in the file.
    pub contracts: usize,
    /// Contracts whose changed charges wait for a second person.
    pub waiting: Vec<ContractId>,
    /// Settings of sources of files in the file.
    pub sources: usize,
    /// Bank holidays in the file.
    pub bank_holidays: usize,
    /// Days of 休業 in the file.
    pub counter_holidays: usize,
}

/// Reads a set-up and checks it.
///
/// # Errors
/// Says which key or value is wrong.
pub fn read(text: &str) -> Result<SetUp, SetUpError> {
    let mut set_up: SetUp = toml::from_str(text)?;
    refuse_lost_keys(text, &set_up)?;
    for terms in &mut set_up.contracts {
        for payer in &mut terms.terms.payer_kana {
            *payer = kana::normalise(payer);
        }
    }
    check(&set_up)?;
    Ok(set_up)
}

fn refuse_lost_keys(text: &str, set_up: &SetUp) -> Result<(), SetUpError> {
    let written: toml::Table = toml::from_str(text)?;
    let list = |key: &str| written.get(key).and_then(toml::Value::as_array).into_iter().flatten();
    let contracts = list("contracts").zip(&set_up.contracts);
    let contracts = contracts.filter_map(|(entry, read)| strict::lost_key(entry.get("terms")?, &read.terms));
    let counters =
        list("counters").zip(&set_up.counters).filter_map(|(entry, read)| strict::lost_key(entry, read));
    match contracts.chain(counters).next() {
        Some(path) => {
            Err(SetUpError::Value(format!("{path} という項目はありません。綴りを確かめてください。")))
        }
        None => Ok(()),
    }
}

fn check(set_up: &SetUp) -> Result<(), SetUpError> {
    let refuse = |sentence: String| Err(SetUpError::Value(sentence));
    for ContractTerms { terms, .. } in &set_up.contracts {
        if terms.covers.is_empty() {
            return refuse(format!("契約 {}: 対象の決済手段とブランド (covers) がありません。", terms.id));
        }
    }
    for profile in &set_up.counters {
        check_counter(profile, &set_up.contracts)?;
    }
    for entry in &set_up.sources {
        check_source(&entry.source, &set_up.contracts)?;
    }
    for holiday in &set_up.counter_holidays {
        if !set_up.counters.iter().any(|profile| profile.counter == holiday.counter) {
            return refuse(format!("休業: 窓口 {} はこのファイルにありません。", holiday.counter));
        }
        if holiday.to < holiday.from || holiday.to.days_since(holiday.from) > model::HOLIDAY_SPAN_MAX_DAYS {
            return refuse(format!(
                "休業: {}〜{} は日付の順か長さが正しくありません。",
                holiday.from, holiday.to
            ));
        }
    }
    Ok(())
}

/// A source is an account, or a contract of the file.
fn check_source(source: &str, contracts: &[ContractTerms]) -> Result<(), SetUpError> {
    let contract = match source.parse::<SourceChoice>() {
        Ok(SourceChoice::Account(_)) => return Ok(()),
        Ok(SourceChoice::Contract(id) | SourceChoice::Payout(id)) => Some(id),
        Ok(SourceChoice::Bank | SourceChoice::Opening | SourceChoice::Find) | Err(_) => None,
    };
    if contracts.iter().any(|terms| Some(&terms.terms.id) == contract.as_ref()) {
        return Ok(());
    }
    let sentence = format!("資料 {source}: 契約ID、payout:契約ID、bank:口座 のどれかを書いてください。");
    Err(SetUpError::Value(sentence))
}

fn check_counter(
    profile: &domain::catalogue::CounterProfile,
    contracts: &[ContractTerms],
) -> Result<(), SetUpError> {
    let counter = &profile.counter;
    let refuse = |sentence: String| Err(SetUpError::Value(format!("窓口 {counter}: {sentence}")));
    if profile.price_lists.is_empty() {
        return refuse("単価表 (price_lists) がありません。".to_owned());
    }
    if profile.operators.is_empty() {
        return refuse("担当者 (operators) がありません。".to_owned());
    }
    for route in &profile.routes {
        let known = |contract: &Contract| Some(&contract.id) == route.contract.as_ref();
        if route.contract.is_some() && !contracts.iter().any(|terms| known(&terms.terms)) {
            return refuse(format!("決済 {} の契約はこのファイルにありません。", route.id));
        }
        // Cash, coupons, 後納 and securities have no brand; whose coupon it is says the contract.
        let without_brand =
            route.method == Method::Cash || route.method.is_claim() || route.method.is_security();
        if !without_brand && route.brands.is_empty() {
            return refuse(format!("決済 {} にブランド (brands) がありません。", route.id));
        }
        if let Some(brand) = route.brands.iter().find(|brand| brand_rule(brand).is_none()) {
            return refuse(format!(
                "決済 {}: ブランド {brand} は登録にありません。綴りを確かめてください。",
                route.id
            ));
        }
    }
    Ok(())
}

/// Stores a checked set-up, all at once.
///
/// # Errors
/// When the store fails; nothing is stored then.
pub async fn apply(state: &AppState, set_up: &SetUp, actor: &str) -> Result<Done, SetUpError> {
    let now = state.now();
    check_profiles(state, set_up)?;
    let mut unit = state.store.begin().await?;
    let mut done = Done::default();
    for ContractTerms { valid_from, terms } in &set_up.contracts {
        let wish = controls::new_id(state)?;
        let waits = terms::put(&mut *unit, state, (*valid_from, terms), (wish, actor)).await?;
        done.contracts += 1;
        if waits && actor == NOBODY {
            return Err(SetUpError::Value(format!(
                "契約 {}: 手数料の決まりが変わります。--by で読み込む利用者を指定してください。別の人が承認すると使われます。",
                terms.id
            )));
        }
        done.waiting.extend(waits.then(|| terms.id.clone()));
    }
    for profile in &set_up.counters {
        let version = put_counter(&mut *unit, state, profile, now).await?;
        done.counters.push((profile.counter.clone(), version));
    }
    for entry in &set_up.sources {
        let config = serde_json::to_string(&entry.terms)?;
        unit.put_source_setting(state.tenant(), &entry.source, entry.valid_from, &config, now).await?;
        done.sources += 1;
    }
    for holiday in &set_up.bank_holidays {
        let row = BankHoliday { day: holiday.day, name: holiday.name.clone() };
        unit.put_bank_holiday(state.tenant(), &row).await?;
        done.bank_holidays += 1;
    }
    done.counter_holidays = put_closed_days(&mut *unit, state, set_up, actor, now).await?;
    unit.record_audit(state.tenant(), &auth::audit(now, actor, "set_up", state.tenant().as_str())).await?;
    unit.commit().await?;
    Ok(done)
}

/// Every statement profile that a contract names is at hand: of the program, or a file of the city.
fn check_profiles(state: &AppState, set_up: &SetUp) -> Result<(), SetUpError> {
    let profiles = crate::jobs::import::profiles(state);
    for ContractTerms { terms, .. } in &set_up.contracts {
        if let Some(id) = &terms.statement_profile {
            let unusable = |refusal| SetUpError::Value(format!("契約 {}: {refusal}", terms.id));
            profiles.find(id).map_err(unusable)?;
        }
    }
    Ok(())
}

/// Stores a profile; a change also goes to the counter's inbox, once per version.
async fn put_counter(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    profile: &domain::catalogue::CounterProfile,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let version = unit.put_counter(state.tenant(), profile, now).await?;
    let enrolled =
        unit.counter(state.tenant(), &profile.counter).await?.is_some_and(|row| row.current.is_some());
    if enrolled && version > 1 {
        let item = InboxItem::ProfileReplaced { profile: Box::new(profile.clone()) };
        let key = format!("profile:{version}");
        unit.put_inbox_item(state.tenant(), &profile.counter, &key, &item, now).await?;
    }
    Ok(version)
}

async fn put_closed_days(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    set_up: &SetUp,
    actor: &str,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let (Some(from), Some(to)) = (
        set_up.counter_holidays.iter().map(|entry| entry.from).min(),
        set_up.counter_holidays.iter().map(|entry| entry.to).max(),
    ) else {
        return Ok(0);
    };
    let known = unit.counter_holidays(state.tenant(), from, to).await?;
    let mut days = 0;
    for entry in &set_up.counter_holidays {
        for day in entry.days() {
            days += 1;
            if known.iter().any(|row| row.closed && row.counter == entry.counter && row.day == day) {
                continue;
            }
            unit.put_counter_holiday(state.tenant(), &closed(entry, day, actor, now)).await?;
        }
    }
    Ok(days)
}

fn closed(entry: &HolidayEntry, day: CivilDate, actor: &str, now: Timestamp) -> CounterHoliday {
    CounterHoliday {
        counter: entry.counter.clone(),
        day,
        closed: true,
        reason: entry.reason.clone(),
        entered_by: actor.to_owned(),
        entered_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_set_up() {
        let set_up = read(EXAMPLE_TOML).unwrap();
        assert!(!set_up.counters.is_empty() && !set_up.contracts.is_empty());
        for terms in &set_up.contracts {
            for payer in &terms.terms.payer_kana {
                assert_eq!(*payer, kana::normalise(payer), "stored in comparison form");
            }
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (from, to, word) in [
            ("brands = [\"paypay\"]", "brands = [\"paypai\"]", "paypai"),
            ("contract = \"paypay\"", "contract = \"paypai\"", "契約"),
            ("tenant_name =", "tenant_nmae =", "tenant_name"),
            ("contract = \"card\"", "contract = \"card\"\nfee = 1", "routes[1].fee"),
            ("cutoff_band_minutes = 10", "cutoff_band_minutes = 10\nrefunds = true", "refunds"),
            ("[[bank_holidays]]", "[[bank_holiday]]", "bank_holiday"),
        ] {
            assert!(EXAMPLE_TOML.contains(from), "{from}");
            let error = read(&EXAMPLE_TOML.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}

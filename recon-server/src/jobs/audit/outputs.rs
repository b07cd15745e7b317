//! The papers of a result, each byte for byte: the same code that the pages and the command line use.

use domain::time::CivilDate;
use engine::Outcome;
use formats::csv_out::{CannotWrite, CsvEncoding};
use serde::{Deserialize, Serialize};

use super::{
    Output,
    inputs::{digested, json},
};
use crate::{
    app::AppState,
    jobs::{
        JobError,
        month::{self, YearMonth},
        papers::{self, PaperTable, render},
        period::{self, Scope},
        reconcile, report,
    },
};

/// Which papers are asked for, beside the result itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// 収納日報 and the papers of a day.
    Day(CivilDate),
    /// 収納月報, `YYYY-MM`.
    Month(String),
    /// Everything that was signed of a month, as the lock keeps it.
    Signed(Scope),
}

/// Name of the engine's result.
pub const OUTCOME_FILE: &str = "outcome.json";
/// Folder of what was signed.
const SIGNED: &str = "signed";

/// A paper as bytes.
pub struct Made {
    pub file: String,
    pub title_ja: &'static str,
    pub bytes: Vec<u8>,
}

impl Made {
    fn new(file: impl Into<String>, title_ja: &'static str, bytes: Vec<u8>) -> Self {
        Self { file: file.into(), title_ja, bytes }
    }

    /// The engine's result itself.
    pub fn outcome(bytes: Vec<u8>) -> Self {
        Self::new(OUTCOME_FILE, "照合結果", bytes)
    }

    /// Its line in a manifest.
    pub fn output(&self) -> Output {
        Output { file: self.file.clone(), title_ja: self.title_ja.to_owned(), digest: digested(&self.bytes) }
    }
}

/// The engine's result, as its digest is taken.
pub fn outcome_bytes(outcome: &Outcome) -> Result<Vec<u8>, JobError> {
    serde_json::to_vec(outcome).map_err(|source| JobError::Json { what: "outcome", source })
}

/// Every paper that is asked for, in a fixed order.
pub async fn make(
    state: &AppState,
    asked: &Asked,
    as_of: CivilDate,
    run: u64,
) -> Result<Vec<Made>, JobError> {
    match asked {
        Asked::Day(day) => of_day(state, *day, as_of, run).await,
        Asked::Month(text) => {
            let month: YearMonth =
                text.parse().map_err(|error: month::NotAMonth| JobError::Facts(error.to_string()))?;
            of_month(state, month, as_of).await
        }
        Asked::Signed(scope) => {
            let made = period::papers(state, scope, as_of, run).await;
            Ok(signed(&made.map_err(JobError::from)?.documents))
        }
    }
}

/// Documents of a lock as the files of a bundle.
pub fn signed(documents: &[(String, String)]) -> Vec<Made> {
    let made = |(name, document): &(String, String)| {
        Made::new(signed_file(name), period::title_ja(name), document.as_bytes().to_vec())
    };
    documents.iter().map(made).collect()
}

/// Name of a lock's document in a bundle; no id holds a `+`.
fn signed_file(name: &str) -> String {
    format!("{SIGNED}/{}.json", name.replace(':', "+"))
}

/// The document of a lock that a file of a bundle is; none of another file.
pub fn signed_name(file: &str) -> Option<String> {
    let name = file.strip_prefix(SIGNED)?.strip_prefix('/')?.strip_suffix(".json")?;
    Some(name.replace('+', ":"))
}

async fn of_day(state: &AppState, day: CivilDate, as_of: CivilDate, run: u64) -> Result<Vec<Made>, JobError> {
    let mut daily = report::daily_as_of(state, day, Some(as_of)).await?;
    // The number of the run is the centre's own; whether journals have moved on since is a matter of the moment.
    (daily.run, daily.live) = (run, false);
    let mut made = vec![Made::new("daily.json", "収納日報", report::to_json(&daily)?.into_bytes())];
    made.push(Made::new("daily.csv", "収納日報", utf8_csv(|encoding| report::to_csv(&daily, encoding))?));
    if let Some(paper) = papers::day_sheet_as_of(state, day, None, Some(as_of)).await? {
        push(&mut made, "day-sheet", &paper, &paper.table())?;
    }
    let paper = papers::cashless_as_of(state, day, Some(as_of)).await?;
    push(&mut made, "cashless", &paper, &paper.table())?;
    let paper = papers::deposits_as_of(state, Some(as_of)).await?;
    push(&mut made, "deposits", &paper, &paper.table())?;
    let current = reconcile::current(state, as_of).await?;
    for sheet in current.recorded.sheets.iter().filter(|sheet| sheet.from <= day && day <= sheet.to) {
        let paper = papers::contract_sheet_as_of(state, &sheet.contract, sheet.to, Some(as_of)).await?;
        if let Some(paper) = paper {
            push(&mut made, &format!("contract-{}-{}", sheet.contract, sheet.to), &paper, &paper.table())?;
        }
    }
    Ok(made)
}

async fn of_month(state: &AppState, month: YearMonth, as_of: CivilDate) -> Result<Vec<Made>, JobError> {
    let monthly = month::monthly(state, month, Some(as_of)).await?;
    Ok(vec![
        Made::new("monthly.json", "収納月報", month::to_json(&monthly)?.into_bytes()),
        Made::new("monthly.csv", "収納月報", utf8_csv(|encoding| month::to_csv(&monthly, encoding))?),
    ])
}

fn push<T: Serialize>(
    made: &mut Vec<Made>,
    stem: &str,
    value: &T,
    table: &PaperTable,
) -> Result<(), JobError> {
    made.push(Made::new(format!("{stem}.json"), table.title, json(table.title, value)?));
    made.push(Made::new(
        format!("{stem}.csv"),
        table.title,
        utf8_csv(|encoding| render::to_csv(table, encoding))?,
    ));
    Ok(())
}

fn utf8_csv(write: impl FnOnce(CsvEncoding) -> Result<Vec<u8>, CannotWrite>) -> Result<Vec<u8>, JobError> {
    write(CsvEncoding::Utf8Bom).map_err(|error| JobError::Facts(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_found_by_its_file() {
        for name in ["frozen", "papers:2026-07-31", "contract:au_pay.1:2026-07-31"] {
            assert_eq!(signed_name(&signed_file(name)).as_deref(), Some(name));
        }
        assert_eq!(signed_name(OUTCOME_FILE), None);
    }
}

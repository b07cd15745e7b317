//! The month for programs and for a terminal: the published table, verdicts, exceptions, and the whole report beside them.
//!
//! Invariant: every figure is taken from the centre's report; nothing is added up here.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use domain::time::CivilDate;
use recon_server::jobs::month::{self, MixKind, MonthlyReport, YearMonth};
use serde_json::{Value, json};

use super::{July, paperwork::FILES_FOLDER, telling::Told};
use crate::masters::JULY_SET_UP_TOML;

/// File name of the report in the folder of the data.
pub const MONTH_FILE: &str = "month.json";
/// File name of the centre's configuration there.
pub const CONFIG_FILE: &str = "config.toml";
/// File name of the set-up there.
pub const SET_UP_FILE: &str = "set-up.toml";
/// File name of the hints there.
pub const HINTS_FILE: &str = "読み直す手順.txt";

/// The lines of the city's own table.
const PUBLISHED: [MixKind; 4] = [MixKind::Credit, MixKind::ElectronicMoney, MixKind::Code, MixKind::Cashless];

/// The last look: 1 September 2022, when everything is here.
///
/// # Errors
/// Never.
pub fn last_look() -> Result<CivilDate> {
    CivilDate::new(2022, 9, 1).context("1 September 2022")
}

impl July {
    /// The month's report as of the last look.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn report(&self) -> Result<MonthlyReport> {
        let month: YearMonth = "2022-07".parse()?;
        Ok(month::monthly(self.state()?, month, Some(last_look()?)).await?)
    }

    /// Leaves everything in the folder that a person needs to feed the month again by hand.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn leave_data(&self, report: &MonthlyReport) -> Result<()> {
        let folder = fs::canonicalize(&self.folder)?;
        let config = toml::toml! {
            [tenant]
            id = "hagi"
            name = "萩市"
        };
        let mut config = config;
        let storage = toml::Table::from_iter([(
            "data_dir".to_owned(),
            toml::Value::String(folder.join("centre").to_string_lossy().into_owned()),
        )]);
        config.insert("storage".to_owned(), toml::Value::Table(storage));
        fs::write(folder.join(CONFIG_FILE), toml::to_string(&config)?)?;
        fs::write(folder.join(SET_UP_FILE), JULY_SET_UP_TOML)?;
        fs::write(folder.join(MONTH_FILE), month::to_json(report)?)?;
        fs::write(folder.join(HINTS_FILE), self.hints(&folder))?;
        Ok(())
    }

    fn hints(&self, folder: &Path) -> String {
        let config = folder.join(CONFIG_FILE);
        let program = format!("recon-server --config {}", config.display());
        let mut text = format!(
            "この月をもう一度、手で読ませる\n\n照合と月報 (月報は {MONTH_FILE} と同じ内容になります)\n  {program} reconcile --as-of 2022-09-01\n  {program} report --month 2022-07 --as-of 2022-09-01 --format json\n\nファイルは届いた順に {FILES_FOLDER} にあります。もう一度読ませても、何も変わらず、前の受付番号が返ります。\n"
        );
        for file in &self.received {
            let period = if file.source == "bank" {
                String::new()
            } else {
                format!(" --from {} --to {}", file.period.0, file.period.1)
            };
            let path = folder.join(FILES_FOLDER).join(&file.file);
            text.push_str(&format!(
                "  {program} import {} --source {}{period}\n",
                path.display(),
                file.source
            ));
        }
        text
    }
}

/// The month as JSON: `mix`, `total`, `gross`, `commission`, `verdicts`, `exceptions`, `story`, `report`.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn to_json(report: &MonthlyReport, story: &[Told]) -> Result<String> {
    let lines = PUBLISHED.iter().filter_map(|kind| report.mix.rows.iter().find(|row| row.kind == *kind));
    let mix: Vec<Value> =
        lines.map(|row| json!({ "method": row.method, "yen": row.yen, "percent": row.percent })).collect();
    let verdict = |contract: &month::ContractMonth| {
        json!({
            "contract": contract.contract,
            "label": contract.label_ja,
            "verdict": contract.verdict_ja,
            "sentence": contract.sentence_ja,
        })
    };
    let exception = |line: &month::MonthException| {
        json!({
            "class": line.exception.class,
            "label": line.class_ja,
            "yen": line.exception.amount,
            "day": line.exception.day,
            "contract": line.exception.contract,
            "sentence": line.exception.sentence_ja,
        })
    };
    let value = json!({
        "month": report.month,
        "as_of": report.as_of,
        "verdict": report.verdict_ja,
        "mix": mix,
        "gross": report.mix.gross,
        "commission": report.mix.commission,
        "total": report.mix.total,
        "notes": report.mix.notes,
        "verdicts": report.contracts.iter().map(verdict).collect::<Vec<_>>(),
        "exceptions": report.exceptions.iter().map(exception).collect::<Vec<_>>(),
        "refunded": report.refunded,
        "story": story,
        "report": report,
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// The month for a person at a terminal.
#[must_use]
pub fn to_text(report: &MonthlyReport, story: &[Told]) -> String {
    let mut text = String::from("この月のできごと\n");
    for told in story {
        text.push_str(&format!("  {}月{}日 {}\n", told.date.month(), told.date.day(), told.sentence));
    }
    text.push('\n');
    text.push_str(&month::to_text(report));
    text
}

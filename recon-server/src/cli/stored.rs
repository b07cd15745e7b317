//! `recon-server reconcile --stored --from DAY --to DAY`: what is stored, compared by keys and recorded (大量突合).
//!
//! Invariant: the exceptions are durable before they are shown; the list names records of the store, not rows of a reading.

use std::path::Path;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use domain::time::CivilDate;
use formats::csv_out::{CsvEncoding, write};
use serde::Serialize;
use store::compared::{ComparedBy, ComparedException, Via};

use super::{Ended, OutputFormat, bulk::whole_or_not, output, people::ACTOR};
use crate::{
    app::AppState,
    jobs::compare::{self, Compared},
};

/// What of the statements was compared.
const CLASSES: &str = "明細は売上の行だけを比べました。返金・取消の行、手数料・支払・入金は見ていません。";
/// Exceptions shown to a person; the list has them all.
const SHOWN_MAX: usize = 20;
const HEADER: [&str; 11] = [
    "class",
    "counter",
    "incarnation",
    "sequence",
    "file",
    "row",
    "terminal",
    "number",
    "date",
    "sales_yen",
    "statement_yen",
];

/// What is stored.
#[derive(Debug, Args)]
pub struct StoredArgs {
    /// 保存済みの売上と明細を、端末・番号・日付・金額だけで突き合わせて差異を記録する。
    /// 都道府県や全国をまとめて扱うセンターの一日分など、件数が数百万を超えるときに使う。手数料・支払・入金・返金・取消は見ないので、
    /// 差異のあった日と窓口は、あらためて reconcile(このオプションなし)で照合する
    #[arg(long, group = "direct", requires_all = ["from", "to"], conflicts_with_all = ["sales", "as_of"])]
    stored: bool,
    /// 最初の日(領収日・利用日)
    #[arg(long, requires = "stored", value_name = "YYYY-MM-DD")]
    from: Option<CivilDate>,
    /// 最後の日
    #[arg(long, requires = "stored", value_name = "YYYY-MM-DD")]
    to: Option<CivilDate>,
    /// どの番号で突き合わせるか
    #[arg(long, requires = "stored", value_enum, default_value_t = By::Slip, hide_default_value = true)]
    by: By,
}

/// A number that both sides have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// 伝票番号(省いたとき)
    Slip,
    /// 承認番号
    Approval,
}

/// What is written as JSON.
#[derive(Serialize)]
struct Report<'o> {
    number: u64,
    from: CivilDate,
    to: CivilDate,
    watermark: u64,
    #[serde(flatten)]
    figures: compare::Figures<'o>,
}

impl StoredArgs {
    /// First and last day, where the stored facts are to be compared.
    pub fn days(&self) -> Option<(CivilDate, CivilDate)> {
        self.from.zip(self.to).filter(|_| self.stored)
    }

    /// Compares, records, and says what differs.
    pub async fn run(
        &self,
        state: &AppState,
        (from, to): (CivilDate, CivilDate),
        list: Option<&Path>,
        format: OutputFormat,
    ) -> anyhow::Result<Ended> {
        anyhow::ensure!(from <= to, "--from は --to 以前の日にしてください。");
        let by = match self.by {
            By::Slip => ComparedBy::Slip,
            By::Approval => ComparedBy::Approval,
        };
        let compared = compare::compare(state, (from, to), (by, Via::Packs), ACTOR).await?;
        let csv = |encoding| write(lines(&compared.exceptions), encoding);
        if let Some(path) = list {
            let bytes = csv(CsvEncoding::Utf8Bom)?;
            whole_or_not(path, |file| std::io::Write::write_all(file, &bytes))
                .with_context(|| format!("{} に書けません", path.display()))?;
        }
        match format {
            OutputFormat::Csv => output::bytes(&csv(CsvEncoding::Utf8Bom)?)?,
            OutputFormat::CsvCp932 => output::bytes(&csv(CsvEncoding::Cp932)?)?,
            _ => {
                let figures = compare::Figures::of(&compared.outcome);
                let report =
                    Report { number: compared.number, from, to, watermark: compared.watermark, figures };
                output::value(format, &report, || words(&compared))?;
            }
        }
        Ok(if compared.outcome.agrees() { Ended::Done } else { Ended::Differences })
    }
}

fn lines(exceptions: &[ComparedException]) -> impl Iterator<Item = Vec<String>> {
    let header = HEADER.map(str::to_owned).to_vec();
    std::iter::once(header).chain(exceptions.iter().map(cells))
}

fn cells(one: &ComparedException) -> Vec<String> {
    fn text<T: ToString>(value: Option<T>) -> String {
        value.map_or_else(String::new, |value| value.to_string())
    }
    let sale = one.sale.as_ref();
    vec![
        one.class.clone(),
        text(sale.map(|sale| &sale.counter)),
        text(sale.map(|sale| sale.incarnation.0)),
        text(sale.map(|sale| sale.sequence.0)),
        text(one.line.map(|(file, _)| file)),
        text(one.line.map(|(_, row)| row)),
        one.terminal.clone(),
        one.number.clone(),
        text(one.day),
        text(one.sale_amount.map(|yen| yen.get())),
        text(one.line_amount.map(|yen| yen.get())),
    ]
}

fn words(compared: &Compared) -> String {
    let mut text = format!("{}\n  記録番号 {}\n  {CLASSES}", compared.outcome, compared.number);
    for (one, kept) in compared.outcome.exceptions.iter().zip(&compared.exceptions).take(SHOWN_MAX) {
        let sale = kept
            .sale
            .as_ref()
            .map(|sale| format!(" 売上 {} 世代{} 記録{}", sale.counter, sale.incarnation.0, sale.sequence.0));
        let line = kept.line.map(|(file, row)| format!(" 明細 受付{file} {row}行"));
        let yen = |yen: Option<_>| yen.map_or_else(|| "―".to_owned(), |yen| format!("{yen} 円"));
        text.push_str(&format!(
            "\n  {}:{}{} 売上 {} 明細 {}",
            one.class.label_ja(),
            sale.unwrap_or_default(),
            line.unwrap_or_default(),
            yen(kept.sale_amount),
            yen(kept.line_amount)
        ));
    }
    let hidden = compared.exceptions.len().saturating_sub(SHOWN_MAX);
    if hidden > 0 {
        text.push_str(&format!("\n  ほか {hidden} 件(--exceptions FILE で全件を書き出せます)"));
    }
    text
}

//! `recon-server reconcile --sales FILE --statement FILE`: two files from disk against each other (大量突合), without a database.
//!
//! Invariant: nothing is opened but the two files and the list that is asked for, so that a day of one city is answered in milliseconds.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread::available_parallelism,
};

use anyhow::Context as _;
use bulk::{ColumnMap, Options, Outcome, Side, reconcile};
use clap::Args;
use serde::Serialize;

use super::{Ended, OutputFormat, output};

/// Bytes of a mebibyte.
const MIB_BYTES: u64 = 1 << 20;
/// Threads at most: more read no faster from one disk.
const THREADS_MAX: usize = 8;
/// Exceptions shown to a person; the list has them all.
const SHOWN_MAX: usize = 20;

/// Two files from disk.
#[derive(Debug, Args)]
pub struct BulkArgs {
    /// 売上のCSV。明細のCSVと直接突き合わせる(データベースは使わない)
    #[arg(long, value_name = "FILE", group = "direct", requires = "statement", conflicts_with = "as_of")]
    sales: Option<PathBuf>,
    /// 明細のCSV
    #[arg(long, value_name = "FILE", requires = "sales")]
    statement: Option<PathBuf>,
    /// 売上の列。例: terminal=端末番号,approval=3(番号は1から)
    #[arg(long, value_name = "MAP", requires = "sales", default_value = "", hide_default_value = true)]
    sales_columns: ColumnMap,
    /// 明細の列
    #[arg(long, value_name = "MAP", requires = "sales", default_value = "", hide_default_value = true)]
    statement_columns: ColumnMap,
    /// 差異の一覧(CSV)の書き出し先
    #[arg(long, value_name = "FILE", requires = "direct")]
    exceptions: Option<PathBuf>,
    /// 使うメモリの目安。足りなければ、ファイルを何回かに分けて読む
    #[arg(long, value_name = "MiB", requires = "sales")]
    memory_mib: Option<u32>,
    /// 使うスレッドの数。省くと機械に合わせる
    #[arg(long, value_name = "N", requires = "sales")]
    threads: Option<NonZeroUsize>,
}

/// What is written as JSON.
#[derive(Serialize)]
struct Report<'o> {
    verdict: &'static str,
    #[serde(flatten)]
    outcome: &'o Outcome,
    exceptions: usize,
}

impl BulkArgs {
    /// The two files, where they are named.
    pub fn files(&self) -> Option<(&Path, &Path)> {
        Some((self.sales.as_deref()?, self.statement.as_deref()?))
    }

    /// Where the list of differences goes.
    pub fn list(&self) -> Option<&Path> {
        self.exceptions.as_deref()
    }

    /// Compares the two files and says what differs.
    pub fn run(&self, sales: &Path, statement: &Path, format: OutputFormat) -> anyhow::Result<Ended> {
        let threads = self.threads.or_else(|| available_parallelism().ok());
        let options = Options {
            threads: threads.map_or(1, |threads| threads.get().min(THREADS_MAX)),
            sales_columns: self.sales_columns.clone(),
            statement_columns: self.statement_columns.clone(),
            memory_max_bytes: self.memory_mib.map(|mib| u64::from(mib) * MIB_BYTES),
            ..Options::default()
        };
        let outcome = reconcile(&open(Side::Sales, sales)?, &open(Side::Statement, statement)?, &options)?;
        if let Some(path) = &self.exceptions {
            whole_or_not(path, |file| outcome.write_exceptions(file))
                .with_context(|| format!("{} に書けません", path.display()))?;
        }
        if format == OutputFormat::Csv {
            let mut list = Vec::new();
            outcome.write_exceptions(&mut list)?;
            output::bytes(&list)?;
        } else {
            let verdict = if outcome.agrees() { "matched" } else { "differences" };
            let exceptions = outcome.exceptions.len();
            let report = Report { verdict, outcome: &outcome, exceptions };
            output::value(format, &report, || words(&outcome))?;
        }
        Ok(if outcome.agrees() { Ended::Done } else { Ended::Differences })
    }
}

fn open(side: Side, path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("{side} {} を開けません", path.display()))
}

/// Writes a list whole or not at all: the file has its name only when it is complete.
pub fn whole_or_not(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let mut file = BufWriter::new(File::create(&part)?);
    write(&mut file)?;
    file.flush()?;
    Ok(std::fs::rename(&part, path)?)
}

fn words(outcome: &Outcome) -> String {
    let row = |label, row: Option<u64>| row.map_or_else(String::new, |row| format!(" {label} {row} 行目"));
    let mut text = outcome.to_string();
    for one in outcome.exceptions.iter().take(SHOWN_MAX) {
        let (sale, line) = (row("売上", one.sales_row), row("明細", one.statement_row));
        let yen = |yen: Option<_>| yen.map_or_else(|| "―".to_owned(), |yen| format!("{yen} 円"));
        text.push_str(&format!(
            "\n  {}:{sale}{line} 売上 {} 明細 {}",
            one.class.label_ja(),
            yen(one.sales_yen),
            yen(one.statement_yen)
        ));
    }
    let hidden = outcome.exceptions.len().saturating_sub(SHOWN_MAX);
    if hidden > 0 {
        text.push_str(&format!("\n  ほか {hidden} 件(--exceptions FILE で全件を書き出せます)"));
    }
    text
}

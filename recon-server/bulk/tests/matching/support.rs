//! Small files, and the run over them.

use bulk::{Exception, Options, Outcome, Refusal, reconcile};

/// A row of either file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub terminal: String,
    pub approval: String,
    /// Day of July 2026.
    pub day: u8,
    pub yen: i64,
    pub reference: String,
}

/// A row with a terminal of 13 digits and an approval number of 6.
pub fn line(terminal: u32, approval: u32, day: u8, yen: i64) -> Line {
    Line {
        terminal: format!("13000000{terminal:05}"),
        approval: format!("{approval:06}"),
        day,
        yen,
        reference: String::new(),
    }
}

impl Line {
    pub fn without_approval(mut self) -> Self {
        self.approval.clear();
        self
    }

    pub fn with_reference(mut self, reference: &str) -> Self {
        self.reference = reference.into();
        self
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    pub byte_order_mark: bool,
    pub carriage_returns: bool,
    pub quotes: bool,
    pub no_final_line_feed: bool,
    pub slashes_in_dates: bool,
    pub amount_last: bool,
    pub references: bool,
    pub blank_lines: bool,
}

/// A file as text.
pub fn file(lines: &[Line], style: Style) -> Vec<u8> {
    let quoted = |text: &str| if style.quotes { format!("\"{text}\"") } else { text.to_owned() };
    let date = |day: u8| {
        let text = format!("2026-07-{day:02}");
        if style.slashes_in_dates { text.replace('-', "/") } else { text }
    };
    let row = |line: &Line| {
        let mut fields = vec![
            quoted(&line.terminal),
            line.approval.clone(),
            "memo".into(),
            date(line.day),
            quoted(&line.yen.to_string()),
        ];
        if style.references {
            fields.insert(0, quoted(&line.reference));
        }
        if !style.amount_last {
            fields.push("x".into());
        }
        fields.join(",")
    };
    let mut header = vec!["terminal", "approval", "memo", "date", "amount"];
    if style.references {
        header.insert(0, "reference");
    }
    if !style.amount_last {
        header.push("end");
    }
    let mut rows = vec![header.join(",")];
    for line in lines {
        rows.push(row(line));
        if style.blank_lines {
            rows.push(String::new());
        }
    }
    let end = if style.carriage_returns { "\r\n" } else { "\n" };
    let mut text = rows.join(end);
    if !style.no_final_line_feed {
        text.push_str(end);
    }
    let mark = if style.byte_order_mark { "\u{FEFF}" } else { "" };
    format!("{mark}{text}").into_bytes()
}

/// Compares two files.
pub fn run_files(sales: &[u8], statement: &[u8], options: &Options) -> Result<Outcome, Refusal> {
    reconcile(&sales, &statement, options)
}

/// Compares two lists of rows, written plainly.
pub fn run(sales: &[Line], statement: &[Line]) -> Outcome {
    let references = sales.iter().chain(statement).any(|line| !line.reference.is_empty());
    let style = Style { references, ..Style::default() };
    run_files(&file(sales, style), &file(statement, style), &Options::default()).unwrap()
}

/// Class and rows of each exception.
pub fn named(outcome: &Outcome) -> Vec<(&'static str, Option<u64>, Option<u64>)> {
    outcome.exceptions.iter().map(|e: &Exception| (e.class.code(), e.sales_row, e.statement_row)).collect()
}

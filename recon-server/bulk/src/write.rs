//! The exception list as a CSV file.
//!
//! Invariant: a text that a spreadsheet would take for a formula is written so that it does not (reconciliation.md 5.9).

use std::io::{self, Write};

use crate::outcome::{Exception, Outcome};

const HEADER: &str = "class,sales_row,statement_row,terminal,approval,reference,date,sales_yen,statement_yen";

impl Outcome {
    /// Writes the exception list: UTF-8, one header line, line feeds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_exceptions(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "{HEADER}")?;
        self.exceptions.iter().try_for_each(|exception| line(exception, to))
    }
}

fn line(exception: &Exception, to: &mut impl Write) -> io::Result<()> {
    write!(to, "{},", exception.class.code())?;
    number(exception.sales_row, to)?;
    number(exception.statement_row, to)?;
    text(&exception.terminal, to)?;
    text(&exception.approval, to)?;
    text(&exception.reference, to)?;
    if let Some(date) = exception.date {
        write!(to, "{date}")?;
    }
    to.write_all(b",")?;
    number(exception.sales_yen.map(|yen| yen.get()), to)?;
    if let Some(yen) = exception.statement_yen {
        write!(to, "{}", yen.get())?;
    }
    to.write_all(b"\n")
}

fn number<T: std::fmt::Display>(value: Option<T>, to: &mut impl Write) -> io::Result<()> {
    match value {
        Some(value) => write!(to, "{value},"),
        None => to.write_all(b","),
    }
}

fn text(text: &str, to: &mut impl Write) -> io::Result<()> {
    let looks_like_a_formula = text.starts_with(['=', '+', '-', '@', '\t']);
    let guarded = if looks_like_a_formula { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\r']) {
        write!(to, "\"{}\",", guarded.replace('"', "\"\""))
    } else {
        write!(to, "{guarded},")
    }
}

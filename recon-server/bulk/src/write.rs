//! The exception list as a CSV file.
//!
//! Invariant: a text that a spreadsheet would take for a formula is written so that it does not (reconciliation.md 5.9).

use std::io::{self, Write};

use domain::{money::Yen, time::CivilDate};

use crate::outcome::{Exception, Outcome};

const HEADER: &str = "class,sales_row,statement_row,terminal,approval,reference,date,sales_yen,statement_yen";

/// Text that is handed on at once.
const CHUNK_BYTES: usize = 64 * 1024;

impl Outcome {
    /// Writes the exception list: UTF-8, one header line, line feeds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_exceptions(&self, to: &mut impl Write) -> io::Result<()> {
        let mut list = List { text: Vec::with_capacity(CHUNK_BYTES), date: None };
        list.text.extend_from_slice(HEADER.as_bytes());
        list.text.push(b'\n');
        for exception in &self.exceptions {
            list.line(exception);
            if list.text.len() >= CHUNK_BYTES {
                to.write_all(&list.text)?;
                list.text.clear();
            }
        }
        to.write_all(&list.text)
    }
}

/// Text of the list that was not handed on yet.
struct List {
    text: Vec<u8>,
    /// The last date and how it is written: most lists are of one day or one month.
    date: Option<(CivilDate, String)>,
}

impl List {
    fn line(&mut self, exception: &Exception) {
        self.text.extend_from_slice(exception.class.code().as_bytes());
        self.text.push(b',');
        self.number(exception.sales_row);
        self.number(exception.statement_row);
        self.field(&exception.terminal);
        self.field(&exception.approval);
        self.field(&exception.reference);
        self.date(exception.date);
        self.number(exception.sales_yen.map(Yen::get));
        self.number(exception.statement_yen.map(Yen::get));
        // The last field ends the line and not itself.
        self.text.pop();
        self.text.push(b'\n');
    }

    fn number(&mut self, value: Option<impl itoa::Integer>) {
        if let Some(value) = value {
            self.text.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        }
        self.text.push(b',');
    }

    fn date(&mut self, value: Option<CivilDate>) {
        if let Some(value) = value {
            let (_, text) = match self.date.take() {
                Some(known) if known.0 == value => self.date.insert(known),
                _ => self.date.insert((value, value.to_string())),
            };
            self.text.extend_from_slice(text.as_bytes());
        }
        self.text.push(b',');
    }

    fn field(&mut self, text: &str) {
        let guard = if text.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
        if text.contains([',', '"', '\r']) {
            self.text.push(b'"');
            self.text.extend_from_slice(guard.as_bytes());
            self.text.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.text.push(b'"');
        } else {
            self.text.extend_from_slice(guard.as_bytes());
            self.text.extend_from_slice(text.as_bytes());
        }
        self.text.push(b',');
    }
}

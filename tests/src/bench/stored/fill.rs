//! A seeded day straight into the two tables, as projection and import would leave it: a bench that made a million entries and a statement
//! first would measure those.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    process::Command,
};

use anyhow::{Result, ensure};
use rusqlite::Connection;

use super::super::bulk::files::{Day, Fate, Payment};

/// Columns of `sale` that may not be absent, and those that are compared.
const SALE: &str = "tenant_id, counter_id, incarnation, sequence_number, sale_id, receipt_counter, receipt_incarnation, \
    receipt_number, business_day, payment_date, paid_at, total, method, route, amount, standing, terminal_id, slip_number, lines, \
    recorded_at";
/// The same of `statement_line`.
const LINE: &str = "tenant_id, source, file_number, row_number, record_key, occurrence, revision, content_sha256, class, \
    contract_id, terminal_id, slip_number, amount, day, paid_at, status_word, brand_word";
/// Sales of one counter.
const SALES_PER_COUNTER: usize = 500;

/// Values of a row as SQL writes them.
fn sale(tenant: &str, place: usize, payment: &Payment) -> String {
    let Payment { terminal, approval, amount, .. } = payment;
    format!(
        "{tenant},c{},1,{place},{place:032x},c,1,{place},2026-07-01,2026-07-01,1782864000000000,{amount},credit,card,{amount},\
         confirmed,{terminal:013},{approval:06},[],1782864000000000",
        place / SALES_PER_COUNTER
    )
}

fn line(tenant: &str, place: usize, payment: &Payment) -> String {
    let Payment { terminal, approval, .. } = payment;
    let amount = payment.line_amount();
    format!(
        "{tenant},card,1,{place},{terminal:013}|{approval:06},{},1,{place:064x},sale,card,{terminal:013},{approval:06},{amount},\
         2026-07-01,1782864000000000,売上,VISA",
        place + 1
    )
}

/// Rows of both tables.
fn rows<'d>(tenant: &'d str, day: &'d Day) -> (impl Iterator<Item = String>, impl Iterator<Item = String>) {
    let ours = day.payments.iter().filter(|payment| payment.fate() != Fate::NotInSales);
    let sales = ours.enumerate().map(move |(place, payment)| sale(tenant, place + 1, payment));
    let of = move |(place, at): (usize, &usize)| line(tenant, place + 1, &day.payments[*at]);
    (sales, day.lines.iter().enumerate().map(of))
}

/// Into the file of a centre's SQLite.
///
/// # Errors
/// When the database refuses a row.
pub fn sqlite(path: &Path, tenant: &str, day: &Day) -> Result<()> {
    let mut connection = Connection::open(path)?;
    let transaction = connection.transaction()?;
    let (sales, lines) = rows(tenant, day);
    let insert = |table: &str, columns: &str, blob: usize| {
        let values: Vec<_> = (0..columns.split(',').count())
            .map(|at| if at == blob { "unhex(?)".to_owned() } else { "?".to_owned() })
            .collect();
        format!("INSERT INTO {table} ({columns}) VALUES ({})", values.join(", "))
    };
    let mut statement = transaction.prepare(&insert("sale", SALE, 4))?;
    for row in sales {
        statement.execute(rusqlite::params_from_iter(row.split(',')))?;
    }
    drop(statement);
    let mut statement = transaction.prepare(&insert("statement_line", LINE, 7))?;
    for row in lines {
        statement.execute(rusqlite::params_from_iter(row.split(',')))?;
    }
    drop(statement);
    Ok(transaction.commit()?)
}

/// Into a PostgreSQL, by its own copy.
///
/// # Errors
/// When the server refuses a row.
pub fn postgres(url: &str, folder: &Path, tenant: &str, day: &Day) -> Result<()> {
    let (sales, lines) = rows(tenant, day);
    copy(url, folder, "sale", SALE, sales)?;
    copy(url, folder, "statement_line", LINE, lines.map(|row| bytes(&row, 7)))
}

/// The field that holds bytes as PostgreSQL writes them.
fn bytes(row: &str, at: usize) -> String {
    let mark = |(place, field): (usize, &str)| {
        if place == at { format!("\\x{field}") } else { field.to_owned() }
    };
    row.split(',').enumerate().map(mark).collect::<Vec<_>>().join(",")
}

fn copy(
    url: &str,
    folder: &Path,
    table: &str,
    columns: &str,
    rows: impl Iterator<Item = String>,
) -> Result<()> {
    let path = folder.join(format!("{table}.csv"));
    let mut file = BufWriter::new(File::create(&path)?);
    for row in rows {
        writeln!(file, "{row}")?;
    }
    file.flush()?;
    let copy = format!("\\copy {table} ({columns}) FROM '{}' CSV", path.display());
    let done = Command::new("psql").args(["-q", "-v", "ON_ERROR_STOP=1", "-c", &copy, url]).status()?;
    std::fs::remove_file(&path)?;
    ensure!(done.success(), "psql could not copy into {table}");
    Ok(())
}

//! A seeded day straight into the tables, rows and packs as projection and import would leave them: a bench that made a million entries
//! and a statement first would measure those.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use store::{
    packs::{PackRow, Packed, packs},
    words,
};

use super::{
    super::bulk::files::{Day, Fate, Payment},
    peers::psql,
};

/// Columns of `sale` that may not be absent, and those that are compared.
const SALE: &str = "tenant_id, counter_id, incarnation, sequence_number, sale_id, receipt_counter, receipt_incarnation, \
    receipt_number, business_day, payment_date, paid_at, total, method, route, amount, standing, terminal_id, slip_number, lines, \
    recorded_at";
/// The same of `statement_line`.
const LINE: &str = "tenant_id, source, file_number, row_number, record_key, occurrence, revision, content_sha256, class, \
    contract_id, terminal_id, slip_number, amount, day, paid_at, status_word, brand_word";
/// Columns of the packs of both.
const SALE_PACK: &str =
    "tenant_id, counter_id, incarnation, last_sequence, row_count, first_day, last_day, body";
const LINE_PACK: &str = "tenant_id, file_number, ordinal, row_count, first_day, last_day, body";
/// Terminals of one counter: each has fifty sales.
const TERMINALS_PER_COUNTER: usize = 10;
/// Entries that a sale leaves in its journal.
const ENTRIES_PER_SALE: i64 = 6;
/// Rows of a statement that a long import brings in at a time: about four megabytes of the file.
const PART_ROWS: usize = 40_000;
/// The day of all rows.
const DAY: &str = "2026-07-01";

/// A sale and its entry.
struct Sale<'d> {
    payment: &'d Payment,
    counter: usize,
    sequence: i64,
}

/// The sales in the order in which they came: every counter sells all day.
fn sales(day: &Day) -> Vec<Sale<'_>> {
    let terminals: BTreeSet<_> = day.payments.iter().map(|payment| payment.terminal).collect();
    let places: HashMap<_, _> = terminals.into_iter().zip(0..).collect();
    let mut heads: HashMap<usize, i64> = HashMap::new();
    let ours = day.payments.iter().filter(|payment| payment.fate() != Fate::NotInSales);
    ours.map(|payment| {
        let counter = places.get(&payment.terminal).copied().unwrap_or_default() / TERMINALS_PER_COUNTER;
        let head = heads.entry(counter).or_default();
        *head += ENTRIES_PER_SALE;
        Sale { payment, counter, sequence: *head }
    })
    .collect()
}

/// Values of a row as SQL writes them.
fn sale(tenant: &str, place: usize, sale: &Sale<'_>) -> String {
    let Payment { terminal, approval, amount, .. } = sale.payment;
    format!(
        "{tenant},c{},1,{},{place:032x},c,1,{place},{DAY},{DAY},1782864000000000,{amount},credit,card,{amount},\
         confirmed,{terminal:013},{approval:06},[],1782864000000000",
        sale.counter, sale.sequence
    )
}

fn line(tenant: &str, place: usize, payment: &Payment) -> String {
    let Payment { terminal, approval, .. } = payment;
    let amount = payment.line_amount();
    format!(
        "{tenant},card,1,{place},{terminal:013}|{approval:06},{},1,{place:064x},sale,card,{terminal:013},{approval:06},{amount},\
         {DAY},1782864000000000,売上,VISA",
        place + 1
    )
}

/// Texts of a payment's terminal and number.
fn texts(payment: &Payment) -> (String, String) {
    (format!("{:013}", payment.terminal), format!("{:06}", payment.approval))
}

/// Packs with the values before theirs, as a close writes them for each counter.
fn sale_packs(tenant: &str, sales: &[Sale<'_>]) -> Result<Vec<(String, Packed)>> {
    let mut by_counter: BTreeMap<usize, Vec<&Sale<'_>>> = BTreeMap::new();
    sales.iter().for_each(|sale| by_counter.entry(sale.counter).or_default().push(sale));
    let mut made = Vec::new();
    for (counter, sales) in by_counter {
        let texts: Vec<_> = sales.iter().map(|sale| texts(sale.payment)).collect();
        let rows = sales.iter().zip(&texts).map(|(sale, texts)| {
            pack_row(sale.sequence, texts, i64::from(sale.payment.amount)).context("the day")
        });
        let last = sales.last().map_or(0, |sale| sale.sequence);
        for packed in packs(&rows.collect::<Result<Vec<_>>>()?)? {
            made.push((format!("{tenant},c{counter},1,{last}"), packed));
        }
    }
    Ok(made)
}

/// The same of the statement, as an import by parts writes them; prints what making them takes, which each import pays.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
fn line_packs(tenant: &str, day: &Day) -> Result<Vec<(String, Packed)>> {
    let (mut made, mut took, mut bytes) = (Vec::new(), Duration::ZERO, 0);
    for (part, places) in day.lines.chunks(PART_ROWS).enumerate() {
        let payments: Vec<_> = places.iter().filter_map(|at| day.payments.get(*at)).collect();
        let texts: Vec<_> = payments.iter().map(|payment| texts(payment)).collect();
        let rows = payments.iter().zip(&texts).enumerate().map(|(place, (payment, texts))| {
            let row = i64::try_from(part * PART_ROWS + place + 1)?;
            pack_row(row, texts, i64::from(payment.line_amount())).context("the day")
        });
        let rows = rows.collect::<Result<Vec<_>>>()?;
        let begun = Instant::now();
        let packed = packs(&rows)?;
        took += begun.elapsed();
        for packed in packed {
            bytes += packed.body.len();
            made.push((format!("{tenant},1,{}", made.len() + 1), packed));
        }
    }
    println!("  packs of the statement: made in {} ms, {bytes} bytes", took.as_millis());
    Ok(made)
}

fn pack_row<'t>(record: i64, (terminal, slip): &'t (String, String), amount: i64) -> Option<PackRow<'t>> {
    Some(PackRow { record, terminal, slip, approval: "", day: DAY.parse().ok()?, amount })
}

/// What stands beside the rows: counters with the heads of their journals, and the file.
fn beside(tenant: &str, sales: &[Sale<'_>], lines: usize, bytes: fn(&str) -> String) -> Vec<String> {
    let heads: BTreeMap<_, _> = sales.iter().map(|sale| (sale.counter, sale.sequence)).collect();
    let digest = bytes(&"01".repeat(32));
    let mut statements = vec![
        format!("INSERT INTO file_bytes (tenant_id, sha256, bytes) VALUES ('{tenant}', {digest}, {digest})"),
        format!(
            "INSERT INTO source_file (tenant_id, file_number, sha256, source, kind, name, received_at, uploader, state, new_rows, \
             revised_rows, unchanged_rows) VALUES ('{tenant}', 1, {digest}, 'card', 'statement', 'card.csv', 1, 'bench', 'accepted', \
             {lines}, 0, 0)"
        ),
    ];
    for (counter, head) in heads {
        statements.push(format!(
            "INSERT INTO counter (tenant_id, counter_id, created_at) VALUES ('{tenant}', 'c{counter}', 1)"
        ));
        statements.push(format!(
            "INSERT INTO incarnation (tenant_id, counter_id, incarnation, first_receipt, granted_at, head_sequence, head_hash) \
             VALUES ('{tenant}', 'c{counter}', 1, 1, 1, {head}, {digest})"
        ));
    }
    statements
}

/// Into the file of a centre's SQLite.
///
/// # Errors
/// When the database refuses a row.
pub fn sqlite(path: &Path, tenant: &str, day: &Day) -> Result<()> {
    let mut connection = Connection::open(path)?;
    let transaction = connection.transaction()?;
    let insert = |table: &str, columns: &str, blob: usize| {
        let values: Vec<_> = (0..columns.split(',').count())
            .map(|at| if at == blob { "unhex(?)".to_owned() } else { "?".to_owned() })
            .collect();
        format!("INSERT INTO {table} ({columns}) VALUES ({})", values.join(", "))
    };
    let rows = |text: &str, rows: &mut dyn Iterator<Item = String>| -> Result<()> {
        let mut statement = transaction.prepare(text)?;
        for row in rows {
            statement.execute(rusqlite::params_from_iter(row.split(',')))?;
        }
        Ok(())
    };
    let all = sales(day);
    transaction
        .execute_batch(&beside(tenant, &all, day.lines.len(), |hex| format!("x'{hex}'")).join(";\n"))?;
    let mut of_sales = all.iter().enumerate().map(|(place, one)| sale(tenant, place + 1, one));
    rows(&insert("sale", SALE, 4), &mut of_sales)?;
    let of = |(place, at): (usize, &usize)| line(tenant, place + 1, &day.payments[*at]);
    rows(&insert("statement_line", LINE, 7), &mut day.lines.iter().enumerate().map(of))?;
    rows(&insert("sale_pack", SALE_PACK, 7), &mut sale_packs(tenant, &all)?.iter().map(pack))?;
    rows(&insert("statement_pack", LINE_PACK, 6), &mut line_packs(tenant, day)?.iter().map(pack))?;
    Ok(transaction.commit()?)
}

/// The values of a pack.
fn pack((before, packed): &(String, Packed)) -> String {
    let (first, last) = packed.days.clone().unwrap_or_default();
    format!("{before},{},{first},{last},{}", packed.rows, words::hex(&packed.body))
}

/// Into a PostgreSQL, by its own copy.
///
/// # Errors
/// When the server refuses a row.
pub fn postgres(url: &str, folder: &Path, tenant: &str, day: &Day) -> Result<()> {
    let all = sales(day);
    let beside = beside(tenant, &all, day.lines.len(), |hex| format!("decode('{hex}', 'hex')"));
    psql(url, &format!("BEGIN;\n{};\nCOMMIT;\n", beside.join(";\n")))?;
    let of_sales = all.iter().enumerate().map(|(place, one)| sale(tenant, place + 1, one));
    copy(url, folder, "sale", SALE, of_sales)?;
    let of = |(place, at): (usize, &usize)| bytes(&line(tenant, place + 1, &day.payments[*at]), 7);
    copy(url, folder, "statement_line", LINE, day.lines.iter().enumerate().map(of))?;
    copy(
        url,
        folder,
        "sale_pack",
        SALE_PACK,
        sale_packs(tenant, &all)?.iter().map(|one| bytes(&pack(one), 7)),
    )?;
    let lines = line_packs(tenant, day)?;
    copy(url, folder, "statement_pack", LINE_PACK, lines.iter().map(|one| bytes(&pack(one), 6)))
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

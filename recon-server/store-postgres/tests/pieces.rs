//! Columns that are read by pieces are those that are read row by row, and those that a plain statement says.
//!
//! Invariant: the table is several pieces long, and holds what a piece cannot say: a text with the separator in it. Not here: that each
//! row is read once, of one state (`story`).

#![expect(clippy::unwrap_used, reason = "a step of a test that fails is a failed test")]

#[path = "support/cluster.rs"]
mod cluster;

use domain::id::TenantId;
use sqlx::PgPool;
use store::{
    Store,
    compared::{ColumnSink, ColumnsRow, ComparedBy, Place, SaleKey, Scope, Via},
};

/// Rows of each side: some six pieces, and more places than one statement looks up.
const FILL: &str = "
    INSERT INTO sale (tenant_id, counter_id, incarnation, sequence_number, sale_id, receipt_counter, receipt_incarnation,
        receipt_number, business_day, payment_date, paid_at, total, method, route, amount, standing, terminal_id, slip_number,
        sheet_number, lines, recorded_at)
    SELECT 'mihon', 'c' || n % 9, 1, n, gen_random_uuid(), 'c', 1, n, '2026-08-01', '2026-08-' || to_char(1 + n % 28, 'FM00'), 0,
        n, CASE WHEN n % 13 = 0 THEN 'cash' ELSE 'credit' END, 'card', n, 'confirmed', CASE WHEN n % 7 > 0 THEN '窓' || n % 50 END,
        CASE WHEN n = 7000 THEN 'a' || chr(31) || 'b' WHEN n % 11 > 0 THEN lpad(n::text, 6, '0') END,
        CASE WHEN n % 14 = 0 THEN 'sheet' END, '[]', 0
    FROM generate_series(1, 13000) AS n;
    INSERT INTO statement_line (tenant_id, source, file_number, row_number, record_key, occurrence, revision, content_sha256, class,
        contract_id, terminal_id, slip_number, amount, day, paid_at, status_word, brand_word)
    SELECT 'mihon', 'card', 1 + n / 6000, n, CASE WHEN n = 12999 THEN 'k1' ELSE 'k' || n END, 1, CASE WHEN n = 12999 THEN 2 ELSE 1 END,
        sha256(n::text::bytea), CASE WHEN n % 17 = 0 THEN 'refund' ELSE 'sale' END, 'card',
        CASE WHEN n IN (40, 9000) THEN chr(31) WHEN n % 7 > 0 THEN (n % 50)::text END, n::text, -n,
        '2026-08-' || to_char(1 + n % 28, 'FM00'), 0, '売上', 'VISA'
    FROM generate_series(1, 13000) AS n;
    ANALYZE sale; ANALYZE statement_line;";
/// What the two tables say.
const SALES: &str = "
    SELECT format('%s/%s %s %s %s %s', counter_id, sequence_number, COALESCE(terminal_id, sheet_number), slip_number, payment_date, total)
    FROM sale WHERE method <> 'cash' AND payment_date BETWEEN $1 AND $2";
const LINES: &str = "
    SELECT format('%s:%s %s %s %s %s', file_number, row_number, terminal_id, slip_number, day, amount)
    FROM statement_line WHERE class = 'sale' AND NOT (record_key = 'k1' AND revision = 1) AND day BETWEEN $1 AND $2";

#[derive(Default)]
struct Rows(Vec<(Place, String)>);

impl ColumnSink for Rows {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        let ColumnsRow { place, terminal, number, day, amount } = row;
        self.0.push((*place, format!("{terminal} {number} {day} {amount}")));
        true
    }
}

impl Rows {
    fn places(&self) -> Vec<Place> {
        self.0.iter().map(|(place, _)| *place).collect()
    }

    fn named(self, names: impl Iterator<Item = String>) -> Vec<String> {
        let mut rows: Vec<_> = names.zip(self.0).map(|(name, (_, row))| format!("{name} {row}")).collect();
        rows.sort();
        rows
    }
}

/// Both sides of some days, in words.
async fn read(url: &str, from: &'static str, to: &'static str) -> [Vec<String>; 2] {
    let store = store_postgres::open(url).await.unwrap();
    let work = move || {
        let tenant: TenantId = "mihon".parse().unwrap();
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let scope = Scope { tenant: &tenant, from, to, by: ComparedBy::Slip, via: Via::Rows };
        let (mut sales, mut lines) = (Rows::default(), Rows::default());
        let store: &dyn Store = &*store;
        let mut reading = store.columns(&scope).unwrap();
        reading.read(&mut sales, &mut lines).unwrap();
        let sale_keys = reading.sales(&sales.places()).unwrap();
        let line_keys = reading.lines(&lines.places()).unwrap();
        let sale = |key: &SaleKey| format!("{}/{}", key.counter, key.sequence.0);
        let line = |(file, row): &(u64, u32)| format!("{file}:{row}");
        [sales.named(sale_keys.iter().map(sale)), lines.named(line_keys.iter().map(line))]
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn said(pool: &PgPool, from: &str, to: &str) -> [Vec<String>; 2] {
    let mut both = [Vec::new(), Vec::new()];
    for (rows, text) in both.iter_mut().zip([SALES, LINES]) {
        *rows = sqlx::query_scalar(text).bind(from).bind(to).fetch_all(pool).await.unwrap();
        rows.sort();
    }
    both
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_say_what_rows_say() {
    let cluster = cluster::Cluster::start().unwrap();
    let url = cluster.url();
    drop(store_postgres::open(&url).await.unwrap());
    let pool = PgPool::connect(&url).await.unwrap();
    sqlx::raw_sql(FILL).execute(&pool).await.unwrap();
    let month = ("2026-08-01", "2026-08-31");
    let plan = "EXPLAIN SELECT ctid FROM sale WHERE tenant_id = 'mihon' AND payment_date BETWEEN '2026-08-01' AND '2026-08-31'";
    let plan: String = sqlx::query_scalar(plan).fetch_one(&pool).await.unwrap();
    assert!(plan.starts_with("Seq Scan"), "a month is the whole table: {plan}");
    let expected = said(&pool, month.0, month.1).await;
    assert_eq!(expected.each_ref().map(Vec::len), [12_000, 12_235]);
    assert!(read(&url, month.0, month.1).await == expected, "by pieces, with days");
    sqlx::raw_sql("ALTER DATABASE postgres SET enable_seqscan = off").execute(&pool).await.unwrap();
    assert!(read(&url, month.0, month.1).await == expected, "by rows, with days");
    let one = said(&pool, "2026-08-09", "2026-08-09").await;
    assert!(read(&url, "2026-08-09", "2026-08-09").await == one, "by rows of one day");
    let one_day = "UPDATE sale SET payment_date = '2026-08-09'; UPDATE statement_line SET day = '2026-08-09'; \
        ALTER DATABASE postgres SET enable_seqscan = on; ALTER DATABASE postgres SET enable_indexscan = off; \
        ALTER DATABASE postgres SET enable_bitmapscan = off";
    for statement in one_day.split("; ") {
        sqlx::raw_sql(statement).execute(&pool).await.unwrap();
    }
    let one = said(&pool, "2026-08-09", "2026-08-09").await;
    assert_eq!(one.each_ref().map(Vec::len), [12_000, 12_235]);
    assert!(read(&url, "2026-08-09", "2026-08-09").await == one, "by pieces of one day");
}

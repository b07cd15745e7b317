//! The engine: types that the shared bodies use, and connecting.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sqlx::{
    PgPool, Postgres, Transaction,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions, PgQueryResult},
};
use store::{
    Fault, Result, Store, StoreError, UnitOfWork,
    compared::{ColumnReading, Scope},
};

use crate::columns;
use crate::support::{During, Unit, fault};

/// A transaction.
pub type Tx = Transaction<'static, Postgres>;
/// What a statement changed.
pub type QueryResult = PgQueryResult;

/// Most connections of one server process.
const CONNECTIONS_MAX: u32 = 16;
/// Prepared statements that a connection keeps: more than there are in `sql`.
const STATEMENTS_KEPT_MAX: usize = 256;
/// Longest wait for a free connection, in seconds.
const CONNECTION_WAIT_MAX_SECONDS: u64 = 30;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/recon-postgres");

struct PostgresStore {
    pool: PgPool,
}

/// Connects to the database at `url` (`postgres://user@host:port/database`) and brings its schema up to date. Server processes that
/// start together do that one after the other.
///
/// # Errors
/// When the server cannot be reached, or the schema is newer than this program.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    let options = url.parse::<PgConnectOptions>().during(StoreError::Open)?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(Duration::from_secs(CONNECTION_WAIT_MAX_SECONDS))
        .connect_with(options.statement_cache_capacity(STATEMENTS_KEPT_MAX))
        .await
        .during(StoreError::Open)?;
    MIGRATIONS.run(&pool).await.map_err(|error| StoreError::Migrate(Fault::Database(Box::new(error))))?;
    Ok(Arc::new(PostgresStore { pool }))
}

#[async_trait]
impl Store for PostgresStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>> {
        let tx = self.pool.begin().await.during(StoreError::Begin)?;
        Ok(Box::new(Unit { tx }))
    }

    async fn snapshot(&self) -> Result<Box<dyn UnitOfWork>> {
        // One state for all statements of the unit, and the server refuses its writes.
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let tx = self.pool.begin_with(begin).await.during(StoreError::Begin)?;
        Ok(Box::new(Unit { tx }))
    }

    fn columns<'s>(&'s self, scope: &Scope<'s>) -> Result<Box<dyn ColumnReading + 's>> {
        let reading = columns::begin(&self.pool, scope).during(StoreError::ReadColumns)?;
        Ok(Box::new(reading))
    }

    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map_err(fault).during(StoreError::Begin)?;
        Ok(())
    }
}

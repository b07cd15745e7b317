//! What every topic shares: the unit of work, faults under an operation's name, numbers without gaps.
//!
//! Always holds: a statement that must change one row and does not is an error; numbers come from a row that stays locked until the
//! commit, so that they have no gaps. This folder is compiled twice, by `store-sqlite` and by `store-postgres`, each with its own
//! `crate::db`; what must differ between the engines is there, in `crate::speed`, and nowhere here.

use async_trait::async_trait;
use domain::id::{CounterId, TenantId};
use sqlx::query_file;
use store::{Fault, Result, StoreError, UnitOfWork, words};

use crate::{
    db::{QueryResult, Tx},
    speed,
};

/// One transaction.
pub struct Unit {
    pub tx: Tx,
}

#[async_trait]
impl UnitOfWork for Unit {
    async fn commit(self: Box<Self>) -> Result<()> {
        self.tx.commit().await.during(StoreError::Commit)
    }
}

/// The database's failure as a fault.
pub fn fault(error: sqlx::Error) -> Fault {
    Fault::Database(Box::new(error))
}

/// Puts a failure under the name of the operation.
pub trait During<T> {
    /// `….await.during(StoreError::AppendJournal)?`
    fn during(self, operation: fn(Fault) -> StoreError) -> Result<T>;
}

impl<T> During<T> for Result<T, sqlx::Error> {
    fn during(self, operation: fn(Fault) -> StoreError) -> Result<T> {
        self.map_err(|error| operation(fault(error)))
    }
}

impl<T> During<T> for Result<T, Fault> {
    fn during(self, operation: fn(Fault) -> StoreError) -> Result<T> {
        self.map_err(operation)
    }
}

/// Ensures that a statement changed exactly one row.
pub trait OneRow {
    /// The failure, or another number of rows, as a fault.
    fn one_row(self) -> Result<(), Fault>;
}

impl OneRow for Result<QueryResult, sqlx::Error> {
    fn one_row(self) -> Result<(), Fault> {
        match self.map_err(fault)?.rows_affected() {
            1 => Ok(()),
            actual => Err(Fault::RowsAffected { expected: 1, actual }),
        }
    }
}

impl Unit {
    /// The next number of a sequence of the tenant, from 1.
    pub async fn next_number(&mut self, tenant: &TenantId, name: &str) -> Result<i64, Fault> {
        let row = query_file!("../sql/support/next_number.sql", tenant.as_str(), name)
            .fetch_one(&mut *self.tx)
            .await
            .map_err(fault)?;
        Ok(row.last_number)
    }

    /// Locks a counter until the commit; a counter that is not registered is an error.
    pub async fn lock_counter(&mut self, tenant: &TenantId, counter: &CounterId) -> Result<(), Fault> {
        let found =
            speed::lock_counter(&mut self.tx, tenant.as_str(), counter.as_str()).await.map_err(fault)?;
        if found { Ok(()) } else { Err(Fault::Missing("counter")) }
    }
}

/// A number of rows as the database's LIMIT.
pub fn limit(rows: u32) -> i64 {
    i64::from(rows)
}

/// "Before number `before`", or everything.
pub fn before(number: Option<u64>) -> Result<i64, Fault> {
    number.map_or(Ok(i64::MAX), |number| words::to_i64("number", number))
}

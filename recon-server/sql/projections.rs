//! Writing the rows of [`store::projection`].
//!
//! Invariant: one entry gives at most one row, under the entry's own key. A close moreover has the sales before it packed (`packs.rs`):
//! a copy of their rows, forgotten with them.

use domain::{
    id::{AttemptId, BrandCode, ContractId, OperatorId, TenantId},
    money::Yen,
    payment::AttemptKind,
};
use journal::entry::Entry;
use sqlx::query_file;
use store::{
    Fault,
    projection::{
        self, AttemptFactRow, ClosingFact, ExitFact, OpeningFact, OutcomeFact, OverpaymentFact, Projection,
        SaleFact, StrayFact, TotalsFact, UnreadFact, VoidFact,
    },
    words,
};

use crate::{
    db::QueryResult,
    journal::{KeyColumns, key_columns},
    support::{OneRow, Unit, fault},
};

/// The answer of an INSERT.
type Inserted = Result<Result<QueryResult, sqlx::Error>, Fault>;

/// `query_file!` with the four columns of the key first.
macro_rules! insert {
    ($unit:expr, $file:literal, $key:expr, $($value:expr),+ $(,)?) => {
        query_file!(
            $file,
            $key.tenant,
            $key.counter,
            $key.incarnation,
            $key.sequence_number,
            $($value),+
        )
        .execute(&mut *$unit.tx)
        .await
    };
}

/// `DELETE` of every row of a tenant in each projection.
macro_rules! forget {
    ($unit:expr, $tenant:expr, $($file:literal),+ $(,)?) => {
        $(query_file!($file, $tenant).execute(&mut *$unit.tx).await.map_err(fault)?;)+
    };
}

impl Unit {
    /// Writes what an entry says.
    pub async fn project(&mut self, entry: &Entry) -> Result<(), Fault> {
        let Some(projection) = projection::project(entry) else { return Ok(()) };
        let key = key_columns(entry)?;
        let inserted = match projection {
            Projection::Sale(sale) => self.insert_sale(&key, &sale).await?,
            Projection::Void(void) => self.insert_void(&key, &void).await?,
            Projection::Attempt(attempt) => self.insert_attempt(&key, &attempt).await?,
            Projection::Outcome(outcome) => self.insert_outcome(&key, &outcome).await?,
            Projection::Opening(opening) => self.insert_opening(&key, &opening).await?,
            Projection::Closing(closing) => {
                let inserted = self.insert_closing(&key, &closing).await?;
                self.pack_sales(&key).await?;
                inserted
            }
            Projection::Exit(exit) => self.insert_exit(&key, &exit).await?,
            Projection::Overpayment(case) => self.insert_overpayment(&key, &case).await?,
            Projection::Stray(stray) => self.insert_stray(&key, &stray).await?,
            Projection::Totals(totals) => self.insert_totals(&key, &totals).await?,
            Projection::InboxReceipt(number) => self.insert_receipt(&key, number).await?,
            Projection::Unread(unread) => self.insert_unread(&key, &unread).await?,
        };
        inserted.one_row()
    }

    /// Deletes every projection of a tenant; only a rebuild does that.
    pub async fn forget_projections(&mut self, tenant: &TenantId) -> Result<(), Fault> {
        let tenant = tenant.as_str();
        forget!(
            self,
            tenant,
            "../sql/projections/forget_sale.sql",
            "../sql/projections/forget_sale_pack.sql",
            "../sql/projections/forget_sale_void.sql",
            "../sql/projections/forget_attempt.sql",
            "../sql/projections/forget_attempt_outcome.sql",
            "../sql/projections/forget_attempt_exit.sql",
            "../sql/projections/forget_overpayment.sql",
            "../sql/projections/forget_stray_result.sql",
            "../sql/projections/forget_day_opening.sql",
            "../sql/projections/forget_day_closing.sql",
            "../sql/projections/forget_terminal_totals.sql",
            "../sql/projections/forget_inbox_receipt.sql",
            "../sql/projections/forget_unread_entry.sql",
        );
        Ok(())
    }

    async fn insert_sale(&mut self, key: &KeyColumns<'_>, sale: &SaleFact) -> Inserted {
        let payment = &sale.payment;
        Ok(insert!(
            self,
            "../sql/projections/sale.sql",
            key,
            sale.sale.0,
            sale.receipt_number.counter.as_str(),
            i64::from(sale.receipt_number.incarnation.0),
            i64::from(sale.receipt_number.number),
            words::date_text(sale.business_day),
            words::date_text(sale.payment_date),
            sale.paid_at.as_micros(),
            sale.total.get(),
            payment.method.code(),
            payment.route.as_str(),
            payment.brand.as_ref().map(BrandCode::as_str),
            payment.contract.as_ref().map(ContractId::as_str),
            payment.attempt.map(|attempt| attempt.0),
            payment.amount.get(),
            payment.tendered.map(Yen::get),
            payment.change.map(Yen::get),
            words::to_word(&payment.standing)?,
            words::plain_opt(payment.terminal_id.as_deref()),
            words::plain_opt(payment.slip_number.as_deref()),
            words::plain_opt(payment.approval_code.as_deref()),
            words::plain_opt(payment.sheet_number.as_deref()),
            words::plain_opt(payment.payer_digits.as_deref()),
            words::to_json(&sale.lines)?,
            sale.operator.as_ref().map(OperatorId::as_str),
            sale.recorded_at.as_micros(),
        ))
    }

    async fn insert_void(&mut self, key: &KeyColumns<'_>, void: &VoidFact) -> Inserted {
        Ok(insert!(
            self,
            "../sql/projections/void.sql",
            key,
            void.sale.0,
            void.receipt_number.counter.as_str(),
            i64::from(void.receipt_number.incarnation.0),
            i64::from(void.receipt_number.number),
            words::date_text(void.business_day),
            void.amount.get(),
            void.method.code(),
            words::plain(&void.reason),
            void.attempt.map(|attempt| attempt.0),
            void.operator.as_ref().map(OperatorId::as_str),
            void.recorded_at.as_micros(),
        ))
    }

    async fn insert_attempt(&mut self, key: &KeyColumns<'_>, attempt: &AttemptFactRow) -> Inserted {
        let original = match attempt.kind {
            AttemptKind::Sales => None,
            AttemptKind::Void { original: AttemptId(original) } => Some(original),
        };
        Ok(insert!(
            self,
            "../sql/projections/attempt.sql",
            key,
            attempt.attempt.0,
            attempt.sale.0,
            i64::from(attempt.sequence_number),
            original,
            attempt.method.code(),
            attempt.route.as_str(),
            attempt.contract.as_ref().map(ContractId::as_str),
            attempt.brand.as_ref().map(BrandCode::as_str),
            attempt.amount.get(),
            words::date_text(attempt.business_day),
            attempt.requested_at.as_micros(),
        ))
    }

    async fn insert_outcome(&mut self, key: &KeyColumns<'_>, outcome: &OutcomeFact) -> Inserted {
        Ok(insert!(
            self,
            "../sql/projections/outcome.sql",
            key,
            outcome.attempt.0,
            outcome.outcome.word(),
            words::to_json(&outcome.outcome)?,
            outcome.evidence.as_ref().map(words::to_json).transpose()?,
            outcome.recorded_at.as_micros(),
        ))
    }

    async fn insert_opening(&mut self, key: &KeyColumns<'_>, opening: &OpeningFact) -> Inserted {
        Ok(insert!(
            self,
            "../sql/projections/opening.sql",
            key,
            words::date_text(opening.date),
            i64::from(opening.cut),
            opening.operator.as_str(),
            words::to_json(&opening.float)?,
            opening.recorded_at.as_micros(),
        ))
    }

    async fn insert_closing(&mut self, key: &KeyColumns<'_>, closing: &ClosingFact) -> Inserted {
        Ok(insert!(
            self,
            "../sql/projections/closing.sql",
            key,
            words::date_text(closing.settlement.date),
            i64::from(closing.settlement.cut),
            words::to_json(&closing.settlement)?,
            words::plain_opt(closing.reason.as_deref()),
            words::plain(&closing.chain_head),
            closing.operator.as_ref().map(OperatorId::as_str),
            closing.recorded_at.as_micros(),
        ))
    }

    async fn insert_exit(&mut self, key: &KeyColumns<'_>, exit: &ExitFact) -> Inserted {
        Ok(insert!(
            self,
            "../sql/projections/exit.sql",
            key,
            exit.attempt.0,
            words::to_json(&exit.exit)?,
            exit.recorded_at.as_micros(),
        ))
    }

    async fn insert_overpayment(&mut self, key: &KeyColumns<'_>, case: &OverpaymentFact) -> Inserted {
        Ok(insert!(
            self,
            "../sql/projections/overpayment.sql",
            key,
            case.attempt.0,
            case.sale.0,
            case.amount.get(),
            words::to_word(&case.cause)?,
            case.recorded_at.as_micros(),
        ))
    }

    async fn insert_stray(&mut self, key: &KeyColumns<'_>, stray: &StrayFact) -> Inserted {
        Ok(insert!(
            self,
            "../sql/projections/stray.sql",
            key,
            stray.device.as_str(),
            words::to_json(&stray.result)?,
            stray.recorded_at.as_micros(),
        ))
    }

    async fn insert_totals(&mut self, key: &KeyColumns<'_>, totals: &TotalsFact) -> Inserted {
        Ok(insert!(
            self,
            "../sql/projections/totals.sql",
            key,
            totals.totals.route.as_str(),
            words::to_json(&totals.totals)?,
            totals.recorded_at.as_micros(),
        ))
    }

    async fn insert_receipt(&mut self, key: &KeyColumns<'_>, number: u64) -> Inserted {
        let number = words::to_i64("inbox number", number)?;
        Ok(insert!(self, "../sql/projections/inbox_receipt.sql", key, number))
    }

    async fn insert_unread(&mut self, key: &KeyColumns<'_>, unread: &UnreadFact) -> Inserted {
        let (kind, version) = (i64::from(unread.kind), i64::from(unread.version));
        Ok(insert!(self, "../sql/projections/unread.sql", key, kind, version, unread.damaged))
    }
}

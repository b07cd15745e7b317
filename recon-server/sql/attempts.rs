//! Reading attempts: what was asked for, how it ended, what the citizen did meanwhile.

use std::collections::BTreeMap;

use domain::{
    id::{AttemptId, SaleId, TenantId},
    money::Yen,
    payment::AttemptKind,
    time::{CivilDate, Timestamp},
};
use sqlx::{query_file, query_file_as};
use store::{
    Fault,
    projection::{AttemptFactRow, ExitFact, OutcomeFact, OverpaymentFact, StrayFact},
    reports::{AttemptRow, Keyed},
    words,
};
use uuid::Uuid;

use crate::{
    journal::entry_key,
    sales::method,
    support::{Unit, fault},
};

/// A request as the database has it.
struct AttemptRecord {
    counter_id: String,
    incarnation: i64,
    sequence_number: i64,
    attempt_id: Uuid,
    sale_id: Uuid,
    protocol_sequence: i64,
    original_id: Option<Uuid>,
    method: String,
    route: String,
    contract_id: Option<String>,
    brand: Option<String>,
    amount: i64,
    business_day: String,
    requested_at: i64,
}

/// An outcome as the database has it.
struct OutcomeRecord {
    counter_id: String,
    incarnation: i64,
    sequence_number: i64,
    attempt_id: Uuid,
    outcome: String,
    evidence: Option<String>,
    recorded_at: i64,
}

/// A citizen's exit as the database has it.
struct ExitRecord {
    counter_id: String,
    incarnation: i64,
    sequence_number: i64,
    attempt_id: Uuid,
    citizen_exit: String,
    recorded_at: i64,
}

impl TryFrom<AttemptRecord> for AttemptRow {
    type Error = Fault;

    fn try_from(row: AttemptRecord) -> Result<Self, Fault> {
        let kind = match row.original_id {
            None => AttemptKind::Sales,
            Some(original) => AttemptKind::Void { original: AttemptId(original) },
        };
        Ok(Self {
            key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
            attempt: AttemptFactRow {
                attempt: AttemptId(row.attempt_id),
                sale: SaleId(row.sale_id),
                sequence_number: words::to_u32("protocol sequence", row.protocol_sequence)?,
                kind,
                method: method(&row.method)?,
                route: words::parse("route", &row.route)?,
                contract: words::parse_opt("contract", row.contract_id.as_deref())?,
                brand: words::parse_opt("brand", row.brand.as_deref())?,
                amount: Yen::new(row.amount),
                business_day: words::parse("day", &row.business_day)?,
                requested_at: Timestamp::from_micros(row.requested_at),
            },
            outcomes: Vec::new(),
            exits: Vec::new(),
        })
    }
}

impl TryFrom<OutcomeRecord> for Keyed<OutcomeFact> {
    type Error = Fault;

    fn try_from(row: OutcomeRecord) -> Result<Self, Fault> {
        Ok(Self {
            key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
            fact: OutcomeFact {
                attempt: AttemptId(row.attempt_id),
                outcome: words::from_json("outcome", &row.outcome)?,
                evidence: row.evidence.map(|text| words::from_json("evidence", &text)).transpose()?,
                recorded_at: Timestamp::from_micros(row.recorded_at),
            },
        })
    }
}

impl TryFrom<ExitRecord> for Keyed<ExitFact> {
    type Error = Fault;

    fn try_from(row: ExitRecord) -> Result<Self, Fault> {
        Ok(Self {
            key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
            fact: ExitFact {
                attempt: AttemptId(row.attempt_id),
                exit: words::from_json("exit", &row.citizen_exit)?,
                recorded_at: Timestamp::from_micros(row.recorded_at),
            },
        })
    }
}

/// Requests with what was said of them, in the order of the requests.
fn join(
    requests: Vec<AttemptRecord>,
    outcomes: Vec<OutcomeRecord>,
    exits: Vec<ExitRecord>,
) -> Result<Vec<AttemptRow>, Fault> {
    let mut ended: BTreeMap<AttemptId, Vec<Keyed<OutcomeFact>>> = BTreeMap::new();
    for record in outcomes {
        let outcome = Keyed::<OutcomeFact>::try_from(record)?;
        ended.entry(outcome.fact.attempt).or_default().push(outcome);
    }
    let mut left: BTreeMap<AttemptId, Vec<Keyed<ExitFact>>> = BTreeMap::new();
    for record in exits {
        let exit = Keyed::<ExitFact>::try_from(record)?;
        left.entry(exit.fact.attempt).or_default().push(exit);
    }
    requests
        .into_iter()
        .map(|record| {
            let mut row = AttemptRow::try_from(record)?;
            row.outcomes = ended.get(&row.attempt.attempt).cloned().unwrap_or_default();
            row.exits = left.get(&row.attempt.attempt).cloned().unwrap_or_default();
            Ok(row)
        })
        .collect()
}

/// The three reads of [`join`] with the same filter.
macro_rules! read_attempts {
    ($unit:expr, $requests:literal, $outcomes:literal, $exits:literal, $($filter:expr),+) => {{
        let requests = query_file_as!(AttemptRecord, $requests, $($filter),+)
            .fetch_all(&mut *$unit.tx)
            .await
            .map_err(fault)?;
        let outcomes = query_file_as!(OutcomeRecord, $outcomes, $($filter),+)
            .fetch_all(&mut *$unit.tx)
            .await
            .map_err(fault)?;
        let exits = query_file_as!(ExitRecord, $exits, $($filter),+)
            .fetch_all(&mut *$unit.tx)
            .await
            .map_err(fault)?;
        join(requests, outcomes, exits)
    }};
}

impl Unit {
    /// Attempts by 取扱日.
    pub async fn read_attempts(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<AttemptRow>, Fault> {
        let (team, from, to) = (tenant.as_str(), words::date_text(from), words::date_text(to));
        read_attempts!(
            self,
            "../sql/attempts/between.sql",
            "../sql/attempts/outcomes_between.sql",
            "../sql/attempts/exits_between.sql",
            team,
            from,
            to
        )
    }

    /// One attempt.
    pub async fn read_attempt(
        &mut self,
        tenant: &TenantId,
        attempt: AttemptId,
    ) -> Result<Option<AttemptRow>, Fault> {
        let team = tenant.as_str();
        let rows: Result<Vec<AttemptRow>, Fault> = read_attempts!(
            self,
            "../sql/attempts/find.sql",
            "../sql/attempts/outcomes_find.sql",
            "../sql/attempts/exits_find.sql",
            team,
            attempt.0
        );
        Ok(rows?.into_iter().next())
    }

    /// Attempts in doubt.
    pub async fn read_open_unknowns(&mut self, tenant: &TenantId) -> Result<Vec<AttemptRow>, Fault> {
        let team = tenant.as_str();
        read_attempts!(
            self,
            "../sql/attempts/unknown.sql",
            "../sql/attempts/outcomes_unknown.sql",
            "../sql/attempts/exits_unknown.sql",
            team
        )
    }

    /// 過誤納 cases.
    pub async fn read_overpayments(
        &mut self,
        tenant: &TenantId,
    ) -> Result<Vec<Keyed<OverpaymentFact>>, Fault> {
        query_file!("../sql/attempts/overpayments.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                Ok(Keyed {
                    key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
                    fact: OverpaymentFact {
                        attempt: AttemptId(row.attempt_id),
                        sale: SaleId(row.sale_id),
                        amount: Yen::new(row.amount),
                        cause: words::from_word("cause", &row.cause)?,
                        recorded_at: Timestamp::from_micros(row.recorded_at),
                    },
                })
            })
            .collect()
    }

    /// Results that fit no attempt.
    pub async fn read_strays(&mut self, tenant: &TenantId) -> Result<Vec<Keyed<StrayFact>>, Fault> {
        query_file!("../sql/attempts/strays.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                Ok(Keyed {
                    key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
                    fact: StrayFact {
                        device: words::parse("device", &row.device)?,
                        result: words::from_json("stray result", &row.result)?,
                        recorded_at: Timestamp::from_micros(row.recorded_at),
                    },
                })
            })
            .collect()
    }
}

//! Reading business days, deliveries, visitors, and entries that could not be read.

use std::collections::BTreeMap;

use domain::{
    id::{CounterId, TenantId},
    money::Yen,
    time::{CivilDate, Timestamp},
};
use sqlx::query_file;
use store::{
    Fault,
    projection::{ClosingFact, OpeningFact, TotalsFact, UnreadFact},
    reports::{DayRow, DeliveryRow, Keyed, SaleRow, VisitorRow},
    words,
};

use crate::{
    journal::entry_key,
    support::{Unit, fault},
};

/// Visitors of the sales that still stand, by counter, day and category.
pub fn count_visitors(sales: &[SaleRow]) -> Vec<VisitorRow> {
    let mut rows: BTreeMap<(CounterId, CivilDate, String), VisitorRow> = BTreeMap::new();
    for row in sales.iter().filter(|row| row.void.is_none()) {
        for line in &row.sale.lines {
            let Some(category) = &line.visitor_category else { continue };
            let key = (row.key.counter.clone(), row.sale.business_day, category.clone());
            let visitors = rows.entry(key).or_insert_with(|| VisitorRow {
                counter: row.key.counter.clone(),
                business_day: row.sale.business_day,
                category: category.clone(),
                paid_individual: 0,
                paid_group: 0,
                free: 0,
            });
            let counted = match (line.amount == Yen::ZERO, line.group) {
                (true, _) => &mut visitors.free,
                (false, true) => &mut visitors.paid_group,
                (false, false) => &mut visitors.paid_individual,
            };
            *counted = counted.saturating_add(u64::from(line.quantity));
        }
    }
    rows.into_values().collect()
}

impl Unit {
    async fn read_openings(
        &mut self,
        tenant: &TenantId,
        from: &str,
        to: &str,
    ) -> Result<Vec<Keyed<OpeningFact>>, Fault> {
        query_file!("../sql/days/openings.sql", tenant.as_str(), from, to)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                Ok(Keyed {
                    key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
                    fact: OpeningFact {
                        date: words::parse("day", &row.business_day)?,
                        cut: words::to_u32("cut", row.cut)?,
                        operator: words::parse("operator", &row.operator)?,
                        float: words::from_json("float", &row.float_count)?,
                        recorded_at: Timestamp::from_micros(row.recorded_at),
                    },
                })
            })
            .collect()
    }

    async fn read_closings(
        &mut self,
        tenant: &TenantId,
        from: &str,
        to: &str,
    ) -> Result<Vec<Keyed<ClosingFact>>, Fault> {
        query_file!("../sql/days/closings.sql", tenant.as_str(), from, to)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                Ok(Keyed {
                    key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
                    fact: ClosingFact {
                        settlement: words::from_json("settlement", &row.settlement)?,
                        reason: row.reason,
                        chain_head: row.chain_head,
                        operator: words::parse_opt("operator", row.operator.as_deref())?,
                        recorded_at: Timestamp::from_micros(row.recorded_at),
                    },
                })
            })
            .collect()
    }

    /// Days opened, each with the close of the same journal, date and cut where it is here.
    pub async fn read_days(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<DayRow>, Fault> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        let openings = self.read_openings(tenant, &from, &to).await?;
        let mut closings = BTreeMap::new();
        for closing in self.read_closings(tenant, &from, &to).await? {
            let Keyed { key, fact } = &closing;
            let day = (key.counter.clone(), key.incarnation, fact.settlement.date, fact.settlement.cut);
            closings.entry(day).or_insert(closing);
        }
        let close_of = |opening: Keyed<OpeningFact>| {
            let Keyed { key, fact } = &opening;
            let closing = closings.get(&(key.counter.clone(), key.incarnation, fact.date, fact.cut)).cloned();
            DayRow { opening, closing }
        };
        Ok(openings.into_iter().map(close_of).collect())
    }

    /// 端末日計 by the time at which they were recorded.
    pub async fn read_terminal_totals(
        &mut self,
        tenant: &TenantId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Keyed<TotalsFact>>, Fault> {
        let (from, until) = (from.as_micros(), until.as_micros());
        query_file!("../sql/days/totals.sql", tenant.as_str(), from, until)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                Ok(Keyed {
                    key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
                    fact: TotalsFact {
                        totals: words::from_json("terminal totals", &row.totals)?,
                        recorded_at: Timestamp::from_micros(row.recorded_at),
                    },
                })
            })
            .collect()
    }

    /// How far each counter has delivered.
    pub async fn read_deliveries(&mut self, tenant: &TenantId) -> Result<Vec<DeliveryRow>, Fault> {
        query_file!("../sql/days/deliveries.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                Ok(DeliveryRow {
                    counter: words::parse("counter", &row.counter_id)?,
                    last_received_at: row.last_received_at.map(Timestamp::from_micros),
                    last_closed_day: words::parse_opt("day", row.last_closed_day.as_deref())?,
                    last_opened_day: words::parse_opt("day", row.last_opened_day.as_deref())?,
                })
            })
            .collect()
    }

    /// Visitors by 取扱日.
    pub async fn read_visitors(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<VisitorRow>, Fault> {
        let sales = self.read_sales_booked(tenant, from, to, None).await?;
        Ok(count_visitors(&sales))
    }

    /// Entries that could not be read.
    pub async fn read_unread(&mut self, tenant: &TenantId) -> Result<Vec<Keyed<UnreadFact>>, Fault> {
        query_file!("../sql/days/unread.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                let small = |number| u16::try_from(number).map_err(|_| Fault::OutOfRange("kind"));
                Ok(Keyed {
                    key: entry_key(&row.counter_id, row.incarnation, row.sequence_number)?,
                    fact: UnreadFact {
                        kind: small(row.kind)?,
                        version: small(row.payload_version)?,
                        damaged: row.damaged,
                    },
                })
            })
            .collect()
    }
}

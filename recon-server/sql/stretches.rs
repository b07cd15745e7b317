//! Where bank files begin and end.

use async_trait::async_trait;
use domain::{id::TenantId, money::Yen, time::CivilDate};
use sqlx::query_file;
use store::{
    Fault, Result, StoreError, StretchStore,
    stretches::{BankStretch, ReceivedStretch},
    words,
};

use crate::support::{During, OneRow, Unit};

impl Unit {
    async fn insert_stretches(
        &mut self,
        tenant: &TenantId,
        file: u64,
        stretches: &[BankStretch],
    ) -> Result<(), Fault> {
        let number = words::to_i64("file number", file)?;
        for (place, stretch) in (1_i64..).zip(stretches) {
            let (from, to) = (words::date_text(stretch.from), words::date_text(stretch.to));
            let (opening, closing) = (stretch.opening.map(Yen::get), stretch.closing.map(Yen::get));
            let team = tenant.as_str();
            query_file!("../sql/stretches/insert.sql", team, number, place, from, to, opening, closing)
                .execute(&mut *self.tx)
                .await
                .one_row()?;
        }
        Ok(())
    }
}

#[async_trait]
impl StretchStore for Unit {
    async fn put_bank_stretches(
        &mut self,
        tenant: &TenantId,
        file: u64,
        stretches: &[BankStretch],
    ) -> Result<()> {
        self.insert_stretches(tenant, file, stretches).await.during(StoreError::ImportFile)
    }

    async fn bank_stretches(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        watermark: u64,
    ) -> Result<Vec<ReceivedStretch>> {
        let first = words::date_text(from);
        let last = words::to_i64("file number", watermark).during(StoreError::ReadFiles)?;
        query_file!("../sql/stretches/received.sql", tenant.as_str(), first, last)
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadFiles)?
            .into_iter()
            .map(|row| {
                let stretch = BankStretch {
                    from: words::parse("day", &row.from_day)?,
                    to: words::parse("day", &row.to_day)?,
                    opening: row.opening.map(Yen::new),
                    closing: row.closing.map(Yen::new),
                };
                Ok(ReceivedStretch {
                    source: row.source,
                    file: words::to_u64("file number", row.file_number)?,
                    stretch,
                })
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadFiles)
    }
}

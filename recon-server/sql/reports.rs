//! The face of the figures; the reading is in [`crate::sales`], [`crate::attempts`] and [`crate::days`].

use async_trait::async_trait;
use domain::{
    id::{AttemptId, CounterId, SaleId, TenantId},
    time::{CivilDate, Timestamp},
};
use store::{
    ReportStore, Result, StoreError,
    projection::{OverpaymentFact, StrayFact, TotalsFact, UnreadFact},
    reports::{AttemptRow, DayRow, DeliveryRow, Keyed, SaleDetail, SaleRow, VisitorRow},
};

use crate::support::{During, Unit};

#[async_trait]
impl ReportStore for Unit {
    async fn sales_booked(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        counter: Option<&CounterId>,
    ) -> Result<Vec<SaleRow>> {
        self.read_sales_booked(tenant, from, to, counter).await.during(StoreError::ReadFigures)
    }

    async fn sales_paid(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<SaleRow>> {
        self.read_sales_paid(tenant, from, to).await.during(StoreError::ReadFigures)
    }

    async fn sale(&mut self, tenant: &TenantId, sale: SaleId) -> Result<Option<SaleDetail>> {
        self.read_sale(tenant, sale).await.during(StoreError::ReadFigures)
    }

    async fn attempts(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<AttemptRow>> {
        self.read_attempts(tenant, from, to).await.during(StoreError::ReadFigures)
    }

    async fn attempt(&mut self, tenant: &TenantId, attempt: AttemptId) -> Result<Option<AttemptRow>> {
        self.read_attempt(tenant, attempt).await.during(StoreError::ReadFigures)
    }

    async fn open_unknowns(&mut self, tenant: &TenantId) -> Result<Vec<AttemptRow>> {
        self.read_open_unknowns(tenant).await.during(StoreError::ReadFigures)
    }

    async fn overpayments(&mut self, tenant: &TenantId) -> Result<Vec<Keyed<OverpaymentFact>>> {
        self.read_overpayments(tenant).await.during(StoreError::ReadFigures)
    }

    async fn strays(&mut self, tenant: &TenantId) -> Result<Vec<Keyed<StrayFact>>> {
        self.read_strays(tenant).await.during(StoreError::ReadFigures)
    }

    async fn days(&mut self, tenant: &TenantId, from: CivilDate, to: CivilDate) -> Result<Vec<DayRow>> {
        self.read_days(tenant, from, to).await.during(StoreError::ReadFigures)
    }

    async fn terminal_totals(
        &mut self,
        tenant: &TenantId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Keyed<TotalsFact>>> {
        self.read_terminal_totals(tenant, from, until).await.during(StoreError::ReadFigures)
    }

    async fn deliveries(&mut self, tenant: &TenantId) -> Result<Vec<DeliveryRow>> {
        self.read_deliveries(tenant).await.during(StoreError::ReadFigures)
    }

    async fn visitors(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<VisitorRow>> {
        self.read_visitors(tenant, from, to).await.during(StoreError::ReadFigures)
    }

    async fn unread_entries(&mut self, tenant: &TenantId) -> Result<Vec<Keyed<UnreadFact>>> {
        self.read_unread(tenant).await.during(StoreError::ReadFigures)
    }
}

//! Papers: reprint, what the printer reports, what the clerk sees.

use super::{Judged, Wish, typed};
use crate::{
    command::PrintReport,
    event::{Event, Paper},
    id::{PrintJobId, SaleId},
    refusal::Refusal,
    state::{PrintJob, PrintState},
};

impl Wish<'_> {
    pub(super) fn reprint(&self, sale: SaleId) -> Judged {
        let sale = self.known_sale(sale)?;
        if sale.completion.is_none() {
            return Err(Refusal::UnknownSale);
        }
        Ok(vec![self.print(Paper::Receipt { sale: sale.id, copy: sale.copies.saturating_add(1) })])
    }

    /// A late word of the printer changes nothing that has ended, but "printed" ends a doubt.
    pub(super) fn report_print(&self, job: PrintJobId, report: PrintReport) -> Judged {
        let known = self.state.prints.get(&job).ok_or(Refusal::UnknownPrint)?;
        if known.state.ended() {
            return Ok(Vec::new());
        }
        Ok(vec![match report {
            PrintReport::Started => Event::PrintStarted { job },
            PrintReport::Printed => Event::PaperPrinted { job },
            PrintReport::Failed { reason } => Event::PrintFailed { job, reason },
            PrintReport::Unknown { reason, may_still_print } => {
                Event::PrintUnknown { job, reason, may_still_print }
            }
        }])
    }

    /// The clerk looked: let it rest, or print again. A receipt that may be on paper already comes again as 再発行, never as a
    /// second original; one that surely is not on paper comes as the original.
    pub(super) fn settle_print(&self, job: PrintJobId, again: bool, note: &str) -> Judged {
        let known = self.state.prints.get(&job).ok_or(Refusal::UnknownPrint)?;
        let surely_not_printed = match known.state {
            PrintState::Failed(_) => true,
            PrintState::Unknown(_) => false,
            _ => return Err(Refusal::UnknownPrint),
        };
        let mut events = vec![Event::PrintSettled { job, note: typed("確かめたこと", note)? }];
        if again {
            events.push(self.print(self.paper_again(known, surely_not_printed)));
        }
        Ok(events)
    }

    fn paper_again(&self, job: &PrintJob, surely_not_printed: bool) -> Paper {
        match (&job.paper, surely_not_printed) {
            (Paper::Receipt { sale, .. }, false) => {
                let copies = self.state.sales.get(sale).map_or(0, |sale| sale.copies);
                Paper::Receipt { sale: *sale, copy: copies.saturating_add(1) }
            }
            (paper, _) => paper.clone(),
        }
    }
}

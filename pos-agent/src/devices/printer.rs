//! The task of the receipt printer: one job at a time, in order.
//!
//! Invariants: `Started` is durable before the first byte of a job leaves; a job is started once; a doubt is never printed again
//! by itself (the clerk looks). Not here: what stands on the paper ([`crate::paper`]).

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    command::{Command, PrintReport},
    due::Effect,
    event::Paper,
    id::PrintJobId,
    state::{PrintJob, PrintState},
};
use drivers::{
    cat::LinkState,
    pos_printer::{PosPrinter, PrintOutcome, PrinterStatus},
};
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;

use super::Desk;
use crate::{
    paper,
    till::{DeviceView, Role},
};

/// How often an idle printer is asked for its status, in milliseconds.
const STATUS_INTERVAL_MS: u64 = 10_000;

/// The receipt printer and its task.
pub struct Printer {
    desk: Desk,
    printer: Arc<dyn PosPrinter>,
    due: watch::Receiver<Arc<[Effect]>>,
    started: BTreeSet<PrintJobId>,
    /// A job of an earlier process may still lie in the printer's buffer.
    leftover: bool,
}

impl Printer {
    /// A printer's task.
    #[must_use]
    pub fn new(desk: Desk, printer: Arc<dyn PosPrinter>) -> Self {
        let due = desk.till.board().due();
        let in_doubt = |job: &PrintJob| matches!(job.state, PrintState::Unknown(_));
        let leftover = desk.till.current().state.prints.values().any(in_doubt);
        Self { desk, printer, due, started: BTreeSet::new(), leftover }
    }

    /// Runs until `stop`; a job in the printer's hands is brought to its end first.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.next_job() {
                Some((job, paper)) => self.print(job, &paper).await,
                None => self.idle(&stop).await,
            }
        }
    }

    fn next_job(&mut self) -> Option<(PrintJobId, Paper)> {
        let effects = Arc::clone(&self.due.borrow_and_update());
        let wanted = effects.iter().find_map(|effect| match effect {
            Effect::Print { job, paper } => Some((*job, paper.clone())),
            _ => None,
        });
        wanted.filter(|(job, _)| !self.started.contains(job))
    }

    async fn print(&mut self, job: PrintJobId, paper: &Paper) {
        self.started.insert(job);
        let Some(document) = paper::document(paper, job, &self.desk.till.current().state) else {
            let reason = "印刷する内容が見つかりません。".into();
            self.report(job, PrintReport::Failed { reason }).await;
            return;
        };
        if let Err(reason) = self.empty_the_buffer().await {
            self.report(job, PrintReport::Failed { reason }).await;
            return;
        }
        if !self.report(job, PrintReport::Started).await {
            return;
        }
        let report = match self.printer.print(job, document).await {
            PrintOutcome::Printed => PrintReport::Printed,
            PrintOutcome::NotPrinted { reason_ja } => PrintReport::Failed { reason: reason_ja },
            PrintOutcome::Unknown { reason_ja, may_still_print } => {
                PrintReport::Unknown { reason: reason_ja, may_still_print }
            }
        };
        self.report(job, report).await;
    }

    /// Before the first job of this process: what a dead one left must not come out behind the clerk's back (`devices.md` 4).
    async fn empty_the_buffer(&mut self) -> Result<(), String> {
        if self.leftover {
            self.printer.clear().await?;
            self.leftover = false;
        }
        Ok(())
    }

    async fn report(&self, job: PrintJobId, report: PrintReport) -> bool {
        self.desk.report(Command::ReportPrint { job, report }).await
    }

    /// Shows the status, then waits for work or for the next look.
    async fn idle(&mut self, stop: &CancellationToken) {
        let status = tokio::select! {
            status = self.printer.status() => status,
            _ = self.due.changed() => return,
            () = stop.cancelled() => return,
        };
        self.show(status);
        tokio::select! {
            _ = self.due.changed() => {}
            () = sleep(Duration::from_millis(STATUS_INTERVAL_MS)) => {}
            () = stop.cancelled() => {}
        }
    }

    fn show(&self, status: PrinterStatus) {
        let device = DeviceView { role: Role::Printer, link: link(status), attention_ja: attention(status) };
        self.desk.till.board().show_device(&self.desk.device, device);
    }
}

fn link(status: PrinterStatus) -> LinkState {
    if !status.online {
        LinkState::Lost("no answer to the status request".into())
    } else if status.unrecoverable {
        LinkState::Faulted("unrecoverable error".into())
    } else {
        LinkState::Ready
    }
}

/// The most urgent thing that the printer wants of the clerk.
fn attention(status: PrinterStatus) -> Option<String> {
    let sentence = if !status.online {
        "レシートプリンタが応答しません。電源とケーブルを見てください。"
    } else if status.unrecoverable {
        "レシートプリンタの電源を入れ直してください。"
    } else if status.cover_open {
        "レシートプリンタのカバーを閉めてください。"
    } else if status.paper_end {
        "レシート用紙がありません。入れ替えてください。"
    } else if status.cutter_error {
        "レシートプリンタのカッターに紙が詰まっています。"
    } else if status.paper_near_end {
        "レシート用紙が残り少なくなりました。"
    } else {
        return None;
    };
    Some(sentence.into())
}

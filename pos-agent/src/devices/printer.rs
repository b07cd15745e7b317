//! The task of the receipt printer: one job at a time, in order.
//!
//! Invariants: `Started` is durable before the first byte of a job leaves; a job is started once; a doubt is never printed again
//! by itself (the clerk looks); what a dead process may have left in the printer is cleared before it counts as ready (`devices.md` 4);
//! a look at the status prints nothing. Not here: what stands on the paper ([`crate::paper`]), the states ([`super::standing`]).

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
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    Desk, PersonsWish,
    standing::{Misses, Stage, Standing},
};
use crate::{
    paper,
    till::{DeviceView, Role},
};

/// How often an idle printer is asked for its status, in milliseconds.
const STATUS_INTERVAL_MS: u64 = 10_000;
/// How soon a printer that missed a look is looked at again, in milliseconds.
const SUSPECT_INTERVAL_MS: u64 = 1_000;

/// The receipt printer and its task.
pub struct Printer {
    desk: Desk,
    printer: Arc<dyn PosPrinter>,
    due: watch::Receiver<Arc<[Effect]>>,
    started: BTreeSet<PrintJobId>,
    /// A job of an earlier process may still lie in the printer's buffer.
    leftover: bool,
    standing: Standing,
    wish: PersonsWish,
}

impl Printer {
    /// A printer's task.
    #[must_use]
    pub fn new(desk: Desk, printer: Arc<dyn PosPrinter>) -> Self {
        let due = desk.till.board().due();
        let in_doubt = |job: &PrintJob| matches!(job.state, PrintState::Unknown(_));
        let leftover = desk.till.current().state.prints.values().any(in_doubt);
        let standing = Standing::new(Misses::Polls, Instant::now());
        let wish = PersonsWish::of(&desk);
        Self { desk, printer, due, started: BTreeSet::new(), leftover, standing, wish }
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
        self.standing.works();
        self.show(PrinterStatus { online: true, ..PrinterStatus::default() });
        let report = match self.printer.print(job, document).await {
            PrintOutcome::Printed => {
                self.standing.answers(Instant::now(), false);
                PrintReport::Printed
            }
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

    /// Looks at the printer, then waits for work or for the next look.
    async fn idle(&mut self, stop: &CancellationToken) {
        if self.wish.take() {
            self.standing.look_now(Instant::now());
        }
        let status = tokio::select! {
            status = self.printer.status() => status,
            _ = self.due.changed() => return,
            () = stop.cancelled() => return,
        };
        self.judge(status).await;
        let pause = self.until_next_look();
        tokio::select! {
            _ = self.due.changed() => {}
            () = self.wish.changed() => {}
            () = sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }

    async fn judge(&mut self, status: PrinterStatus) {
        let (now, permille) = (Instant::now(), self.desk.entropy.permille());
        if !status.online {
            self.standing.misses(now, permille);
        } else if status.unrecoverable {
            self.standing.needs_a_person(now, permille);
        } else {
            self.standing.answers(now, self.leftover);
            self.show(status);
            if self.empty_the_buffer().await.is_ok() {
                self.standing.answers(Instant::now(), false);
            }
        }
        self.show(status);
    }

    fn until_next_look(&self) -> Duration {
        match self.standing.stage() {
            Stage::Suspect => Duration::from_millis(SUSPECT_INTERVAL_MS),
            Stage::Absent | Stage::Lost | Stage::Faulted => {
                self.standing.try_at().saturating_duration_since(Instant::now())
            }
            _ => Duration::from_millis(STATUS_INTERVAL_MS),
        }
    }

    fn show(&self, status: PrinterStatus) {
        let stage = self.standing.stage();
        let link = match stage {
            Stage::Opening => LinkState::Opening,
            Stage::Absent | Stage::Lost => LinkState::Lost("no answer to the status request".into()),
            Stage::Faulted => LinkState::Faulted("unrecoverable error".into()),
            Stage::Busy => LinkState::Busy,
            Stage::Recovering | Stage::Ready | Stage::Suspect => LinkState::Ready,
        };
        let attention_ja = attention(stage, status).map(str::to_owned);
        let view = DeviceView {
            role: Role::Printer,
            stage,
            rests: false,
            link,
            takes_codes: false,
            gives_totals: false,
            attention_ja,
        };
        self.desk.till.board().show_device(&self.desk.device, view);
    }
}

/// The most urgent thing that the printer wants of the clerk.
const fn attention(stage: Stage, status: PrinterStatus) -> Option<&'static str> {
    Some(match stage {
        Stage::Absent | Stage::Lost => "レシートプリンタが応答しません。電源とケーブルを見てください。",
        Stage::Suspect => "レシートプリンタの応答が途切れました。確かめています。",
        Stage::Faulted => "レシートプリンタの電源を入れ直してください。",
        Stage::Recovering => "前回の印刷の残りを消しています。",
        _ if status.cover_open => "レシートプリンタのカバーを閉めてください。",
        _ if status.paper_end => "レシート用紙がありません。入れ替えてください。",
        _ if status.cutter_error => "レシートプリンタのカッターに紙が詰まっています。",
        _ if status.paper_near_end => "レシート用紙が残り少なくなりました。",
        _ => return None,
    })
}

//! A terminal and a printer that do as the test says and keep their own book.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use domain::{
    id::PrintJobId,
    money::Yen,
    payment::{Approval, AttemptFact, Doubt, DoubtCause, Outcome, Phase, QueryAnswer},
};
use drivers::{
    cat::{
        AttemptEvidence, BrandTotal, Cat, CatCapabilities, CatRequest, DailyLogOutcome, Fut, LinkState,
        Progress, Recorder,
    },
    pos_printer::{Document, PosPrinter, PrintOutcome, PrinterStatus},
};
use tokio_util::sync::CancellationToken;

/// What the terminal does with the next payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plot {
    /// Takes the money and says so.
    Approves,
    /// Takes the money; the answer is lost.
    ChargesSilently,
    /// Takes nothing; the answer is lost.
    FallsSilent,
    /// Waits for the clerk's wish to cancel, then takes nothing.
    WaitsForCancel,
    /// Waits for ever.
    Hangs,
}

#[derive(Debug, Default)]
struct Book {
    charged: Vec<Yen>,
    asked: u32,
    queries: u32,
    plots: VecDeque<Plot>,
    link: Option<LinkState>,
}

#[derive(Debug, Default)]
pub struct Terminal(Mutex<Book>);

impl Terminal {
    pub fn with(plots: &[Plot]) -> Arc<Self> {
        let book = Book { plots: plots.iter().copied().collect(), ..Book::default() };
        Arc::new(Self(Mutex::new(book)))
    }

    pub fn lost() -> Arc<Self> {
        let book = Book { link: Some(LinkState::Lost("cable".into())), ..Book::default() };
        Arc::new(Self(Mutex::new(book)))
    }

    pub fn charged(&self) -> Vec<Yen> {
        self.0.lock().unwrap().charged.clone()
    }

    pub fn asked(&self) -> u32 {
        self.0.lock().unwrap().asked
    }

    pub fn queries(&self) -> u32 {
        self.0.lock().unwrap().queries
    }

    fn approval(amount: Yen) -> Approval {
        Approval {
            settled_amount: Some(amount),
            brand: Some("visa".parse().unwrap()),
            terminal_id: Some("12345678".into()),
            slip_number: Some("0045".into()),
            ..Approval::default()
        }
    }
}

fn silence() -> Outcome {
    Outcome::Unknown(Doubt {
        phase: Phase::AtCentre,
        cause: DoubtCause::LineCut,
        detail: "the line was cut".into(),
        partial: None,
    })
}

impl Cat for Terminal {
    fn capabilities(&self) -> CatCapabilities {
        CatCapabilities {
            void: true,
            refund: true,
            query: true,
            refuse_result: true,
            abort: true,
            daily_log: true,
        }
    }

    fn link(&self) -> LinkState {
        self.0.lock().unwrap().link.clone().unwrap_or(LinkState::Ready)
    }

    fn connect(&self) -> Fut<'_, LinkState> {
        Box::pin(async { self.link() })
    }

    fn authorize(
        &self,
        request: CatRequest,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Fut<'_, Outcome> {
        Box::pin(async move {
            let plot = {
                let mut book = self.0.lock().unwrap();
                book.asked += 1;
                book.plots.pop_front().unwrap_or(Plot::Approves)
            };
            recorder.record(request.attempt, AttemptFact::Sending).await.unwrap();
            recorder.progress(
                request.attempt,
                Progress { code: 0x0A, text_ja: "カードをかざしてください".into() },
            );
            if matches!(plot, Plot::Approves | Plot::ChargesSilently) {
                self.0.lock().unwrap().charged.push(request.amount);
            }
            match plot {
                Plot::Approves => {
                    let approval = Self::approval(request.amount);
                    let fact = AttemptFact::ResultSeen { code: "00".into(), approval: approval.clone() };
                    recorder.record(request.attempt, fact).await.unwrap();
                    Outcome::Approved(approval)
                }
                Plot::ChargesSilently | Plot::FallsSilent => silence(),
                Plot::WaitsForCancel => {
                    stop.cancelled().await;
                    Outcome::Declined(domain::payment::Decline { code: "6C".into(), text: "aborted".into() })
                }
                Plot::Hangs => std::future::pending().await,
            }
        })
    }

    fn query(&self, evidence: AttemptEvidence) -> Fut<'_, QueryAnswer> {
        Box::pin(async move {
            let mut book = self.0.lock().unwrap();
            book.queries += 1;
            let detail = "last receipt".to_owned();
            if book.charged.contains(&evidence.amount) {
                QueryAnswer::Happened { approval: Self::approval(evidence.amount), detail }
            } else {
                QueryAnswer::DidNotHappen { detail }
            }
        })
    }

    fn access_daily_log(&self) -> Fut<'_, DailyLogOutcome> {
        Box::pin(async {
            let book = self.0.lock().unwrap();
            let count = u32::try_from(book.charged.len()).unwrap();
            let amount = Yen::try_sum(book.charged.iter().copied()).unwrap();
            DailyLogOutcome::Totals(vec![BrandTotal { brand: "visa".into(), count, amount }])
        })
    }
}

#[derive(Debug, Default)]
pub struct Printer {
    papers: Mutex<Vec<(PrintJobId, Document)>>,
    next: Mutex<VecDeque<PrintOutcome>>,
    /// Papers that were out when the buffer was emptied, once for each time.
    cleared_after: Mutex<Vec<usize>>,
}

impl Printer {
    pub fn with(next: &[PrintOutcome]) -> Arc<Self> {
        Arc::new(Self { next: Mutex::new(next.iter().cloned().collect()), ..Self::default() })
    }

    pub fn cleared_after(&self) -> Vec<usize> {
        self.cleared_after.lock().unwrap().clone()
    }

    pub fn papers(&self) -> Vec<(PrintJobId, Document)> {
        self.papers.lock().unwrap().clone()
    }
}

impl PosPrinter for Printer {
    fn print(&self, job: PrintJobId, document: Document) -> Fut<'_, PrintOutcome> {
        Box::pin(async move {
            let outcome = self.next.lock().unwrap().pop_front().unwrap_or(PrintOutcome::Printed);
            if outcome == PrintOutcome::Printed {
                self.papers.lock().unwrap().push((job, document));
            }
            outcome
        })
    }

    fn clear(&self) -> Fut<'_, Result<(), String>> {
        Box::pin(async {
            let out = self.papers.lock().unwrap().len();
            self.cleared_after.lock().unwrap().push(out);
            Ok(())
        })
    }

    fn status(&self) -> Fut<'_, PrinterStatus> {
        Box::pin(async { PrinterStatus { online: true, ..PrinterStatus::default() } })
    }
}

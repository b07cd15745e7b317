//! The task of a barcode scanner: what it reads goes to the page that is open.
//!
//! Invariants: a scan is no command and is never journalled; codes stay under guard ([`drivers::codes::PaymentCode`]) and reach no log;
//! a line that is lost is opened again by the driver. Not here: what a scan is for (`web::handlers::scan`).

use drivers::{
    cat::LinkState,
    scanner::{Reject, ScanEvent, ScannerConfig, SerialScanner},
};
use tokio_util::sync::CancellationToken;

use super::{Desk, PersonsWish, standing::Stage};
use crate::{
    codes::scans::Heard,
    till::{DeviceView, Role},
};

/// A scanner and its task.
pub struct Scanner {
    desk: Desk,
    config: ScannerConfig,
    wish: PersonsWish,
    stage: Stage,
    why: String,
}

impl Scanner {
    /// A scanner's task.
    #[must_use]
    pub fn new(desk: Desk, config: ScannerConfig) -> Self {
        let wish = PersonsWish::of(&desk);
        Self { desk, config, wish, stage: Stage::Opening, why: String::new() }
    }

    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut line = SerialScanner::start(self.config.clone());
        while !stop.is_cancelled() {
            if self.wish.take() && self.stage != Stage::Ready {
                // Looked for at once instead of after the driver's pause.
                line = SerialScanner::start(self.config.clone());
                self.stage = Stage::Opening;
            }
            self.show();
            tokio::select! {
                event = line.next() => match event {
                    Some(event) => self.hear(event),
                    None => line = SerialScanner::start(self.config.clone()),
                },
                () = self.wish.changed() => {}
                () = stop.cancelled() => {}
            }
        }
    }

    fn hear(&mut self, event: ScanEvent) {
        match event {
            ScanEvent::Online => self.stage = Stage::Ready,
            ScanEvent::Lost(why) => {
                let known = matches!(self.stage, Stage::Ready | Stage::Lost);
                self.stage = if known { Stage::Lost } else { Stage::Absent };
                self.why = why;
            }
            ScanEvent::Scan(scan) => {
                self.desk.till.board().scans().put(Heard::Scan(scan));
            }
            // The finger on the trigger, or a person at a keyboard: nothing that the clerk meant.
            ScanEvent::Rejected(Reject::Repeated | Reject::Typed) => {}
            ScanEvent::Rejected(reject) => {
                self.desk.till.board().scans().put(Heard::Rejected(reject));
            }
        }
    }

    fn show(&self) {
        let link = match self.stage {
            Stage::Ready => LinkState::Ready,
            Stage::Opening => LinkState::Opening,
            _ => LinkState::Lost(self.why.clone()),
        };
        let attention_ja = matches!(self.stage, Stage::Absent | Stage::Lost).then(|| {
            "バーコードリーダーとつながりません。電源とケーブルを見てください。番号は手でも入れられます。"
                .to_owned()
        });
        let view = DeviceView {
            role: Role::Scanner,
            stage: self.stage,
            rests: false,
            link,
            takes_codes: false,
            gives_totals: false,
            attention_ja,
        };
        self.desk.till.board().show_device(&self.desk.device, view);
    }
}

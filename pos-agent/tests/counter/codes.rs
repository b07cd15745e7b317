//! From the scanner's line to the terminal: a payer's code pays once and stands nowhere; a code to scan stands on the display alone.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
};
use domain::{
    catalogue::PaymentRoute,
    command::Command,
    id::{AttemptId, DeviceId, SaleId},
    money::Yen,
    payment::{Approval, AttemptFact, NotStartedWhy, Outcome, QueryAnswer},
    state::{AttemptState, SaleState},
    time::Timestamp,
};
use drivers::{
    cat::{
        AttemptEvidence, Cat, CatCapabilities, CatRequest, CodeToShow, DailyLogOutcome, Fut, LinkState,
        Recorder,
    },
    codes::PaymentCode,
    scanner::{ScannerSimulator, simulator::SimulatorConfig},
};
use pos_agent::{
    codes::CodeSettings,
    config::Config,
    devices::{Desk, recorder::TillRecorder, registry::understand_all, runner::Devices},
    edge::Entropy,
    journal_store::simulated::SimulatedDisk,
    till::View,
    web::{DisplaySettings, WebState, router},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use crate::support::{Counter, enrol, lines, open_day};

/// A payer's barcode of the brand that the table names; made up.
const PAYER: &str = "910000000000004242";
/// The operator's order code that the citizen scans; made up.
const ORDER: &str = "https://qr.example.jp/28180104zzzz";

/// An operator of codes: takes the payer's code, or shows one of its own until the test says that it was paid.
#[derive(Default)]
struct Operator {
    taken: Mutex<Vec<Option<PaymentCode>>>,
    paid: CancellationToken,
}

impl Cat for Operator {
    fn capabilities(&self) -> CatCapabilities {
        CatCapabilities {
            void: true,
            refund: false,
            query: true,
            refuse_result: false,
            abort: true,
            daily_log: false,
        }
    }

    fn link(&self) -> LinkState {
        LinkState::Ready
    }

    fn connect(&self) -> Fut<'_, LinkState> {
        Box::pin(async { LinkState::Ready })
    }

    fn authorize(
        &self,
        request: CatRequest,
        recorder: Arc<dyn Recorder>,
        _stop: CancellationToken,
    ) -> Fut<'_, Outcome> {
        Box::pin(async move {
            recorder.record(request.attempt, AttemptFact::Sending).await.unwrap();
            tracing::debug!(?request, "handed over");
            let shows = request.code.is_none();
            self.taken.lock().unwrap().push(request.code);
            if shows {
                let payload = PaymentCode::new(ORDER).unwrap();
                let expires_at = Timestamp::from_micros(i64::MAX / 2);
                let code = CodeToShow { payload, amount: request.amount, expires_at };
                recorder.show(request.attempt, Some(code));
                self.paid.cancelled().await;
                recorder.show(request.attempt, None);
            }
            Outcome::Approved(Approval {
                settled_amount: Some(request.amount),
                brand: Some("paypay".parse().unwrap()),
                slip_number: Some("04455889900000001234".into()),
                ..Approval::default()
            })
        })
    }

    fn query(&self, _: AttemptEvidence) -> Fut<'_, QueryAnswer> {
        Box::pin(async { QueryAnswer::CannotTell { detail: "not asked".into() } })
    }

    fn access_daily_log(&self) -> Fut<'_, DailyLogOutcome> {
        Box::pin(async { DailyLogOutcome::Refused("none".into()) })
    }
}

fn device() -> DeviceId {
    "operator-1".parse().unwrap()
}

fn route(id: &str, method: &str) -> PaymentRoute {
    serde_json::from_value(serde_json::json!({
        "id": id, "label": "PayPay", "method": method, "brands": ["paypay"], "contract": "c-code",
        "kind": { "kind": "linked_terminal", "device": "operator-1" },
    }))
    .unwrap()
}

/// A counter with a scanner on a line, an operator of codes, and its pages.
struct Bench {
    counter: Counter,
    operator: Arc<Operator>,
    scanner: ScannerSimulator,
    pages: Router,
}

impl Bench {
    async fn new() -> Self {
        let counter = Counter::start(SimulatedDisk::new(1));
        let mut enrol = enrol();
        if let Command::Enrol { profile, .. } = &mut enrol {
            profile.routes.push(route("read", "code_consumer_presented"));
            profile.routes.push(route("dynamic", "code_dynamic"));
        }
        counter.ok(enrol).await;
        counter.ok(open_day(&counter.clock)).await;
        let scanner = ScannerSimulator::start(SimulatorConfig::default()).await.unwrap();
        let text = format!(
            "codes.barcode = [{{ prefix = \"91\", digits_min = 18, digits_max = 18, brand = \"paypay\" }}]\n\
             [[device]]\nid = \"scanner-1\"\nrole = \"scanner\"\ndriver = \"serial-scanner\"\ntransport = \"{}\"\n",
            scanner.address()
        );
        let config = Config::parse(&text).unwrap();
        let (entropy, operator) =
            (Arc::clone(&counter.ids) as Arc<dyn Entropy>, Arc::new(Operator::default()));
        let mut devices = Devices::new(counter.till.clone(), Arc::clone(&entropy));
        for (id, understood) in understand_all(&config.device).unwrap() {
            devices.add(&id, &understood);
        }
        let desk = Desk { device: device(), till: counter.till.clone(), entropy: Arc::clone(&entropy) };
        let recorder: Arc<dyn Recorder> = Arc::new(TillRecorder::new(desk));
        devices.add_code_terminal(&device(), Arc::clone(&operator) as _, recorder, None);
        devices.start(&TaskTracker::new(), &CancellationToken::new());
        let codes: CodeSettings = config.code_settings().unwrap();
        let web = WebState::new(
            counter.till.clone(),
            entropy,
            Arc::clone(&counter.clock) as _,
            DisplaySettings::default(),
        );
        let bench = Self { pages: router(web.with_codes(codes)), counter, operator, scanner };
        bench.counter.until("both stand", |view| view.devices.len() == 2 && all_ready(view)).await;
        bench
    }

    async fn get(&self, address: &str) -> String {
        self.send(Request::get(address).body(Body::empty()).unwrap()).await.1
    }

    async fn post(&self, address: &str, form: &str) -> (String, String) {
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request).await
    }

    /// Where it leads, and what it shows.
    async fn send(&self, request: Request<Body>) -> (String, String) {
        let response = self.pages.clone().oneshot(request).await.unwrap();
        let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (to.unwrap_or_default(), String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn sale(&self) -> SaleId {
        SaleId(self.counter.ok(lines(&[("jumin", 2)])).await.0)
    }

    /// A code before the scanner; the number that the waiting page hears.
    async fn scan(&self, code: &str) -> String {
        let known = self.counter.till.board().scans().count();
        self.scanner.scan("C0", code.as_bytes()).await;
        self.get(&format!("/scan/wait?after={known}")).await
    }
}

fn all_ready(view: &View) -> bool {
    view.devices.values().all(|device| device.link == LinkState::Ready)
}

/// The log of this thread, at its most talkative.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_payers_code_goes_from_the_scanner_to_the_operator_and_nowhere_else() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _heard = tracing::subscriber::set_default(subscriber);
    let bench = Bench::new().await;
    let sale = bench.sale().await;
    let page = bench.get(&format!("/sale/{sale}")).await;
    assert!(page.contains("data-scan=\"0\""));
    let number = bench.scan(PAYER).await;
    assert_eq!(number, "1");
    let id = bench.counter.ids.command_id();
    let (to, shown) = bench.post(&format!("/sale/{sale}/scan"), &format!("command={id}&scan={number}")).await;
    assert_eq!(to, format!("/attempt/{id}"), "{shown}");
    bench.counter.until("paid", |view| view.state.sales[&sale].state == SaleState::Completed).await;
    let taken: Vec<String> =
        bench.operator.taken.lock().unwrap().iter().flatten().map(|code| code.expose().to_owned()).collect();
    assert_eq!(taken, [PAYER], "once");
    let mut everywhere = vec![page, shown, format!("{:?}", bench.counter.till.current())];
    for address in [to.as_str(), &format!("/sale/{sale}"), "/today", "/display", "/devices"] {
        everywhere.push(bench.get(address).await);
    }
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("scanner: scan") && log.contains("handed over"), "the log was heard: {log}");
    everywhere.push(log);
    everywhere.push(journal(&bench.counter));
    for text in everywhere {
        assert!(!text.contains(PAYER) && !text.contains(&PAYER[..12]), "{text}");
    }
    let receipt = bench.get(&format!("/sale/{sale}")).await;
    assert!(receipt.contains("コード決済（読取） PayPay") && receipt.contains("決済番号"), "{receipt}");
}

/// Everything that is durable, as text.
fn journal(counter: &Counter) -> String {
    use domain::id::SequenceNumber;
    use pos_agent::journal_store::JournalStore as _;
    let entries = counter.disk.store().read_from(SequenceNumber(1), 1_000).unwrap();
    assert!(entries.len() > 5);
    entries.iter().map(|entry| String::from_utf8_lossy(entry.bytes()).into_owned()).collect()
}

#[tokio::test]
async fn a_payment_whose_code_is_gone_was_never_started() {
    let bench = Bench::new().await;
    let sale = bench.sale().await;
    let wish = Command::RequestPayment { sale, route: "read".parse().unwrap(), repeat_reason: None };
    let attempt = AttemptId(bench.counter.ok(wish).await.0);
    bench.counter.until("ended", |view| !view.state.attempts[&attempt].running()).await;
    let state = bench.counter.till.current().state.attempts[&attempt].state.clone();
    let AttemptState::Known(Outcome::NotStarted { why, .. }) = state else { panic!("{state:?}") };
    assert_eq!(why, NotStartedWhy::NoByteLeft);
    assert!(bench.operator.taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_operators_code_stands_on_the_display_until_it_is_paid() {
    let bench = Bench::new().await;
    let sale = bench.sale().await;
    let wish = Command::RequestPayment { sale, route: "dynamic".parse().unwrap(), repeat_reason: None };
    let attempt = AttemptId(bench.counter.ok(wish).await.0);
    bench.counter.until("shown", |view| view.codes.contains_key(&attempt)).await;
    let (display, clerk) = (bench.get("/display").await, bench.get(&format!("/attempt/{attempt}")).await);
    for page in [&display, &clerk] {
        assert!(page.contains("<svg") && page.contains("残り") && !page.contains("28180104"), "{page}");
    }
    bench.operator.paid.cancel();
    bench.counter.until("paid", |view| view.state.sales[&sale].state == SaleState::Completed).await;
    bench.counter.until("taken away", |view| view.codes.is_empty()).await;
    assert!(!bench.get("/display").await.contains("<svg"));
    assert!(!journal(&bench.counter).contains("28180104"));
    assert_eq!(bench.counter.till.current().state.sales[&sale].total, Yen::new(600));
}

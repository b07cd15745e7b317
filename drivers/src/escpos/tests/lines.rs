//! Printers behind other lines than TCP: serial with XON/XOFF, USB.

use domain::id::PrintJobId;

use super::*;
use crate::transport::{Listener, Transport, UsbAddress};

/// How long the printer holds the line, in milliseconds: longer than each of the driver's shorter deadlines.
const HELD_MS: u64 = 2_500;

/// Longer than a printer and a line can hold together, so that XOFF falls into the middle of it.
fn long_job() -> Document {
    let lines = receipt().lines.into_iter().cycle().take(21 * 30).collect();
    Document { lines, open_drawer: false }
}

/// A simulator behind a pseudo-terminal, and a driver that opens it with these settings of the line.
fn serial(script: Script, settings: &str) -> (EscPosSimulator, EscPosConfig) {
    let config = SimulatorConfig { script, ..SimulatorConfig::default() };
    let simulator = EscPosSimulator::start_on(Listener::pty().unwrap(), &config);
    let transport: Transport = format!("{}?{settings}", simulator.address()).parse().unwrap();
    let config = EscPosConfig { transport, ..impatient(&simulator) };
    (simulator, config)
}

fn busy_at_row(row: usize) -> Script {
    let rule = format!("{{ state = \"line\", nth = {row}, do = \"book\", truth = \"busy\" }}");
    Script::parse(&format!("device = \"escpos\"\nrule = [{rule}]")).unwrap()
}

#[tokio::test]
async fn xoff_for_seconds_loses_no_byte() {
    for settings in ["baud=9600&flow=xonxoff", "baud=9600&flow=none"] {
        let (simulator, config) = serial(busy_at_row(20), settings);
        let printer = EscPosPrinter::new(EscPosConfig { attention_ms: 20_000, ..config });
        let hand = async {
            eventually("the printer is busy", || simulator.hanging().lines.len() >= 20).await;
            tokio::time::sleep(Duration::from_millis(HELD_MS)).await;
            assert!(simulator.papers().is_empty());
            simulator.busy(false);
        };
        let started = tokio::time::Instant::now();
        let (outcome, ()) = tokio::join!(printer.print(PrintJobId(1), long_job()), hand);
        assert_eq!(outcome, PrintOutcome::Printed, "{settings}");
        assert!(started.elapsed() >= Duration::from_millis(HELD_MS));
        let papers = simulator.papers();
        assert_eq!(papers.len(), 1);
        assert_eq!(papers[0].lines, expected_lines(&long_job(), Columns::MIDDLE), "{settings}");
        assert_eq!(simulator.unknown_bytes(), 0);
    }
}

#[tokio::test]
async fn xoff_without_end_is_never_printed() {
    let (simulator, config) = serial(busy_at_row(20), "baud=9600&flow=xonxoff");
    let printer = EscPosPrinter::new(config);
    let outcome = printer.print(PrintJobId(1), long_job()).await;
    assert_eq!(ended(&outcome), "unknown_may_still_print");
    assert!(simulator.papers().is_empty());
    // XON: what the driver gave up is not sent after all; the clearing is, and then the next job.
    simulator.busy(false);
    let again = EscPosPrinter::new(EscPosConfig { attention_ms: 20_000, ..config_for(&simulator) });
    assert_eq!(again.clear().await, Ok(()));
    assert_eq!(again.print(PrintJobId(2), receipt()).await, PrintOutcome::Printed);
    let papers = simulator.papers();
    assert_eq!(papers.len(), 1);
    assert!(papers[0].lines.ends_with(&expected_lines(&receipt(), Columns::MIDDLE)));
    assert!(papers[0].lines.len() < long_job().lines.len(), "the job that was given up never came whole");
}

#[tokio::test]
async fn a_usb_printer_prints_and_answers() {
    let simulator = EscPosSimulator::start_on(Listener::pty().unwrap(), &SimulatorConfig::default());
    let Transport::Serial(serial) = simulator.address() else { panic!() };
    let transport = Transport::Usb(UsbAddress::Path(serial.path.into()));
    let printer = EscPosPrinter::new(EscPosConfig { transport, ..config_for(&simulator) });
    assert!(printer.status().await.online);
    for job in [1, 2] {
        assert_eq!(printer.print(PrintJobId(job), receipt()).await, PrintOutcome::Printed);
    }
    simulator.near_end(true);
    assert!(printer.status().await.paper_near_end, "its status bytes are read");
    assert!(
        simulator.papers().iter().all(|paper| paper.lines == expected_lines(&receipt(), Columns::MIDDLE))
    );
    let missing = EscPosPrinter::new(EscPosConfig::new("usb:///dev/usb/lp250".parse().unwrap()));
    assert_eq!(ended(&missing.print(PrintJobId(1), receipt()).await), "not_printed");
}

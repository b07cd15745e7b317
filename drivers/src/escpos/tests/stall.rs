//! Conversations over a line of a few bytes, with the printer's part played by hand: what happens while nothing moves.

use std::time::Duration;

use domain::id::PrintJobId;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
    sync::watch,
    time::{Instant, sleep},
};

use crate::{
    escpos::{
        command::{KanjiMode, set_up},
        session::{Cleared, FlowControl, Patience, Sent, Session},
    },
    pos_printer::PrinterStatus,
    transport::Line,
};

const JOB: PrintJobId = PrintJobId(1);
const DATA: [u8; 100] = [b'x'; 100];
const PATIENCE: Patience =
    Patience { answer_ms: 150, process_id_ms: 400, attention_ms: 1_500, flow: FlowControl::Line };
const WRITE_TIMEOUT: Duration = Duration::from_millis(80);
const FINE: [u8; 4] = [0x10, 0, 0, 0];
const NO_PAPER: [u8; 4] = [0x18, 0, 0x0f, 0];
const BROKEN: [u8; 4] = [0x18, 0x20, 0, 0];
const ID: [u8; 7] = [0x37, 0x22, 0x30, 0x30, 0x30, 0x31, 0];

fn line(bytes: usize) -> (Line, DuplexStream, watch::Sender<PrinterStatus>) {
    let (near, far) = duplex(bytes);
    (Line::new(Box::new(near), WRITE_TIMEOUT), far, watch::channel(PrinterStatus::default()).0)
}

#[tokio::test]
async fn a_line_that_stops_taking_bytes_is_a_doubt_after_the_write_deadline() {
    let (line, _printer, status) = line(64);
    let started = Instant::now();
    assert_eq!(Session::new(line, &status).print(&DATA, JOB, PATIENCE).await, Sent::Doubt);
    assert!(
        started.elapsed() < Duration::from_millis(PATIENCE.process_id_ms),
        "not only after the id's deadline"
    );
}

#[tokio::test]
async fn a_line_that_took_the_set_up_only_has_printed_nothing() {
    let (line, mut printer, status) = line(set_up(KanjiMode::Automatic).len());
    printer.write_all(&FINE).await.unwrap();
    let mut session = Session::new(line, &status);
    assert!(session.set_up(KanjiMode::Automatic, PATIENCE).await.is_some_and(|status| status.online));
    assert_eq!(session.print(&DATA, JOB, PATIENCE).await, Sent::Nothing);
}

#[tokio::test]
async fn a_line_that_stands_still_for_want_of_paper_is_waited_for() {
    let (line, mut printer, status) = line(64);
    let hand = async {
        printer.write_all(&NO_PAPER).await.unwrap();
        // Several write deadlines, and longer than a healthy printer gets for its answer.
        sleep(Duration::from_millis(600)).await;
        printer.write_all(&FINE).await.unwrap();
        let mut data = [0; DATA.len()];
        printer.read_exact(&mut data).await.unwrap();
        assert_eq!(data, DATA);
        printer.write_all(&ID).await.unwrap();
    };
    let mut session = Session::new(line, &status);
    let (sent, ()) = tokio::join!(session.print(&DATA, JOB, PATIENCE), hand);
    assert_eq!(sent, Sent::Printed);
}

#[tokio::test]
async fn paper_that_never_comes_ends_in_a_doubt() {
    let (line, mut printer, status) = line(64);
    printer.write_all(&NO_PAPER).await.unwrap();
    let mut session = Session::new(line, &status);
    let started = Instant::now();
    assert_eq!(session.print(&DATA, JOB, PATIENCE).await, Sent::Doubt);
    assert!(started.elapsed() >= Duration::from_millis(PATIENCE.attention_ms));
    assert!(status.borrow().paper_end);
    assert_eq!(
        session.clear(Some(JOB), PATIENCE).await,
        Cleared::NoAnswer,
        "the clearing does not get through either"
    );
}

#[tokio::test]
async fn a_printer_that_breaks_down_is_not_waited_for() {
    let (line, mut printer, status) = line(256);
    let mut session = Session::new(line, &status);
    let hand = async {
        printer.read_exact(&mut [0; DATA.len()]).await.unwrap();
        printer.write_all(&BROKEN).await.unwrap();
    };
    let started = Instant::now();
    let (sent, ()) = tokio::join!(session.print(&DATA, JOB, PATIENCE), hand);
    assert_eq!(sent, Sent::Doubt);
    assert!(started.elapsed() < Duration::from_millis(PATIENCE.process_id_ms));
}

#[tokio::test]
async fn a_slow_line_is_not_given_up_while_it_moves() {
    let (line, mut printer, status) = line(10);
    let hand = async {
        // Ten bytes every 60 ms: the whole job takes longer than the deadline for the id.
        for _ in 0..DATA.len() / 10 {
            sleep(Duration::from_millis(60)).await;
            printer.read_exact(&mut [0; 10]).await.unwrap();
        }
        printer.write_all(&ID).await.unwrap();
    };
    let mut session = Session::new(line, &status);
    let (sent, ()) = tokio::join!(session.print(&DATA, JOB, PATIENCE), hand);
    assert_eq!(sent, Sent::Printed);
}

/// `devices.md` E18: XOFF may also come through to the driver, where nobody before it takes it out.
#[tokio::test]
async fn nothing_is_sent_between_xoff_and_xon() {
    let patience = Patience { flow: FlowControl::Seen, ..PATIENCE };
    let (line, mut printer, status) = line(10);
    let hand = async {
        printer.write_all(&[0x13]).await.unwrap();
        sleep(Duration::from_millis(20)).await;
        // What was under way already may come; then there is silence, longer than a healthy printer gets for its answer.
        let mut data = vec![0; DATA.len()];
        let early = printer.read(&mut data).await.unwrap();
        assert!(early <= 20, "{early} bytes");
        let silence =
            tokio::time::timeout(Duration::from_millis(700), printer.read(&mut data[early..])).await;
        let early = early + silence.map_or(0, Result::unwrap);
        assert!(early <= 20, "{early} bytes before XON");
        printer.write_all(&[0x11]).await.unwrap();
        printer.read_exact(&mut data[early..]).await.unwrap();
        assert_eq!(data, DATA, "no byte is lost or doubled");
        printer.write_all(&ID).await.unwrap();
    };
    let mut session = Session::new(line, &status);
    let (sent, ()) = tokio::join!(session.print(&DATA, JOB, patience), hand);
    assert_eq!(sent, Sent::Printed);
}

#[tokio::test]
async fn xoff_without_end_is_a_doubt_at_the_hard_deadline() {
    let patience = Patience { flow: FlowControl::Seen, ..PATIENCE };
    let (line, mut printer, status) = line(10);
    printer.write_all(&[0x13]).await.unwrap();
    let started = Instant::now();
    let mut session = Session::new(line, &status);
    assert_ne!(session.print(&DATA, JOB, patience).await, Sent::Printed);
    assert!(started.elapsed() >= Duration::from_millis(PATIENCE.attention_ms));
}

#[tokio::test]
async fn a_line_that_ends_is_lost() {
    let (line, mut printer, status) = line(256);
    let hand = async {
        printer.read_exact(&mut [0; DATA.len()]).await.unwrap();
        drop(printer);
    };
    let mut session = Session::new(line, &status);
    let (sent, ()) = tokio::join!(session.print(&DATA, JOB, PATIENCE), hand);
    assert_eq!(sent, Sent::Lost);
}

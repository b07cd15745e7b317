//! The block layer of the serial line, against a terminal that answers byte by byte as the test says (`devices.md` M7).

use std::sync::Arc;

use domain::payment::{DoubtCause, Outcome};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;

use super::support::{Bench, FAST, VecJournal};
use crate::{
    cat::{Cat as _, LinkState, Recorder},
    transport::{Line, Listener},
    zvt::{ZvtConfig, ZvtTerminal, client::BLOCK_RESENDS_MAX},
};

const ACCEPTED: &[u8] = &[0x10, 0x02, 0x80, 0x00, 0x00, 0x10, 0x03, 0xF5, 0x1F];
const COMPLETED: &[u8] = &[0x10, 0x02, 0x06, 0x0F, 0x00, 0x10, 0x03, 0xC6, 0x33];
/// `10 02`, registration of 17 bytes, `10 03`, CRC.
const REGISTRATION_BYTES: usize = 23;
/// ¥85,834: the check bytes are 10 03.
const SALE: &[u8] = &[
    0x10, 0x02, 0x06, 0x01, 0x0A, 0x04, 0x00, 0x00, 0x00, 0x08, 0x58, 0x34, 0x49, 0x03, 0x92, 0x10, 0x03,
    0x10, 0x03,
];

async fn take(line: &mut Line, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    line.read_exact(&mut bytes).await.unwrap();
    bytes
}

/// Registers a till: 06, 80, then completion, and its acknowledgement.
async fn register(line: &mut Line) {
    take(line, REGISTRATION_BYTES).await;
    line.write_all(&[0x06]).await.unwrap();
    line.write_all(ACCEPTED).await.unwrap();
    assert_eq!(take(line, 1).await, [0x06]);
    line.write_all(COMPLETED).await.unwrap();
    assert_eq!(take(line, 1 + ACCEPTED.len()).await, [&[0x06], ACCEPTED].concat());
    line.write_all(&[0x06]).await.unwrap();
}

fn terminal(listener: &Listener) -> (Arc<ZvtTerminal>, Arc<VecJournal>) {
    let mut config = ZvtConfig::new(listener.address().clone(), "123456".parse().unwrap());
    config.timers = FAST;
    let journal = Arc::new(VecJournal::default());
    (ZvtTerminal::with_recorder(config, Arc::clone(&journal) as Arc<dyn Recorder>), journal)
}

#[tokio::test]
async fn the_same_block_again_on_15_and_no_other() {
    let mut listener = Listener::pty().unwrap();
    let (terminal, _journal) = terminal(&listener);
    let machine = async {
        let mut line = listener.accept().await.unwrap();
        let first = take(&mut line, REGISTRATION_BYTES).await;
        for _ in 0..BLOCK_RESENDS_MAX {
            line.write_all(&[0x15]).await.unwrap();
            assert_eq!(take(&mut line, REGISTRATION_BYTES).await, first);
        }
        line.write_all(&[0x06]).await.unwrap();
        line.write_all(ACCEPTED).await.unwrap();
        assert_eq!(take(&mut line, 1).await, [0x06]);
        // A damaged completion is answered 15, the whole one 06.
        let mut damaged = COMPLETED.to_vec();
        damaged[2] ^= 1;
        line.write_all(&damaged).await.unwrap();
        assert_eq!(take(&mut line, 1).await, [0x15]);
        line.write_all(COMPLETED).await.unwrap();
        assert_eq!(take(&mut line, 1 + ACCEPTED.len()).await, [&[0x06], ACCEPTED].concat());
        line.write_all(&[0x06]).await.unwrap();
        line
    };
    let (state, _line) = tokio::join!(terminal.connect(), machine);
    assert_eq!(state, LinkState::Ready);
}

#[tokio::test]
async fn a_sale_whose_block_nobody_takes_stays_in_doubt() {
    let mut listener = Listener::pty().unwrap();
    let (terminal, journal) = terminal(&listener);
    let mut bench = Bench::new().await;
    let request = bench.request(85_834);
    let machine = async {
        let mut line = listener.accept().await.unwrap();
        register(&mut line).await;
        for _ in 0..=BLOCK_RESENDS_MAX {
            assert_eq!(take(&mut line, SALE.len()).await, SALE);
            line.write_all(&[0x15]).await.unwrap();
        }
        let more = tokio::time::timeout(FAST.block * 2, line.read_u8()).await;
        assert!(more.is_err(), "nothing more is sent");
    };
    let recorder = Arc::clone(&journal) as Arc<dyn Recorder>;
    let (outcome, ()) =
        tokio::join!(terminal.authorize(request, recorder, CancellationToken::new()), machine);
    assert!(matches!(outcome, Outcome::Unknown(doubt) if doubt.cause == DoubtCause::LineCut));
    assert_eq!(journal.words(), ["Sending"]);
}

#[tokio::test]
async fn a_reply_whose_06_was_lost_proves_the_block() {
    let mut listener = Listener::pty().unwrap();
    let (terminal, _journal) = terminal(&listener);
    let machine = async {
        let mut line = listener.accept().await.unwrap();
        take(&mut line, REGISTRATION_BYTES).await;
        // No 06: the answer itself comes at once, in two parts.
        line.write_all(&ACCEPTED[..4]).await.unwrap();
        tokio::time::sleep(FAST.character / 4).await;
        line.write_all(&ACCEPTED[4..]).await.unwrap();
        assert_eq!(take(&mut line, 1).await, [0x06], "and the registration is not repeated");
        line.write_all(COMPLETED).await.unwrap();
        assert_eq!(take(&mut line, 1 + ACCEPTED.len()).await, [&[0x06], ACCEPTED].concat());
        line.write_all(&[0x06]).await.unwrap();
        line
    };
    let (state, _line) = tokio::join!(terminal.connect(), machine);
    assert_eq!(state, LinkState::Ready);
}

#[tokio::test]
async fn something_else_on_the_port_is_no_terminal() {
    let mut listener =
        Listener::bind(&"tcp://127.0.0.1:0".parse().unwrap(), crate::transport::SerialDefaults::ZVT)
            .await
            .unwrap();
    let (terminal, _journal) = terminal(&listener);
    let machine = async {
        let mut line = listener.accept().await.unwrap();
        line.write_all(
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n padding padding padding padding padding",
        )
        .await
        .unwrap();
        line
    };
    let (state, _line) = tokio::join!(terminal.connect(), machine);
    assert!(matches!(&state, LinkState::Faulted(why) if why.contains("48 54")), "{state:?}");
}

//! Addresses as tables; lines over loopback, a file and a pseudo-terminal.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

fn parse(text: &str) -> Transport {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn what_is_printed_parses_to_the_same() {
    for text in [
        "serial:///dev/ttyUSB0?baud=115200",
        "serial://COM3?baud=9600&parity=even&stop=2&flow=xonxoff",
        "serial:///dev/ttyS0",
        "tcp://192.0.2.10:9100",
        "tcp://[2001:db8::1]:20007",
        "tcp://terminal.example:22000",
        "file:///var/tmp/printer.bin",
    ] {
        assert_eq!(parse(text).to_string(), text);
    }
    let Transport::Serial(serial) = parse("serial://COM3?stop=2&parity=none&flow=rtscts") else { panic!() };
    assert_eq!(serial.path, "COM3");
    assert_eq!(
        (serial.baud, serial.parity, serial.stop, serial.flow),
        (None, Some(Parity::None), Some(StopBits::Two), Some(Flow::RtsCts))
    );
}

#[test]
fn errors_name_what_is_wrong() {
    for (text, says) in [
        ("192.0.2.10:9100", "expected serial://, tcp:// or file://"),
        ("usb://04b8:0202", "expected serial://, tcp:// or file://"),
        ("tcp://192.0.2.10", "expected tcp://host:port"),
        ("tcp://:9100", "expected tcp://host:port"),
        ("tcp://a:70000", "expected tcp://host:port"),
        ("tcp://a:+80", "expected tcp://host:port"),
        ("tcp://2001:db8::1:9100", "expected tcp://host:port"),
        ("serial://?baud=9600", "the path is missing"),
        ("file://", "the path is missing"),
        ("serial://COM3?speed=9600", "unknown or repeated setting \"speed\""),
        ("serial://COM3?baud=1&baud=2", "unknown or repeated setting \"baud\""),
        ("serial://COM3?baud=0", "setting baud=\"0\""),
        ("serial://COM3?stop=1.5", "not one of 1, 2"),
        ("serial://COM3?flow=xon", "not one of none, xonxoff, rtscts"),
        (&format!("file:///{}", "x".repeat(600)), "longer than 512 bytes"),
    ] {
        let error = text.parse::<Transport>().expect_err(text).to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

async fn talks(mut listener: Listener) {
    let options = LineOptions::new(SerialDefaults::ZVT);
    let mut driver = listener.address().connect(&options).await.unwrap();
    let mut machine = listener.accept().await.unwrap();
    // Every byte value passes: no line discipline may touch control characters.
    let all: Vec<u8> = (0..=255).collect();
    driver.write_all(&all).await.unwrap();
    let mut heard = vec![0; all.len()];
    machine.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, all);
    machine.write_all(&all).await.unwrap();
    driver.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, all);

    drop((driver, machine));
    let mut driver = listener.address().connect(&options).await.unwrap();
    let mut machine = listener.accept().await.unwrap();
    driver.write_all(b"again").await.unwrap();
    let mut heard = [0; 5];
    machine.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"again");
}

#[tokio::test]
async fn a_tcp_line_carries_bytes_and_comes_back() {
    talks(Listener::bind(&parse("tcp://127.0.0.1:0"), SerialDefaults::ZVT).await.unwrap()).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_serial_line_carries_bytes_and_comes_back() {
    talks(Listener::pty().unwrap()).await;
}

#[tokio::test]
async fn a_file_is_appended_and_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let address = parse(&format!("file://{}/out.bin", folder.path().display()));
    assert!(address.is_write_only());
    for _ in 0..2 {
        let mut line = address.connect(&LineOptions::new(SerialDefaults::PLAIN)).await.unwrap();
        line.write_all(b"ab").await.unwrap();
        line.flush().await.unwrap();
        assert_eq!(line.read(&mut [0; 4]).await.unwrap(), 0);
    }
    assert_eq!(std::fs::read(folder.path().join("out.bin")).unwrap(), b"abab");
    assert!(Listener::bind(&address, SerialDefaults::PLAIN).await.is_err());
}

#[tokio::test]
async fn a_line_that_takes_nothing_fails_in_time() {
    let (near, _far) = tokio::io::duplex(4);
    let mut line = Line::new(Box::new(near), Duration::from_millis(20));
    let error = line.write_all(b"more than four").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn nobody_listening_is_said_with_the_address() {
    let listener = Listener::bind(&parse("tcp://127.0.0.1:0"), SerialDefaults::ZVT).await.unwrap();
    let address = listener.address().clone();
    drop(listener);
    let error = address.connect(&LineOptions::new(SerialDefaults::ZVT)).await.unwrap_err();
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

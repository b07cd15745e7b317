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
        "usb:///dev/usb/lp0",
        "usb://04b8:0202",
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
        ("192.0.2.10:9100", "expected serial://, tcp://, usb:// or file://"),
        ("usb://", "expected usb:///dev/usb/lp0 or usb://04b8:0202"),
        ("usb://04b8", "expected usb:///dev/usb/lp0 or usb://04b8:0202"),
        ("usb://4b8:202", "expected usb:///dev/usb/lp0 or usb://04b8:0202"),
        ("usb://04B8:0202", "expected usb:///dev/usb/lp0 or usb://04b8:0202"),
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

/// A pseudo-terminal stands for the device node of a printer on USB: a character device that is written, read and waited for.
#[cfg(unix)]
#[tokio::test]
async fn a_usb_printer_carries_bytes_and_comes_back() {
    let mut listener = Listener::pty().unwrap();
    let Transport::Serial(SerialAddress { path, .. }) = listener.address().clone() else { panic!() };
    let address = Transport::Usb(UsbAddress::Path(path.into()));
    let options = LineOptions::new(SerialDefaults::PLAIN);
    for _ in 0..2 {
        let mut driver = address.connect(&options).await.unwrap();
        let mut machine = listener.accept().await.unwrap();
        let all: Vec<u8> = (0..=255).collect();
        driver.write_all(&all).await.unwrap();
        let mut heard = vec![0; all.len()];
        machine.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, all);
        // Nothing to read yet, then an answer: the reader is woken.
        let answer = async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            machine.write_all(&[0x16, 0x37, 0x22]).await.unwrap();
        };
        let mut read = [0; 3];
        let (heard, ()) = tokio::join!(driver.read_exact(&mut read), answer);
        assert_eq!((heard.unwrap(), read), (3, [0x16, 0x37, 0x22]));
    }
    assert!(Listener::bind(&address, SerialDefaults::PLAIN).await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn a_usb_printer_that_takes_nothing_fails_in_time_and_a_file_is_none() {
    let listener = Listener::pty().unwrap();
    let Transport::Serial(SerialAddress { path, .. }) = listener.address().clone() else { panic!() };
    let options =
        LineOptions { write_timeout: Duration::from_millis(50), ..LineOptions::new(SerialDefaults::PLAIN) };
    let mut line = Transport::Usb(UsbAddress::Path(path.into())).connect(&options).await.unwrap();
    // More than the system keeps for a machine that does not read.
    let error = line.write_all(&vec![b'x'; 1_000_000]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lp0");
    std::fs::write(&path, "").unwrap();
    let error = Transport::Usb(UsbAddress::Path(path)).connect(&options).await.unwrap_err();
    assert!(error.to_string().contains("not a character device"), "{error}");
}

/// A copy of what the system lists: two printers of one kind, one of another.
#[cfg(target_os = "linux")]
#[test]
fn a_usb_printer_is_found_by_vendor_and_product() {
    use super::usb::by_id::find;

    let folder = tempfile::tempdir().unwrap();
    let class = folder.path().join("class");
    for (node, vendor, product) in [
        ("lp0", "04b8", "0202"),
        ("lp1", "0519", "0003"),
        ("lp2", "0519", "0003"),
        ("hiddev0", "04b8", "0e15"),
    ] {
        let interface = folder.path().join("devices").join(node).join("1-1:1.0");
        std::fs::create_dir_all(&interface).unwrap();
        std::fs::write(interface.with_file_name("idVendor"), format!("{vendor}\n")).unwrap();
        std::fs::write(interface.with_file_name("idProduct"), format!("{product}\n")).unwrap();
        std::fs::create_dir_all(class.join(node)).unwrap();
        std::os::unix::fs::symlink(&interface, class.join(node).join("device")).unwrap();
    }
    assert_eq!(find(&class, 0x04b8, 0x0202).unwrap(), std::path::Path::new("/dev/usb/lp0"));
    for (vendor, product, says) in
        [(0x0519, 0x0003, "two printers"), (0x04b8, 0x0e15, "no printer"), (0x04b8, 0x0203, "no printer")]
    {
        let error = find(&class, vendor, product).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    assert!(find(&folder.path().join("none"), 1, 1).is_err());
}

/// The system's own line discipline: XOFF holds the driver's bytes, XON lets them go, and neither reaches the driver as data.
#[cfg(unix)]
#[tokio::test]
async fn xoff_holds_a_serial_line_and_xon_lets_it_go() {
    let mut listener = Listener::pty().unwrap();
    let address = parse(&format!("{}?baud=9600&flow=xonxoff", listener.address()));
    let mut driver = address.connect(&LineOptions::new(SerialDefaults::PLAIN)).await.unwrap();
    let mut machine = listener.accept().await.unwrap();
    machine.write_all(&[0x13]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Flow control is for the host only: the same values within the host's data are data.
    let data = [b'a', 0x11, b'b', 0x13, b'c'];
    let held = Duration::from_secs(2);
    let sending = async {
        let begun = tokio::time::Instant::now();
        driver.write_all(&data).await.unwrap();
        begun.elapsed()
    };
    let printer = async {
        let mut heard = [0; 5];
        let early = tokio::time::timeout(held, machine.read_exact(&mut heard)).await;
        assert!(early.is_err(), "bytes came in spite of XOFF");
        machine.write_all(&[0x16, 0x11, 0x37]).await.unwrap();
        machine.read_exact(&mut heard).await.unwrap();
        heard
    };
    let (waited, heard) = tokio::join!(sending, printer);
    assert_eq!(heard, data);
    assert!(waited >= held, "{waited:?}");
    let mut answer = [0; 2];
    driver.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, [0x16, 0x37]);
}

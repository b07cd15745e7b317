//! The real program: exit codes, JSON, precedence of flags, environment and file, and a start after `kill`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command as Process, Output, Stdio},
};

use domain::id::SaleId;
use pos_agent::journal_store::sqlite::SqliteStore;
use rusqlite::Connection;
use serde_json::Value;

use crate::support::Bench;

pub fn program(folder: &Path) -> Process {
    let mut process = Process::new(env!("CARGO_BIN_EXE_pos-agent"));
    process.env_remove("POS_AGENT_CONFIG").env_remove("POS_AGENT_LISTEN").arg("--data-dir").arg(folder);
    process
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A journal with one cash sale.
fn sold(folder: &Path) -> (SaleId, String) {
    let mut bench = Bench::opened(SqliteStore::open(&folder.join("journal.db")).unwrap());
    let sale = bench.cash_sale();
    (sale, bench.core.head().hash.to_hex())
}

#[test]
fn a_good_journal_verifies_and_exports() {
    let folder = tempfile::tempdir().unwrap();
    let (_, head) = sold(folder.path());
    let verified = run(folder.path(), &["--format", "json", "journal", "verify", "--head", &head]);
    assert_eq!(verified.status.code(), Some(0));
    let report = json(&verified);
    assert_eq!((report["head"].as_str(), report["entries"].as_u64()), (Some(head.as_str()), Some(5)));
    assert_eq!(report["slip_head_at"], report["entries"]);
    let exported = run(folder.path(), &["journal", "export"]);
    let lines: Vec<Value> =
        exported.stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[4]["hash"].as_str(), Some(head.as_str()));
    assert_eq!(lines[2]["payload"]["event"]["event"], "sale_registered");
}

#[test]
fn a_changed_byte_and_a_foreign_slip_are_differences() {
    let folder = tempfile::tempdir().unwrap();
    let (_, head) = sold(folder.path());
    let foreign = head.replace(|c: char| c.is_ascii_digit(), "a");
    assert_eq!(run(folder.path(), &["journal", "verify", "--head", &foreign]).status.code(), Some(3));
    let connection = Connection::open(folder.path().join("journal.db")).unwrap();
    let entry: Vec<u8> = connection
        .query_row("SELECT bytes FROM entry WHERE sequence_number = 3", [], |row| row.get(0))
        .unwrap();
    let changed: Vec<u8> = entry.iter().map(|byte| if *byte == b'3' { b'9' } else { *byte }).collect();
    connection.execute("UPDATE entry SET bytes = ?1 WHERE sequence_number = 3", [changed]).unwrap();
    let verified = run(folder.path(), &["--format", "json", "journal", "verify"]);
    assert_eq!(verified.status.code(), Some(3));
    let report = json(&verified);
    assert!(report["broken"].is_string() && report["entries"].as_u64().unwrap() < 5, "{report}");
}

#[test]
fn a_receipt_is_rendered_from_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let (sale, _) = sold(folder.path());
    let rendered = run(folder.path(), &["receipt", "render", "--sale", &sale.to_string(), "--to", "text"]);
    let text = String::from_utf8(rendered.stdout).unwrap();
    assert!(rendered.status.success() && text.contains("領収書") && text.contains("m1-1-000001"), "{text}");
    let sale = sale.to_string();
    let svg = run(folder.path(), &["receipt", "render", "--sale", &sale, "--to", "svg"]);
    let svg = String::from_utf8(svg.stdout).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("領収書"), "{svg}");
    let out = folder.path().join("receipt.bin");
    let to_file = ["receipt", "render", "--sale", &sale, "--to", "escpos", "--out", out.to_str().unwrap()];
    assert!(run(folder.path(), &to_file).status.success());
    let bytes = std::fs::read(&out).unwrap();
    let decoded = run(folder.path(), &["devices", "decode", "--protocol", "escpos", out.to_str().unwrap()]);
    assert_eq!((decoded.status.code(), bytes.first()), (Some(0), Some(&0x1B)));
    let export = folder.path().join("journal.jsonl");
    let export = export.to_str().unwrap();
    assert!(run(folder.path(), &["journal", "export", "--to", export]).status.success());
    let elsewhere = tempfile::tempdir().unwrap();
    let from_file = run(elsewhere.path(), &["receipt", "render", "--sale", export]);
    assert_eq!(String::from_utf8(from_file.stdout).unwrap(), text);
    let damaged = std::fs::read_to_string(export).unwrap().replacen("\"bytes\":\"4", "\"bytes\":\"5", 1);
    std::fs::write(export, damaged).unwrap();
    assert_eq!(run(elsewhere.path(), &["receipt", "render", "--sale", export]).status.code(), Some(1));
    let nobody = uuid::Uuid::nil().to_string();
    assert_eq!(run(folder.path(), &["receipt", "render", "--sale", &nobody]).status.code(), Some(1));
}

#[test]
fn wrong_usage_and_wrong_configuration_are_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["journal"]).status.code(), Some(2));
    assert_eq!(run(folder.path(), &["serve", "--listen", "0.0.0.0:0"]).status.code(), Some(2));
    let file = folder.path().join("agent.toml");
    std::fs::write(&file, "listne = \"127.0.0.1:1\"\n").unwrap();
    let misspelt = run(folder.path(), &["--config", file.to_str().unwrap(), "doctor"]);
    assert_eq!(misspelt.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&misspelt.stderr).contains("listne"));
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agent.toml");
    std::fs::write(
        &file,
        "[[device]]\nid = \"p\"\nrole = \"printer\"\ndriver = \"escpos\"\ntransport = \"file:///x\"\n",
    )
    .unwrap();
    let listed = program(folder.path())
        .env("POS_AGENT_CONFIG", &file)
        .args(["--format", "json", "devices", "list"])
        .output()
        .unwrap();
    assert_eq!(json(&listed)[0]["transport"], "file:///x");
    // An address that is refused where it is used: the flag hides the environment's.
    let hidden = program(folder.path())
        .env("POS_AGENT_LISTEN", "127.0.0.1:0")
        .args(["serve", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(hidden.status.code(), Some(2));
}

#[test]
fn a_killed_agent_starts_again_where_the_journal_says() {
    let folder = tempfile::tempdir().unwrap();
    sold(folder.path());
    for start in 1..=2_u64 {
        let mut agent = program(folder.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(agent.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.trim().rsplit('/').nth(1).unwrap().to_owned();
        let mut line = TcpStream::connect(&address).unwrap();
        write!(line, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        agent.kill().unwrap();
        agent.wait().unwrap();
        let report = json(&run(folder.path(), &["--format", "json", "journal", "verify"]));
        assert!(report["broken"].is_null());
        // A start journals itself, and the print job that no printer takes fails with a sentence.
        assert!(report["entries"].as_u64().unwrap() > 5 + start - 1, "start {start}: {report}");
    }
}

/// The published registration frame, as bytes and as hex; the same cut short breaks the protocol.
#[test]
fn captured_bytes_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("capture.bin");
    std::fs::write(&capture, [0x80, 0x00, 0x00]).unwrap();
    let decode = |extra: &[&str]| {
        let mut arguments = vec!["--format", "json", "devices", "decode", "--protocol", "zvt"];
        arguments.extend(extra);
        run(folder.path(), &arguments)
    };
    let file = capture.to_str().unwrap();
    let explained = decode(&[file]);
    assert_eq!(explained.status.code(), Some(0), "{}", String::from_utf8_lossy(&explained.stderr));
    let from_bytes = json(&explained);
    assert_eq!((&from_bytes["bytes"], &from_bytes["breach"]), (&Value::from(3), &Value::Null));
    std::fs::write(&capture, "80 00\n00").unwrap();
    assert_eq!(json(&decode(&["--hex", file])), from_bytes);
    std::fs::write(&capture, "80 00 02 01").unwrap();
    let cut = decode(&["--hex", file]);
    assert_eq!(cut.status.code(), Some(1));
    assert!(json(&cut)["breach"]["offset"].is_u64());
    let unknown = run(folder.path(), &["devices", "decode", "--protocol", "morse", file]);
    assert_eq!(unknown.status.code(), Some(2));
}

/// A list asks the counter that runs; without one it says what is configured.
#[test]
fn a_list_tells_how_the_devices_of_a_running_counter_stand() {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = folder.path().join("agent.toml");
    let text = format!(
        "listen = \"127.0.0.1:{port}\"\n[[device]]\nid = \"scanner-1\"\nrole = \"scanner\"\ndriver = \"serial-scanner\"\n\
         transport = \"serial:///dev/no-such-port?baud=9600\"\n"
    );
    std::fs::write(&file, text).unwrap();
    let list = || {
        let with = ["--config", file.to_str().unwrap(), "--format", "json", "devices", "list"];
        json(&run(folder.path(), &with))[0]["standing"].clone()
    };
    assert_eq!(list(), Value::Null);
    let mut agent = program(folder.path())
        .args(["--config", file.to_str().unwrap(), "serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(agent.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let mut standing = list();
    for _ in 0..50 {
        if standing["stage"] == "absent" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        standing = list();
    }
    agent.kill().unwrap();
    agent.wait().unwrap();
    let seen = (standing["stage"].as_str(), standing["power_state"].as_u64(), standing["power"].as_str());
    assert_eq!(seen, (Some("absent"), Some(2_002), Some("off")), "{standing}");
}

//! The binary itself: every command, its JSON and its exit code.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::support_files::{bank, paypay};

/// A data folder and the binary.
pub struct Shell {
    folder: tempfile::TempDir,
}

impl Shell {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name).display().to_string()
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_recon-server"))
            .args(["--data-dir", self.path("data").to_str().unwrap()])
            .args(arguments)
            .env_remove("RECON_CONFIG")
            .output()
            .unwrap()
    }

    /// Runs a command that must end with `code`; gives what it wrote.
    pub fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said} {complained}");
        said
    }

    /// Takes the example in.
    pub fn set_up(&self) -> Value {
        let example = self.write("set-up.toml", recon_server::set_up::EXAMPLE_TOML.as_bytes());
        self.json(0, &["set-up", &example])
    }

    pub fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let said = self.ends(code, &[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }
}

fn set_up(shell: &Shell) {
    let done = shell.set_up();
    assert_eq!(done["contracts"], 2);
    assert_eq!(shell.set_up(), done, "the same file again changes nothing");
}

#[test]
fn wrong_usage_is_2_and_failure_is_1() {
    let shell = Shell::new();
    shell.ends(2, &["no-such-command"]);
    shell.ends(2, &["report", "--date", "2026-13-01"]);
    shell.ends(2, &["import"]);
    shell.ends(1, &["import", "no-such-file.csv"]);
    let bad = shell.write("bad.toml", b"[[counter]]\n");
    shell.ends(1, &["set-up", &bad]);
    let config = shell.write("config.toml", b"[server]\nlisten_on = \"127.0.0.1:1\"\n");
    shell.ends(1, &["--config", &config, "verify"]);
    shell.ends(1, &["--database-url", "mysql://127.0.0.1/x", "verify"]);
}

#[test]
fn a_city_is_set_up_and_reported_from_the_command_line() {
    let shell = Shell::new();
    shell.ends(0, &["migrate"]);
    set_up(&shell);
    let code = shell.json(0, &["counter", "enrol", "shimin-1"]);
    assert_eq!(code["code"].as_str().unwrap().len(), 14);
    shell.ends(1, &["counter", "replace", "shimin-1"]);
    shell.ends(1, &["counter", "enrol", "nowhere"]);
    assert_eq!(shell.json(0, &["counter", "list"])[0]["counter"], "shimin-1");

    let statement = shell.write("p.csv", &paypay("2026-11-18"));
    let seen = shell.json(0, &["import", "--source", "paypay", "--preview", &statement]);
    assert_eq!((seen["rows"].as_u64(), seen["total"].as_i64()), (Some(2), Some(1_500)));
    let first = shell.json(0, &["import", "--source", "paypay", &statement]);
    assert_eq!(first["receipts"][0]["new"], 2);
    assert_eq!(shell.json(0, &["import", &statement])["result"], "seen_before");
    let half = shell.write("half.txt", &bank("2026-11-18", &[(1, "ﾔﾏﾀﾞ")])[..250]);
    assert_eq!(shell.json(1, &["import", "--source", "bank", &half])["result"], "refused");

    assert_eq!(shell.json(3, &["reconcile", "--as-of", "2026-11-18"])["recorded"], true);
    let report = shell.json(3, &["report", "--date", "2026-11-18"]);
    assert_eq!(report["verdict"], "differences", "{report}");
    assert!(shell.ends(3, &["report", "--date", "2026-11-18", "--format", "csv"]).starts_with('\u{FEFF}'));
    assert!(shell.ends(3, &["report", "--date", "2026-11-18"]).contains("差異あり"));
    assert_eq!(shell.json(0, &["verify"])["journals"], serde_json::json!([]));
    assert!(shell.json(0, &["doctor"]).as_array().unwrap().len() >= 5);
}

/// Every report of the command line in every form: the verdict is the exit code, and the same facts give the same bytes.
#[test]
fn the_month_and_the_papers_from_the_command_line() {
    let shell = Shell::new();
    set_up(&shell);
    let statement = shell.write("p.csv", &paypay("2026-11-18"));
    shell.ends(0, &["import", "--source", "paypay", &statement]);
    let month = ["report", "--month", "2026-11", "--as-of", "2026-11-20"];
    let report = shell.json(3, &month);
    assert_eq!((report["month"].as_str(), report["as_of"].as_str()), (Some("2026-11"), Some("2026-11-20")));
    assert_eq!(report["mix"]["rows"].as_array().unwrap().len(), 4, "the cashless lines are always there");
    assert!(shell.ends(3, &month).contains("収納月報"));
    let twice = [0, 1].map(|_| shell.ends(3, &[month.as_slice(), &["--format", "json"]].concat()));
    assert_eq!(twice[0], twice[1]);
    for paper in [
        &["--paper", "day-sheet", "--date", "2026-11-18", "--counter", "shimin-1"][..],
        &["--paper", "cashless", "--date", "2026-11-18"],
        &["--paper", "contract", "--contract", "paypay", "--closing", "2026-11-30"],
    ] {
        let arguments = [&["report", "--as-of", "2026-11-20"], paper].concat();
        shell.json(3, &arguments);
        let csv = shell.ends(3, &[&arguments[..], &["--format", "csv"]].concat());
        assert!(csv.starts_with('\u{FEFF}'), "{csv}");
        shell.run(&[&arguments[..], &["--format", "csv-cp932"]].concat());
    }
    let deposits = ["report", "--paper", "deposits", "--as-of", "2026-11-20"];
    assert_eq!(shell.json(0, &deposits)["verdict"], "matched", "nothing is due: the period still runs");
    let fees = ["report", "--paper", "fees", "--as-of", "2026-11-20"];
    assert_eq!(shell.json(0, &fees)["contracts"], serde_json::json!([]), "no payment statement is here");
    assert!(shell.ends(0, &fees).contains("支払明細のある契約はありません"));
    let day = ["report", "--date", "2026-11-18", "--as-of", "2026-11-19"];
    assert_eq!(shell.json(3, &day)["as_of"], "2026-11-19");
    for wrong in [
        &["report", "--month", "2026-13"][..],
        &["report", "--month", "2026-11", "--date", "2026-11-18"],
        &["report", "--paper", "contract", "--contract", "paypay"],
        &["report", "--counter", "shimin-1"],
        &["report", "--paper", "unheard-of"],
        &["import", "--profile", "x.toml", "y.csv"],
    ] {
        shell.ends(2, wrong);
    }
    shell.ends(1, &["report", "--paper", "day-sheet", "--counter", "nowhere"]);
    shell.ends(1, &["report", "--paper", "contract", "--contract", "nobody", "--closing", "2026-11-30"]);
}

/// Differences, workbooks, files for the finance system and bundles, all from files on disk.
#[test]
fn what_an_accountant_takes_out_of_the_centre() {
    let shell = Shell::new();
    assert_eq!(shell.json(3, &["reconcile"])["verdict"], "incomplete", "a centre of which nothing is known");
    set_up(&shell);
    assert_eq!(shell.json(3, &["reconcile", "--as-of", "2026-11-18"])["verdict"], "incomplete");
    let statement = shell.write("p.csv", &paypay("2026-11-18"));
    shell.ends(0, &["import", "--source", "paypay", &statement]);
    let exceptions = ["report", "--paper", "exceptions", "--as-of", "2026-11-20"];
    let list = shell.json(3, &exceptions);
    assert_eq!(list["rows"][0]["class"], "A_ONLY", "{list}");
    assert!(shell.ends(3, &[&exceptions[..], &["--format", "csv"]].concat()).contains("当方に記録なし"));
    let workbook = shell.path("x.xlsx");
    let to_file = ["--format", "xlsx", "--out", workbook.to_str().unwrap()];
    for paper in [
        &["report", "--date", "2026-11-18"][..],
        &["report", "--month", "2026-11"],
        &["report", "--paper", "exceptions"],
        &["report", "--paper", "day-sheet", "--date", "2026-11-18"],
        &["report", "--paper", "cashless", "--date", "2026-11-18"],
        &["report", "--paper", "contract", "--contract", "paypay", "--closing", "2026-11-30"],
    ] {
        shell.ends(3, &[paper, &["--as-of", "2026-11-20"], &to_file].concat());
        assert!(std::fs::read(&workbook).unwrap().starts_with(b"PK"), "{paper:?}");
    }
    shell.ends(1, &["report", "--date", "2026-11-18", "--format", "xlsx"]);
    shell.ends(1, &["reconcile", "--format", "xlsx"]);

    let bundle = shell.path("bundle");
    let place = bundle.to_str().unwrap();
    let written =
        shell.json(0, &["report", "--date", "2026-11-18", "--as-of", "2026-11-20", "--bundle", place]);
    let found: Value = {
        let output = Command::new(env!("CARGO_BIN_EXE_recon-server"))
            .args(["verify", place, "--format", "json", "--data-dir", "/nowhere/at/all"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!((&found["manifest_sha256"], &found["done_again"]), (&written["sha256"], &Value::Bool(true)));
    std::fs::write(bundle.join("outputs/cashless.csv"), b"x").unwrap();
    assert!(shell.ends(3, &["verify", place]).contains("キャッシュレス収納内訳"));
    std::fs::remove_file(bundle.join("manifest.json")).unwrap();
    shell.ends(1, &["verify", place]);
    shell.ends(0, &["verify", "--export", shell.path("second").to_str().unwrap()]);
    assert!(shell.json(0, &["verify"])["manifests"].as_u64().unwrap() >= 3);

    assert_eq!(shell.json(0, &["finance", "templates"]).as_array().unwrap().len(), 4);
    let out = shell.path("f.csv");
    let hand_out = |code: i32, to: &str| {
        let days = ["--from", "2026-11-18", "--to", to, "--out", out.to_str().unwrap()];
        shell.json(code, &[&["finance", "export", "--template", "generic_finance_csv"], &days[..]].concat())
    };
    assert_eq!(hand_out(0, "2026-11-18")["again"], false);
    assert_eq!(hand_out(0, "2026-11-18")["issue"], 2);
    assert_eq!(shell.json(0, &["finance", "list"]).as_array().unwrap().len(), 2);
    shell.ends(0, &["finance", "get", "1", "--out", out.to_str().unwrap()]);
    shell.ends(1, &["finance", "get", "9", "--out", out.to_str().unwrap()]);
}

#[test]
fn a_preview_shows_rows_sums_and_refusals_and_changes_nothing() {
    let shell = Shell::new();
    set_up(&shell);
    let statement = shell.write("p.csv", &paypay("2026-11-18"));
    let preview = ["import", "--preview", "--source", "paypay", &statement];
    let seen = shell.json(0, &preview);
    assert_eq!(
        (seen["first_rows"].as_array().unwrap().len(), seen["totals"][0]["amount"].as_i64()),
        (2, Some(1_500))
    );
    let words = shell.ends(0, &preview);
    assert!(words.contains("読める行: 2件、合計 1,500円(paypay)") && words.contains("1,200円"), "{words}");
    let broken = shell.write("half.txt", &bank("2026-11-18", &[(1, "ﾔﾏﾀﾞ")])[..250]);
    assert!(shell.ends(1, &["import", "--preview", "--source", "bank", &broken]).contains("取り込めません"));
    let draft = shell.write("draft.toml", b"id = \"draft\"\n");
    let tried = shell.json(1, &["import", "--preview", "--profile", &draft, &statement]);
    assert_eq!(tried["rows"], 0, "half a profile reads nothing");
    let taken = shell.json(0, &["import", "--source", "paypay", &statement]);
    assert_eq!(taken["receipts"][0]["new"], 2, "the previews took nothing in");
}

#[test]
fn refunds_need_a_user_who_is_there() {
    let shell = Shell::new();
    set_up(&shell);
    let sale = "00000000-0000-0000-0000-00000000a001";
    let ask = |by: &str, amount: &str| {
        let what = ["refund", "request", "--sale", sale, "--amount", amount, "--ground", "通数の誤り"];
        [&what[..], &["--way", "bank-transfer", "--by", by]].concat().into_iter().map(str::to_owned).collect()
    };
    let run = |code, arguments: Vec<String>| {
        let output = shell.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(run(1, ask("kaikei", "300")).contains("いません"));
    shell.ends(0, &["user", "add", "kaikei"]);
    assert!(run(1, ask("kaikei", "300")).contains("この取引は見つかりません"));
    run(2, ask("kaikei", "0"));
    shell.ends(0, &["user", "disable", "kaikei"]);
    assert!(run(1, ask("kaikei", "300")).contains("停止中"));
    assert_eq!(shell.json(0, &["refund", "list"]), serde_json::json!([]));
    shell.ends(1, &["refund", "approve", sale, "--by", "kacho"]);
    shell.ends(2, &["refund", "reject", sale, "--by", "kacho"]);
}

#[test]
fn users_are_made_with_a_link_and_never_with_a_password() {
    let shell = Shell::new();
    let made = shell.json(0, &["user", "add", "kaikei", "--label", "会計課", "--role", "accountant"]);
    assert!(made["link"].as_str().unwrap().contains("/password/"), "{made}");
    shell.ends(1, &["user", "add", "kaikei"]);
    shell.ends(1, &["user", "add", "会計"]);
    shell.ends(0, &["user", "disable", "kaikei"]);
    shell.ends(1, &["user", "link", "kaikei"]);
    shell.ends(0, &["user", "enable", "kaikei"]);
    assert_eq!(shell.json(0, &["user", "list"])[0]["active"], true);
}

#[test]
fn backup_copies_sqlite_and_names_pg_dump_otherwise() {
    let shell = Shell::new();
    set_up(&shell);
    let copy = shell.path("copy.db");
    assert!(shell.json(0, &["backup", copy.to_str().unwrap()])["length_bytes"].as_u64().unwrap() > 0);
    assert!(Path::new(&copy).exists());
    shell.ends(1, &["backup", copy.to_str().unwrap()]);
    let refused = shell.run(&["--database-url", "postgres://127.0.0.1/x", "backup", "x.dump"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("pg_dump"));
    assert!(!refused.stderr.is_empty());
}

#[test]
fn the_interface_describes_itself() {
    let described: Value = serde_json::from_str(&Shell::new().ends(0, &["openapi"])).unwrap();
    assert!(described["openapi"].as_str().unwrap().starts_with("3."));
}

/// What takes two persons is asked for under a user's name; what cannot be asked for is refused, whatever the day.
#[test]
fn controls_from_the_command_line() {
    let shell = Shell::new();
    set_up(&shell);
    shell.ends(0, &["user", "add", "kaikei-1"]);
    let desk = shell.json(0, &["confirm", "list"]);
    assert_eq!((&desk["proposals"], &desk["waiting"]), (&serde_json::json!([]), &serde_json::json!([])));
    assert!(shell.ends(0, &["confirm", "list"]).contains("承認待ち 0件"));
    let why = ["--reason", "控えを見た", "--by"];
    shell.ends(1, &[["confirm", "accept", "no-such"].as_slice(), &why, &["kaikei-1"]].concat());
    shell.ends(1, &[["reopen", "1"].as_slice(), &why, &["kaikei-1"]].concat());
    assert_eq!(shell.json(0, &["lock"]), serde_json::json!([]));
    shell.ends(2, &["lock", "2022-07"]);
    shell.ends(2, &["lock", "2022-7", "--by", "kaikei-1"]);
    shell.ends(1, &["lock", "2022-07", "--by", "nobody"]);
    let empty = shell.run(&["lock", "2022-07", "--by", "kaikei-1"]);
    assert_eq!(empty.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&empty.stderr).contains("窓口の記録がありません"), "{empty:?}");
}

/// Evidence from paper and changed charges: a user's name stands behind each, and another's behind the approval.
#[test]
fn two_persons_from_the_command_line() {
    let shell = Shell::new();
    set_up(&shell);
    for user in ["kaikei-1", "kaikei-2"] {
        shell.ends(0, &["user", "add", user]);
    }
    let book = shell.json(0, &["hand", "list"]);
    assert_eq!((&book["waiting"], &book["standing"]), (&serde_json::json!([]), &serde_json::json!([])));
    let account = "0001-001-1-0001234567";
    let deposit = ["hand", "deposit", "--account", account, "--booked-on", "2199-01-01", "--amount", "295"];
    let typed = ["--kana", "ペイペイ（カ", "--reason", "通帳 3ページ", "--by", "kaikei-1"];
    let early = shell.run(&[deposit.as_slice(), &typed].concat());
    assert!(String::from_utf8_lossy(&early.stderr).contains("まだ来ていない日です"), "{early:?}");
    shell.ends(1, &["confirm", "write-off", "no-such", "--reason", "x", "--by", "kaikei-1"]);

    let dearer = recon_server::set_up::EXAMPLE_TOML.replace("rate = 19800", "rate = 30000");
    let dearer = shell.write("dearer.toml", dearer.as_bytes());
    let unnamed = shell.run(&["set-up", &dearer]);
    assert_eq!(unnamed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unnamed.stderr).contains("--by"), "{unnamed:?}");
    let done = shell.json(0, &["set-up", &dearer, "--by", "kaikei-1"]);
    assert_eq!(done["waiting"], serde_json::json!(["paypay"]));
    assert!(shell.ends(0, &["set-up", &dearer, "--by", "kaikei-1"]).contains("承認待ち"));
    let desk = shell.json(0, &["confirm", "list"]);
    let wish = desk["waiting"][0]["id"].as_str().unwrap();
    shell.ends(1, &["confirm", "approve", wish, "--by", "kaikei-1"]);
    shell.ends(0, &["confirm", "approve", wish, "--by", "kaikei-2"]);
    assert_eq!(shell.json(0, &["set-up", &dearer, "--by", "kaikei-1"])["waiting"], serde_json::json!([]));
}

//! 大量突合 from the command line: two files from disk, and what is stored; counts, exceptions, refusals, exit codes.

use serde_json::Value;

use crate::command_line::Shell;

const SALES: &str = "sale_id,terminal,approval,date,amount\n\
    s1,1300000000001,000001,2026-07-01,300\n\
    s2,1300000000001,000002,2026-07-01,450\n\
    s3,1300000000002,000001,2026-07-01,600\n\
    s4,1300000000002,000002,2026-07-01,200\n";
const STATEMENT: &str = "line,端末番号,承認番号,利用日,利用金額\n\
    1,1300000000002,000001,2026/07/01,650\n\
    2,1300000000001,000002,2026/07/01,450\n\
    3,1300000000001,000002,2026/07/01,450\n\
    4,1300000000001,000001,2026/07/01,300\n\
    5,1300000000003,000009,2026/07/01,100\n";
/// Class, row of the sales, row of the statement, and the rest: by class, then by row.
const LIST: &str = "class,sales_row,statement_row,terminal,approval,reference,date,sales_yen,statement_yen\n\
    AMOUNT_DIFF,3,1,1300000000002,000001,,2026-07-01,600,650\n\
    DUPLICATE_CHARGE,2,3,1300000000001,000002,,2026-07-01,450,450\n\
    J_ONLY,4,,1300000000002,000002,,2026-07-01,200,\n\
    A_ONLY,,5,1300000000003,000009,,2026-07-01,,100\n";

fn rows(report: &Value, class: &str) -> (u64, i64, u64, i64) {
    let of = &report["classes"][class];
    let count = |side: &str| of[side].as_u64().unwrap();
    let yen = |side: &str| of[side].as_i64().unwrap();
    (count("sales_rows"), yen("sales_yen"), count("statement_rows"), yen("statement_yen"))
}

#[test]
fn two_files_are_counted_and_every_difference_is_listed() {
    let shell = Shell::new();
    let (sales, statement) =
        (shell.write("s.csv", SALES.as_bytes()), shell.write("a.csv", STATEMENT.as_bytes()));
    let list = shell.path("list.csv");
    let arguments = ["reconcile", "--sales", &sales, "--statement", &statement];
    let with_list = [&arguments[..], &["--exceptions", list.to_str().unwrap()]].concat();
    let report = shell.json(3, &with_list);
    assert_eq!(report["verdict"], "differences");
    assert_eq!(report["exceptions"], 4);
    assert_eq!(report["total"]["sales_yen"], 1_550);
    assert_eq!(rows(&report, "MATCHED_BY_KEY"), (1, 300, 1, 300));
    assert_eq!(
        rows(&report, "MATCHED_IN_SET"),
        (1, 450, 1, 450),
        "which of the two lines is the sale nobody knows"
    );
    assert_eq!(rows(&report, "AMOUNT_DIFF"), (1, 600, 1, 650));
    assert_eq!(rows(&report, "DUPLICATE_CHARGE"), (0, 0, 1, 450));
    assert_eq!(rows(&report, "J_ONLY"), (1, 200, 0, 0));
    assert_eq!(rows(&report, "A_ONLY"), (0, 0, 1, 100));
    assert_eq!(std::fs::read_to_string(&list).unwrap(), LIST);
    assert!(!shell.path("list.csv.part").exists());
    assert_eq!(shell.ends(3, &[&arguments[..], &["--format", "csv"]].concat()), LIST);
    for more in [["--memory-mib", "49"], ["--threads", "1"]] {
        assert_eq!(shell.json(3, &[&arguments[..], &more].concat()), report, "{more:?}");
    }
    let said = shell.ends(3, &arguments);
    assert!(said.contains("差異あり") && said.contains("金額相違: 売上 3 行目 明細 1 行目"), "{said}");
    assert!(!shell.path("data").exists(), "no database was opened");
}

#[test]
fn files_that_agree_end_with_0() {
    let shell = Shell::new();
    let file = shell.write("s.csv", SALES.as_bytes());
    let report = shell.json(0, &["reconcile", "--sales", &file, "--statement", &file]);
    assert_eq!((report["verdict"].as_str(), report["exceptions"].as_u64()), (Some("matched"), Some(0)));
}

#[test]
fn a_bad_file_is_refused_by_file_row_and_field() {
    let shell = Shell::new();
    let good = shell.write("s.csv", SALES.as_bytes());
    let list = shell.path("list.csv");
    for (bad, words) in [
        (STATEMENT.replace("650", "六百五十"), ["明細のファイル", "1 行目", "金額"]),
        (
            STATEMENT.replace("2,1300000000001,000002,2026/07/01", "2,1300000000001,000002,7月1日"),
            ["明細", "2 行目", "日付"],
        ),
        (STATEMENT.replace("5,1300000000003,", "5,"), ["明細のファイル", "5 行目", "列の数"]),
        (STATEMENT.replace("利用金額", "総額"), ["明細のファイル", "amount", "列"]),
        (String::new(), ["明細のファイル", "", ""]),
    ] {
        let bad = shell.write("bad.csv", bad.as_bytes());
        let arguments =
            ["reconcile", "--sales", &good, "--statement", &bad, "--exceptions", list.to_str().unwrap()];
        let output = shell.run(&arguments);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{complained}");
        assert!(words.iter().all(|word| complained.contains(word)), "{words:?}: {complained}");
        assert!(output.stdout.is_empty() && !list.exists(), "nothing of it is said");
    }
    shell.ends(1, &["reconcile", "--sales", &good, "--statement", "no-such-file.csv"]);
}

#[test]
fn wrong_usage_ends_with_2() {
    let shell = Shell::new();
    let file = shell.write("s.csv", SALES.as_bytes());
    for wrong in [
        &["--sales", &file][..],
        &["--statement", &file],
        &["--sales", &file, "--statement", &file, "--as-of", "2026-07-01"],
        &["--sales", &file, "--statement", &file, "--sales-columns", "nowhere=1"],
        &["--sales", &file, "--statement", &file, "--stored", "--from", "2026-07-01", "--to", "2026-07-01"],
        &["--stored"],
        &["--stored", "--from", "2026-07-01"],
        &["--from", "2026-07-01", "--to", "2026-07-01"],
        &["--exceptions", "x.csv"],
    ] {
        shell.ends(2, &[&["reconcile"], wrong].concat());
    }
}

/// What is stored, without a single sale: rows of an imported statement are all without one, and the record stays.
#[test]
fn stored_facts_are_compared_and_recorded() {
    let shell = Shell::new();
    shell.ends(0, &["migrate"]);
    let days = ["--from", "2026-11-18", "--to", "2026-11-18"];
    let stored = [&["reconcile", "--stored"], &days[..]].concat();
    let nothing = shell.json(0, &stored);
    assert_eq!((nothing["number"].as_u64(), nothing["verdict"].as_str()), (Some(1), Some("matched")));
    shell.set_up();
    let statement = shell.write("p.csv", &crate::support_files::paypay("2026-11-18"));
    shell.ends(0, &["import", "--source", "paypay", &statement]);
    let list = shell.path("list.csv");
    let report = shell.json(3, &[&stored[..], &["--exceptions", list.to_str().unwrap()]].concat());
    assert_eq!(report["number"], 2, "each comparison is kept");
    assert_eq!((report["watermark"].as_u64(), report["exceptions"].as_u64()), (Some(1), Some(2)));
    assert_eq!(rows(&report, "A_ONLY"), (0, 0, 2, 1_500));
    let listed = std::fs::read_to_string(&list).unwrap();
    assert!(listed.contains("A_ONLY,,,,1,2,P0001,,2026-11-18,,300\r\n"), "{listed}");
    let other_day = ["reconcile", "--stored", "--from", "2026-11-19", "--to", "2026-11-20"];
    assert_eq!(shell.json(0, &other_day)["total"]["statement_rows"], 0);
    shell.ends(1, &["reconcile", "--stored", "--from", "2026-11-20", "--to", "2026-11-19"]);
}

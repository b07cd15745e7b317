//! Export by template: golden bytes by hand, what cannot be written by name, and what is written reads back.

use std::sync::LazyLock;

use domain::{
    money::Yen,
    time::{CivilDate, FiscalYear},
};
use formats::{
    cp932,
    export::{
        CannotExport, ExportBatch, ExportReason, ExportRow, Lane, PROBLEMS_MAX, Template, embedded,
        embedded_templates, write,
    },
};
use proptest::prelude::*;

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn row() -> ExportRow {
    ExportRow {
        lane: Lane::Revenue,
        owner: String::new(),
        fiscal_year: FiscalYear(2026),
        account: "01".to_owned(),
        section: "1020".to_owned(),
        kan: "14".to_owned(),
        kou: "02".to_owned(),
        moku: "01".to_owned(),
        setsu: "03".to_owned(),
        saisetsu: "001".to_owned(),
        assessment_number: "0800000012".to_owned(),
        assessed_on: Some(date("2026-07-31")),
        paid_on: Some(date("2026-07-15")),
        received_on: Some(date("2026-08-03")),
        payment_class: "31".to_owned(),
        trustee: "決済会社".to_owned(),
        count: 98,
        amount: Yen::new(29_950),
        fee: Yen::new(603),
        refund: Yen::ZERO,
        repayment: Yen::ZERO,
        summary: "戸籍住民票手数料".to_owned(),
    }
}

fn batch(rows: Vec<ExportRow>) -> ExportBatch {
    ExportBatch {
        batch_id: "B202607-01".to_owned(),
        made_on: date("2026-08-05"),
        from: date("2026-07-01"),
        to: date("2026-07-31"),
        re_export: false,
        rows,
    }
}

fn csv_template() -> &'static Template {
    static LOADED: LazyLock<Template> = LazyLock::new(|| embedded("generic_finance_csv").unwrap().unwrap());
    &LOADED
}

fn fixed_template() -> &'static Template {
    static LOADED: LazyLock<Template> = LazyLock::new(|| embedded("generic_finance_fixed").unwrap().unwrap());
    &LOADED
}

fn small(extra: &str, columns: &str) -> Template {
    let text = format!("id = \"x\"\nname_ja = \"例\"\nsource = \"made up\"\n{extra}\n{columns}");
    Template::from_toml(&text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_embedded_template_loads() {
    assert_eq!(embedded_templates().unwrap().len(), 4);
}

#[test]
fn csv_by_hand() {
    let out = write(csv_template(), &batch(vec![row()])).unwrap();
    let text = cp932::decode(&out.bytes).unwrap();
    let names = "歳入歳出,会計年度,会計,所属,款,項,目,節,細節,調定番号,調定日,領収日,収納日,納付区分,受託者,件数,金額,手数料,還付,償還金,摘要,バッチ番号,再出力,内容の指紋\r\n";
    let cells = "歳入,2026,01,1020,14,02,01,03,001,0800000012,2026/07/31,2026/07/15,2026/08/03,31,決済会社,98,29950,603,0,0,戸籍住民票手数料,B202607-01,,";
    assert_eq!(text, format!("{names}{cells}{}\r\n", out.content_hash));
    assert_eq!((out.totals.rows, out.totals.count, out.totals.amount), (1, 98, Yen::new(29_950)));
    assert!(out.notices.is_empty());
}

/// The same rows are the same content, exported for the first time or again; only the flag and the bytes differ.
#[test]
fn exporting_again_is_flagged() {
    let first = write(csv_template(), &batch(vec![row()])).unwrap();
    let again = ExportBatch { re_export: true, made_on: date("2026-09-01"), ..batch(vec![row()]) };
    let again = write(csv_template(), &again).unwrap();
    assert_eq!(first.content_hash, again.content_hash);
    assert_ne!(first.sha256, again.sha256);
    assert!(cp932::decode(&again.bytes).unwrap().contains(",再出力,"));
    let other = ExportRow { amount: Yen::new(29_951), ..row() };
    assert_ne!(write(csv_template(), &batch(vec![other])).unwrap().content_hash, first.content_hash);
}

#[test]
fn fixed_by_hand() {
    let long = ExportRow { summary: "あ".repeat(25), received_on: None, ..row() };
    let back = ExportRow { amount: Yen::new(-450), fee: Yen::ZERO, ..row() };
    let out = write(fixed_template(), &batch(vec![row(), long, back])).unwrap();
    let lines: Vec<&[u8]> = out.bytes.split(|b| *b == b'\n').collect();
    assert_eq!(lines.len(), 6, "header, three rows, trailer, and nothing after the last line end");
    for line in &lines[..5] {
        assert_eq!(line.len(), 201, "200 bytes and CR");
    }
    let text = |line: &[u8], from: usize, to: usize| cp932::decode(&line[from - 1..to]).unwrap();
    assert_eq!(text(lines[0], 1, 43), "1B202607-01          5080805508070150807310");
    assert_eq!(text(lines[1], 1, 7), "2000001");
    assert_eq!(text(lines[1], 8, 33), "508011020    1402010300108");
    assert_eq!(text(lines[1], 42, 62), "508073150807155080803");
    assert_eq!(text(lines[1], 65, 84), "決済会社            ");
    assert_eq!(text(lines[1], 85, 127), "0000098000000029950000000000603000000000000");
    assert_eq!(text(lines[2], 56, 62), "0000000", "no 収納日");
    assert_eq!(text(lines[2], 128, 167), "あ".repeat(20), "cut between characters");
    assert_eq!(text(lines[3], 92, 103), "-00000000450", "the sign before the zeros");
    assert_eq!(text(lines[4], 1, 58), "8000003000000294000000000594500000000000120600000000000000");
    assert_eq!(text(lines[4], 59, 122), out.content_hash);
    assert_eq!(text(lines[4], 123, 136), "0".repeat(14), "償還金合計");
    assert_eq!(text(lines[1], 168, 183), "000000000000歳入");
    assert!(out.notices[0].sentence_ja.contains("切りました") && out.notices[0].row == Some(2));
}

/// Every cell that cannot be written is named: row, column, character.
#[test]
fn what_cannot_be_written() {
    let rows = vec![
        row(),
        ExportRow { summary: "戸籍😀".to_owned(), trustee: "𠮷田".to_owned(), ..row() },
        ExportRow { summary: "一行目\n二行目".to_owned(), ..row() },
        ExportRow { paid_on: Some(date("1920-01-01")), section: "123456789".to_owned(), ..row() },
    ];
    let error = write(fixed_template(), &batch(rows.clone())).unwrap_err();
    let CannotExport::Cells { problems, more } = &error else { panic!("{error}") };
    let named: Vec<_> = problems.iter().map(|p| (p.row, p.column.as_str(), p.reason.clone())).collect();
    assert_eq!(
        named,
        [
            (Some(2), "受託者", ExportReason::Unencodable('𠮷')),
            (Some(2), "摘要", ExportReason::Unencodable('😀')),
            (Some(3), "摘要", ExportReason::Control),
            (Some(4), "所属", ExportReason::TooLong { bytes: 9, width: 8 }),
            (Some(4), "領収日", ExportReason::Date),
        ]
    );
    assert_eq!(*more, 0);
    let said = error.to_string();
    assert!(
        said.starts_with("2行目 受託者「𠮷田」: 「𠮷」は出力する文字コードにありません")
            && said.ends_with("（ほか4件）"),
        "{said}"
    );
    let bad = ExportRow { summary: "😀".to_owned(), ..row() };
    let many = write(csv_template(), &batch(vec![bad; PROBLEMS_MAX + 7])).unwrap_err();
    assert!(matches!(many, CannotExport::Cells { problems, more: 7 } if problems.len() == PROBLEMS_MAX));
    let utf8 =
        small("encoding = \"utf-8\"\nlayout = \"csv\"", "[[row]]\nname = \"摘要\"\nfield = \"summary\"");
    assert_eq!(write(&utf8, &batch(vec![rows[1].clone()])).unwrap().bytes, "戸籍😀\r\n".as_bytes());
}

#[test]
fn quotes_separators_and_formulas() {
    let one = |extra: &str, summary: &str| {
        let columns =
            "[[row]]\nname = \"摘要\"\nfield = \"summary\"\n[[row]]\nname = \"件数\"\nfield = \"count\"";
        let template = small(&format!("encoding = \"cp932\"\nlayout = \"csv\"\n{extra}"), columns);
        write(&template, &batch(vec![ExportRow { summary: summary.to_owned(), ..row() }]))
    };
    let text = |extra: &str, summary: &str| cp932::decode(&one(extra, summary).unwrap().bytes).unwrap();
    assert_eq!(text("", "a,\"b\""), "\"a,\"\"b\"\"\",98\r\n");
    assert_eq!(text("quote = \"always\"", "a"), "\"a\",\"98\"\r\n");
    // ポ is 83 7C in CP932: its second byte is a bar, and still no separator.
    assert_eq!(text("delimiter = \"|\"\nquote = \"never\"", "ポスト"), "ポスト|98\r\n");
    let bar = one("delimiter = \"|\"\nquote = \"never\"", "a|b").unwrap_err();
    assert!(bar.to_string().contains("引用符"), "{bar}");
    let formula = one("newline = \"lf\"", "=1+1").unwrap();
    assert_eq!(formula.bytes, b"=1+1,98\n");
    assert!(formula.notices[0].sentence_ja.contains("式として"));
    let marked = small("encoding = \"utf-8-bom\"\nlayout = \"csv\"", "[[row]]\nname = \"a\"\nvalue = \"b\"");
    assert_eq!(write(&marked, &batch(vec![row()])).unwrap().bytes, b"\xEF\xBB\xBFb\r\n");
}

#[test]
fn padding_and_signs() {
    let fixed = |column: &str, yen: i64| {
        let template = small("encoding = \"cp932\"\nlayout = \"fixed\"\nnewline = \"none\"", column);
        let out = write(&template, &batch(vec![ExportRow { amount: Yen::new(yen), ..row() }]))?;
        Ok::<_, CannotExport>(String::from_utf8(out.bytes).unwrap())
    };
    let amount = |keys: &str| format!("[[row]]\nname = \"金額\"\nfield = \"amount\"\nwidth = 6\n{keys}");
    for (keys, yen, expected) in [
        ("", 450, "000450"),
        ("", -450, "-00450"),
        ("pad = \"space\"", 450, "   450"),
        ("pad = \"space\"", -450, "  -450"),
        ("align = \"left\"\npad = \"space\"", -450, "-450  "),
    ] {
        assert_eq!(fixed(&amount(keys), yen).unwrap(), expected, "{keys}");
    }
    assert!(fixed(&amount("unsigned = true"), -1).unwrap_err().to_string().contains("マイナス"));
    assert!(fixed(&amount(""), 1_000_000).unwrap_err().to_string().contains("7バイト"));
    assert!(fixed(&amount("cut = true"), 1_000_000).is_err(), "a number is never cut");
}

/// DESIGN 3.7, 3.8: lanes stand apart, and money of others only beside its owner's name; the trailer closes each lane.
#[test]
fn lanes_and_owners_stand_apart() {
    let fee = ExportRow { lane: Lane::Expenditure, amount: Yen::ZERO, refund: Yen::ZERO, ..row() };
    let repaid = ExportRow { fee: Yen::ZERO, repayment: Yen::new(450), ..fee.clone() };
    let theirs = ExportRow { owner: "指定管理者 見本財団".to_owned(), fee: Yen::ZERO, ..row() };
    let all = [row(), fee, repaid, theirs];
    let of = |id: &str| {
        let template = embedded(id).unwrap().unwrap();
        let rows: Vec<ExportRow> = all.iter().filter(|row| template.takes(row)).cloned().collect();
        let out = write(&template, &batch(rows)).unwrap();
        (cp932::decode(&out.bytes).unwrap(), out.totals)
    };
    let (_, city) = of("generic_finance_csv");
    assert_eq!(
        (city.rows, city.amount, city.fee, city.repayment),
        (3, Yen::new(29_950), Yen::new(1_206), Yen::new(450))
    );
    let (text, _) = of("generic_expenditure_csv");
    let last = text.lines().last().unwrap();
    assert_eq!(
        (text.lines().count(), last),
        (4, "2,603,450,1053"),
        "names, two rows, and a trailer that adds up"
    );
    let (text, others) = of("generic_owners_csv");
    assert!(text.lines().nth(1).unwrap().starts_with("指定管理者 見本財団,歳入,"), "{text}");
    assert_eq!((others.rows, others.amount), (1, Yen::new(29_950)));
    let hash = |row: ExportRow| batch(vec![row]).content_hash();
    assert_ne!(hash(all[3].clone()), hash(ExportRow { owner: String::new(), ..all[3].clone() }));
}

#[test]
fn bad_templates_say_why() {
    let base = "id = \"x\"\nname_ja = \"例\"\nsource = \"s\"\nencoding = \"cp932\"\nlayout = \"fixed\"\n[[row]]\nname = \"a\"\nfield = \"paid_on\"\nformat = \"YYYYMMDD\"\nwidth = 8\n";
    assert!(Template::from_toml(base).is_ok());
    for (from, to, word) in [
        ("width = 8", "", "needs a width"),
        ("width = 8", "width = 0", "no width"),
        ("field = \"paid_on\"", "field = \"paid\"", "unknown variant"),
        ("field = \"paid_on\"", "field = \"paid_on\"\nvalue = \"1\"", "either field or value"),
        ("field = \"paid_on\"", "field = \"amount\"", "no format"),
        ("YYYYMMDD", "MMDD", "must name a year"),
        ("YYYYMMDD", "YYYY", "dates need month"),
        ("layout = \"fixed\"", "layout = \"fixed\"\ncolumn_names = true", "no line of names"),
        ("layout = \"fixed\"", "layout = \"csv\"\nnewline = \"none\"", "line ends"),
        ("layout = \"fixed\"", "layout = \"csv\"\ndelimiter = \"a\"", "delimiter"),
        ("encoding", "encodings", "encodings"),
        ("layout = \"fixed\"", "layout = \"fixed\"\nlanes = []", "no lane"),
        ("layout = \"fixed\"", "layout = \"fixed\"\nlanes = [\"fees\"]", "unknown variant"),
        ("layout = \"fixed\"", "layout = \"fixed\"\nowners = \"all\"", "field = \"owner\""),
        ("layout = \"fixed\"", "layout = \"fixed\"\nowners = \"others\"", "field = \"owner\""),
    ] {
        assert!(base.contains(from), "{from}");
        let error = Template::from_toml(&base.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(word), "{error} lacks {word}");
    }
    let year = base.replace("paid_on", "fiscal_year");
    assert!(Template::from_toml(&year).unwrap_err().to_string().contains("fiscal years have none"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any texts and amounts: refused by name, or read back as they were, with totals that are the sums.
    #[test]
    fn reads_back(
        rows in prop::collection::vec((any::<String>(), "[ -~あ-ん亜-熙]{0,20}", -9_999_999_i64..999_999_999, 0_u32..10_000), 0..12),
        odd in any::<bool>(),
    ) {
        let rows: Vec<ExportRow> = rows
            .into_iter()
            .map(|(wild, tame, yen, count)| ExportRow {
                summary: if odd { wild } else { tame },
                amount: Yen::new(yen),
                count,
                ..row()
            })
            .collect();
        match write(csv_template(), &batch(rows.clone())) {
            Ok(out) => {
                let text = cp932::decode(&out.bytes).unwrap();
                let mut reader = csv::Reader::from_reader(text.as_bytes());
                let read: Vec<_> = reader.records().map(Result::unwrap).collect();
                prop_assert_eq!(read.len(), rows.len());
                for (cells, row) in read.iter().zip(&rows) {
                    // ¥ and ‾ share their bytes with \ and ~ in CP932: what comes back is what those bytes say.
                    let summary = cp932::decode(&cp932::encode(&row.summary).unwrap()).unwrap();
                    prop_assert_eq!(&cells[20], summary.as_str());
                    prop_assert_eq!(&cells[16], row.amount.get().to_string());
                }
                let sum: i64 = rows.iter().map(|row| row.amount.get()).sum();
                prop_assert_eq!(out.totals.amount, Yen::new(sum));
            }
            Err(CannotExport::Cells { problems, .. }) => {
                for problem in problems {
                    let summary = &rows[problem.row.unwrap() - 1].summary;
                    let culprit = summary.chars().any(|c| c.is_control() || cp932::encode(&c.to_string()).is_err());
                    prop_assert!(culprit, "{}", problem);
                }
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
        // In a fixed file every line has its length, whatever the texts.
        if let Ok(out) = write(fixed_template(), &batch(rows.clone())) {
            prop_assert_eq!(out.bytes.len(), (rows.len() + 2) * 202);
        }
    }
}

//! What stands on paper, row by row.

use domain::{
    command::{Command, KeyedResult},
    event::{Paper, UnknownExit},
    id::{AttemptId, PrintJobId, SaleId},
    money::Yen,
    state::State,
};
use drivers::escpos::{Columns, preview};
use pos_agent::{journal_store::simulated::SimulatedDisk, paper};

use crate::support::{Bench, lines};

fn rows(paper: &Paper, state: &State) -> Vec<String> {
    preview(&paper::document(paper, PrintJobId(1), state).unwrap(), Columns::WIDE)
}

/// Every text stands on some row, in this order; a row may hold several.
fn shows(rows: &[String], texts: &[&str]) {
    let mut at = 0;
    for text in texts {
        let found = rows[at..].iter().position(|row| row.contains(text));
        let Some(further) = found else {
            panic!("{text:?} is missing or out of order in\n{}", rows.join("\n"))
        };
        at += further;
    }
}

fn bench() -> Bench<impl pos_agent::journal_store::JournalStore> {
    Bench::opened(SimulatedDisk::new(1).store())
}

#[test]
fn a_cash_receipt() {
    let mut bench = bench();
    let sale = SaleId(bench.ok(lines(&[("jumin", 2), ("koseki/nenkin", 1)])).0);
    bench.ok(Command::TakeCash { sale, tendered: Yen::new(1_000) });
    let paper = Paper::Receipt { sale, copy: 0 };
    let rows = rows(&paper, bench.core.state());
    shows(
        &rows,
        &[
            "領収書",
            "見本市",
            "市役所 市民課",
            "1番窓口",
            "m1-1-000001",
            "令和8年7月31日(金) 08:30",
            "住民票の写し",
            "¥300 × 2",
            "戸籍全部事項証明書",
            "¥0",
            "無料: 国民年金法104条",
            "合計",
            "支払方法",
            "お預り",
            "お釣り",
            "うち非課税",
            "担当 staff-1",
        ],
    );
    assert!(rows.iter().any(|row| row.starts_with("合計") && row.ends_with("¥600")));
    assert!(rows.iter().any(|row| row.starts_with("お釣り") && row.ends_with("¥400")));
    assert!(paper::document(&paper, PrintJobId(1), bench.core.state()).unwrap().open_drawer);
    let copy = Paper::Receipt { sale, copy: 2 };
    shows(&self::rows(&copy, bench.core.state()), &["再発行 2回目", "領収書"]);
    assert!(!paper::document(&copy, PrintJobId(1), bench.core.state()).unwrap().open_drawer);
}

#[test]
fn a_provisional_payment_says_so_and_is_no_receipt() {
    let mut bench = bench();
    let sale = SaleId(bench.ok(lines(&[("jumin", 1)])).0);
    let route = "emoney".parse().unwrap();
    let attempt = AttemptId(bench.ok(Command::RequestPayment { sale, route, repeat_reason: None }).0);
    let result = KeyedResult::Approved { brand: "nanaco".parse().unwrap(), slip_number: "00123".into() };
    bench.ok(Command::KeyResult { attempt, result });
    let rows = rows(&Paper::Receipt { sale, copy: 0 }, bench.core.state());
    shows(
        &rows,
        &[
            "利用明細書",
            "電子マネー利用",
            "nanaco",
            "端末番号",
            "T-9",
            "伝票番号",
            "00123",
            "確認する前の控え",
        ],
    );
    assert!(!rows.iter().any(|row| row.contains("領収書")), "a trustee's payer gets no receipt here");
}

#[test]
fn a_void_slip_names_the_number_and_the_reason() {
    let mut bench = bench();
    let sale = bench.cash_sale();
    bench.ok(Command::VoidSale { sale, reason: "品目の誤り".into() });
    let rows = rows(&Paper::VoidSlip { sale }, bench.core.state());
    shows(
        &rows,
        &["取消票", "m1-1-000001", "取消金額", "取消の理由", "番号は二度と使い", "現金をお返しください"],
    );
    assert!(rows.iter().any(|row| row.contains("¥▲300")));
}

#[test]
fn a_held_certificate_is_no_receipt() {
    let mut bench = bench();
    let sale = SaleId(bench.ok(lines(&[("jumin", 1)])).0);
    let route = "emoney".parse().unwrap();
    let attempt = AttemptId(bench.ok(Command::RequestPayment { sale, route, repeat_reason: None }).0);
    let brand = Some("transit".parse().unwrap());
    bench.ok(Command::KeyResult { attempt, result: KeyedResult::CannotTell { brand } });
    bench.ok(Command::ChooseUnknownExit { attempt, exit: UnknownExit::TakesHeldCertificate });
    let rows = rows(&Paper::HeldCertificate { attempt }, bench.core.state());
    shows(
        &rows,
        &["預り証", "受付番号", "確認中の金額", "決済の結果を確認しています", "領収書ではありません"],
    );
}

#[test]
fn the_settlement_slip_has_every_figure_and_the_chains_head() {
    let mut bench = bench();
    bench.cash_sale();
    let voided = bench.cash_sale();
    bench.ok(Command::VoidSale { sale: voided, reason: "品目の誤り".into() });
    let sale = SaleId(bench.ok(lines(&[("adult", 2)])).0);
    bench.ok(Command::TakeCash { sale, tendered: Yen::new(600) });
    let count = domain::cash::CashCount::new([(1_000, 20), (500, 10), (100, 58)]).unwrap();
    bench.ok(Command::CountCash { count });
    let head = bench.core.head().hash.to_hex();
    bench.ok(Command::CloseCounter { reason: Some("100円不足".into()) });
    let printed: Vec<Paper> = bench.core.state().prints.values().map(|job| job.paper.clone()).collect();
    let slip = printed.iter().find(|paper| matches!(paper, Paper::SettlementSlip { .. })).unwrap();
    let rows = rows(slip, bench.core.state());
    shows(
        &rows,
        &[
            "日締め精算票（Z）",
            "取扱日 令和8年7月31日(金)",
            "支払方法別",
            "現金",
            "売上計",
            "3件 ¥1,200",
            "取消計",
            "1件 ¥300",
            "差引計",
            "¥900",
            "つり銭準備金",
            "¥30,000",
            "あるべき在高",
            "¥30,900",
            "実査",
            "¥30,800",
            "不足（亡失の報告）",
            "¥▲100",
            "払込予定",
            "¥900",
            "住民票の写し",
            "観覧者",
            "一般",
            "m1-1-000001",
            "m1-1-000003",
            "m1-1-000002",
            "記録の照合値",
        ],
    );
    let digits: String = rows.iter().rev().take(6).rev().map(|row| row.replace(' ', "")).collect();
    assert!(digits.contains(&head), "{head} in {digits}");
}

#[test]
fn what_is_gone_gives_no_paper() {
    let bench = bench();
    let nobody = SaleId(uuid::Uuid::nil());
    assert!(
        paper::document(&Paper::Receipt { sale: nobody, copy: 0 }, PrintJobId(1), bench.core.state())
            .is_none()
    );
}

#[test]
fn the_paper_of_a_claim_is_no_receipt() {
    for (route, title, word, number, who) in [
        ("coupon", "利用券受領票", "券番号", "K-2207-0815", "発行者が後日支払います"),
        ("later", "後納受付票", "後納承認番号", "令4教第12号", "団体に後日請求します"),
    ] {
        let mut bench = bench();
        let sale = SaleId(bench.ok(lines(&[("adult", 20)])).0);
        let route = route.parse().unwrap();
        bench.ok(Command::TakeClaim { sale, route, reference: number.into() });
        let paper = Paper::Receipt { sale, copy: 0 };
        let rows = rows(&paper, bench.core.state());
        shows(
            &rows,
            &[
                title,
                "受付日",
                "一般観覧料（団体）",
                "合計",
                "支払方法",
                word,
                "これは領収書ではありません",
                who,
            ],
        );
        assert!(rows.iter().any(|row| row.contains(word) && row.ends_with(number)), "{title}");
        assert!(!rows.iter().any(|row| row.trim() == "領収書" || row.contains("領収日")), "{title}");
        assert!(!paper::document(&paper, PrintJobId(1), bench.core.state()).unwrap().open_drawer);
        bench.ok(Command::VoidSale { sale, reason: "人数の誤り".into() });
        let slip = self::rows(&Paper::VoidSlip { sale }, bench.core.state());
        shows(&slip, &["取消票", "取消金額", "¥▲4,800", word]);
        assert!(!slip.iter().any(|row| row.contains("現金をお返し")), "{title}");
    }
}

#[test]
fn a_security_is_money_in_hand() {
    let mut bench = bench();
    let sale = SaleId(bench.ok(lines(&[("koseki", 1)])).0);
    let route = "kogawase".parse().unwrap();
    bench.ok(Command::TakeSecurity { sale, route, reference: "A-45001".into() });
    let rows = rows(&Paper::Receipt { sale, copy: 0 }, bench.core.state());
    shows(&rows, &["領収書", "領収日", "合計", "証券（定額小為替）", "証券番号"]);
    assert!(rows.iter().any(|row| row.starts_with("証券番号") && row.ends_with("A-45001")));
    bench.ok(Command::VoidSale { sale, reason: "申請の取下げ".into() });
    shows(&self::rows(&Paper::VoidSlip { sale }, bench.core.state()), &["取消票", "証券をお返しください"]);
}

#[test]
fn the_settlement_slip_says_what_is_owed_and_what_goes_to_the_bank() {
    let mut bench = bench();
    bench.cash_sale();
    let coach = SaleId(bench.ok(lines(&[("adult", 20)])).0);
    bench.ok(Command::TakeClaim { sale: coach, route: "coupon".parse().unwrap(), reference: "K-1".into() });
    let mail = SaleId(bench.ok(lines(&[("koseki", 1)])).0);
    bench.ok(Command::TakeSecurity {
        sale: mail,
        route: "kogawase".parse().unwrap(),
        reference: "A-1".into(),
    });
    bench.ok(Command::Inspect);
    let printed: Vec<Paper> = bench.core.state().prints.values().map(|job| job.paper.clone()).collect();
    let slip = printed.iter().find(|paper| matches!(paper, Paper::InspectionSlip { .. })).unwrap();
    let rows = rows(slip, bench.core.state());
    shows(
        &rows,
        &[
            "点検票（X）",
            "利用券（クーポン）（旅行会社クーポン）",
            "  調定のみ・未収納",
            "証券（定額小為替）（定額小為替）",
            "差引計",
            "うち未収納（利用券・後納）",
            "現金売上",
            "あるべき在高",
            "証券（つり銭に入れない）",
            "払込予定（現金＋証券）",
        ],
    );
    for (word, amount) in [
        ("  うち未収納", "¥4,800"),
        ("差引計", "¥5,550"),
        ("あるべき在高", "¥30,300"),
        ("証券（つり銭に入れない）", "¥450"),
        ("払込予定", "¥750"),
    ] {
        assert!(rows.iter().any(|row| row.starts_with(word) && row.ends_with(amount)), "{word} {amount}");
    }
}

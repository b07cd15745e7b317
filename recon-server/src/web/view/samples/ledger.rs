//! Samples of one sale.

use domain::money::Yen;

use super::{put, shell};
use crate::web::view::{
    sale::{EntryRow, Fact, SaleLine, SalePage, Station},
    shell::{Role, Section},
    words::{Link, Verdict},
};

fn station(
    title: &'static str,
    english: &'static str,
    verdict: Verdict,
    absent: Option<&str>,
    facts: Vec<Fact>,
) -> Station {
    Station {
        title,
        english,
        verdict,
        absent: absent.map(str::to_owned),
        why: (!facts.is_empty()).then(|| "端末番号・伝票番号・利用日が一致（複合キー）。".to_owned()),
        facts,
    }
}

fn entry(sequence_number: u64, what: &str) -> EntryRow {
    EntryRow {
        incarnation: 1,
        sequence_number,
        at: "2026-11-20 10:12:44".to_owned(),
        what: what.to_owned(),
        actor: "担当 staff-07".to_owned(),
        hash: "9f2c4a7be01d5836".to_owned(),
    }
}

fn lines() -> Vec<SaleLine> {
    vec![
        SaleLine {
            name: "一般".to_owned(),
            account: "使用料 教育使用料 博物館観覧料".to_owned(),
            section: "郷土博物館".to_owned(),
            unit_price: Yen::new(620),
            quantity: 1,
            amount: Yen::new(620),
            ground: None,
        },
        SaleLine {
            name: "介護者".to_owned(),
            account: "使用料 教育使用料 博物館観覧料".to_owned(),
            section: "郷土博物館".to_owned(),
            unit_price: Yen::ZERO,
            quantity: 1,
            amount: Yen::ZERO,
            ground: Some("条例第9条第2号".to_owned()),
        },
    ]
}

fn sale() -> SalePage {
    SalePage {
        shell: shell(Role::Accountant, Section::Report),
        title: "領収書 museum-1-1-000207".to_owned(),
        back: Link::new("収納日報 11月20日へ戻る", "/report?date=2026-11-20"),
        state: "成立".to_owned(),
        verdict: Verdict::Pending,
        facts: vec![
            Fact::new("窓口", "郷土博物館 受付1"),
            Fact::new("取扱日", "令和8年11月20日(金)"),
            Fact::new("領収日", "令和8年11月20日(金)"),
            Fact::new("年度", "令和8年度"),
            Fact::new("決済手段", "クレジットカード Visa"),
            Fact::new("承認番号", "482190"),
        ],
        refund: Some("/sales/7/refund".to_owned()),
        refunds: vec![Link::new("戻出 ▲450円 承認待ち", "/refunds/7")],
        lines: lines(),
        total: Yen::new(620),
        stations: vec![
            station(
                "当方の記録",
                "Journal",
                Verdict::Agreed,
                None,
                vec![Fact::new("記録番号", "世代1 88"), Fact::new("成立", "10:12:44")],
            ),
            station(
                "会社明細",
                "Statement",
                Verdict::Agreed,
                None,
                vec![Fact::new("行", "kou-card-1120.csv 3行"), Fact::new("伝票", "00417")],
            ),
            station(
                "支払予定",
                "Payout",
                Verdict::Pending,
                Some("11月16日〜30日締め、12月15日払いの予定に入ります。"),
                Vec::new(),
            ),
            station(
                "口座入金",
                "Deposit",
                Verdict::Pending,
                Some("まだ入金日になっていません。"),
                Vec::new(),
            ),
        ],
        entries: vec![
            entry(84, "明細を登録"),
            entry(85, "決済を要求"),
            entry(86, "結果を受信"),
            entry(88, "成立・領収書番号を付与"),
        ],
    }
}

pub(super) fn add(pages: &mut Vec<(String, String)>) {
    put(pages, "sale", &sale());
}

//! Made-up parts of papers for tests: contracts, lines, payouts. Figures are those of papers.md where a test names one.

use std::collections::BTreeMap;

use domain::{
    catalogue::{CounterProfile, Operator},
    id::{BrandCode, CounterId},
    method::Method,
    money::Yen,
    rate::{Ppm, Rounding},
    time::{CivilDate, Timestamp},
};
use engine::{
    Contract, Verdict,
    contract::{
        Closing, DepositWindow, FeeBase, FeeRule, FeeYear, GrossOrNet, PayDay, PayoutRule, Shift, TaxForm,
        default_keys,
    },
    outcome::{ContractSheet, Figure, Payout, PayoutState, ReportLine},
};
use store::counters::CounterRow;

use crate::jobs::reconcile::Recorded;

pub fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

pub fn yen(amount: i64) -> Yen {
    Yen::new(amount)
}

pub fn figure(count: i64, amount: i64) -> Figure {
    Figure::new(count, yen(amount))
}

/// 月末締→翌月末, net, 1.98% of the closing's total, floor, tax 10%.
pub fn contract(id: &str, acquirer: &str) -> Contract {
    Contract {
        id: id.parse().unwrap(),
        label_ja: acquirer.to_owned(),
        acquirer_ja: acquirer.to_owned(),
        covers: Vec::new(),
        statement_profile: Some("profile".to_owned()),
        statement_required: true,
        closing: Closing::MonthEnd,
        payout: PayoutRule::DayOfMonth { pay: PayDay { months_after: 1, day: 31 }, shift: Shift::Next },
        gross_or_net: GrossOrNet::Net,
        fee: FeeRule {
            rate: Ppm(19_800),
            base: FeeBase::ClosingTotal,
            rounding: Rounding::Floor,
            tax_rate: Ppm(100_000),
            tax_rounding: Rounding::Floor,
            refund_returns_fee: true,
            tax_form: TaxForm::Separate,
            minimum: Yen::ZERO,
        },
        fee_year: FeeYear::ClosingDate,
        transfer_fee: Yen::ZERO,
        payer_kana: vec!["ﾐﾎﾝ".to_owned()],
        deposit_account: None,
        deposit_window: DepositWindow::default(),
        keys: default_keys(),
        chargeback_reply_days: None,
        cutoff_band_minutes: 10,
        matching: engine::matching::Matching::default(),
        terms: Vec::new(),
        trustee: None,
    }
}

/// 15日締→当月末、月末締→翌月15日, gross.
pub fn card() -> Contract {
    Contract {
        closing: Closing::Days(vec![15, 31]),
        payout: PayoutRule::ByClosingDay {
            days: vec![(15, PayDay { months_after: 0, day: 31 }), (31, PayDay { months_after: 1, day: 15 })],
            shift: Shift::Next,
        },
        gross_or_net: GrossOrNet::Gross,
        ..contract("card", "甲カード")
    }
}

/// A matched line of a day.
pub fn line(day: &str, contract: Option<&str>, method: Method, brand: &str, sales: Figure) -> ReportLine {
    ReportLine {
        business_day: date(day),
        counter: Some(counter_id()),
        contract: contract.map(|id| id.parse().unwrap()),
        method,
        brand: (!brand.is_empty()).then(|| brand.parse::<BrandCode>().unwrap()),
        sales,
        voids: Figure::default(),
        refunds: Figure::default(),
        net: sales,
        late: Figure::default(),
        provisional: Figure::default(),
        unknown: Figure::default(),
        opening: Figure::default(),
        terminal: None,
        reported: sales,
        statement_received: true,
        fee: Yen::ZERO,
        expected: Yen::ZERO,
        expected_on: None,
        deposited: Yen::ZERO,
        difference: Yen::ZERO,
        breaks_gross: Yen::ZERO,
        exceptions: Vec::new(),
        verdict: Verdict::Matched,
    }
}

/// Nothing at all.
pub fn nothing() -> Recorded {
    Recorded {
        lines: Vec::new(),
        late: Vec::new(),
        sheets: Vec::new(),
        days: Vec::new(),
        payouts: Vec::new(),
        counter_days: Vec::new(),
        decisions: Vec::new(),
        exceptions: Vec::new(),
    }
}

/// A payout that is not due; `net` = `gross` less `fee` less `tax` where it is kept back.
pub fn payout(terms: &Contract, from: &str, to: &str, gross: Figure, fee: (i64, i64)) -> Payout {
    let kept = if terms.gross_or_net == GrossOrNet::Net { fee.0 + fee.1 } else { 0 };
    Payout {
        id: format!("{}-{to}", terms.id),
        contract: terms.id.clone(),
        from: date(from),
        to: date(to),
        expected_on: engine::BankCalendar::default().payout_day(&terms.payout, date(to)),
        sales: gross,
        refunds: Figure::default(),
        fee: yen(fee.0),
        fee_tax: yen(fee.1),
        transfer_fee: Yen::ZERO,
        gross_or_net: terms.gross_or_net,
        carry_in: Yen::ZERO,
        net: gross.amount.saturating_sub(yen(kept)),
        carry_out: Yen::ZERO,
        complete: true,
        state: PayoutState::NotDue,
        deposits: Vec::new(),
        deposited: Yen::ZERO,
        deposited_on: None,
        overdue_days: 0,
        overdue_business_days: 0,
        plan_fee: Yen::ZERO,
        adjustment: Yen::ZERO,
        declared: None,
        years: Vec::new(),
        breakdown: Vec::new(),
    }
}

/// The same payout, arrived on a day by a deposit.
pub fn arrived(payout: Payout, on: &str, deposit: &str) -> Payout {
    Payout {
        state: PayoutState::Arrived,
        deposits: vec![deposit.to_owned()],
        deposited: payout.net,
        deposited_on: Some(date(on)),
        ..payout
    }
}

/// 照合書 PayPay 令和8年7月分 of papers.md 1.
pub fn paypay_july() -> ContractSheet {
    ContractSheet {
        contract: "paypay".parse().unwrap(),
        label_ja: "PayPay".to_owned(),
        from: date("2026-07-01"),
        to: date("2026-07-31"),
        opening: figure(0, 0),
        from_before: figure(0, 0),
        sales: figure(101, 30_450),
        settled_unknowns: figure(1, 300),
        refunds: figure(-1, -450),
        reported_sales: figure(101, 30_450),
        reported_refunds: figure(-1, -450),
        carried: figure(1, 300),
        awaiting: Figure::default(),
        breaks_net: Figure::default(),
        breaks_gross: Yen::ZERO,
        unknown: Figure::default(),
        fee: yen(594),
        fee_tax: yen(59),
        payout: yen(29_347),
        expected_on: date("2026-08-03"),
        deposited: yen(29_347),
        deposited_on: Some(date("2026-08-03")),
        in_transit: Yen::ZERO,
        residual: Yen::ZERO,
        payout_state: PayoutState::Arrived,
        grade: engine::matching::Grade::Rows,
        verdict: Verdict::Matched,
        sentence_ja: "一致（翌期繰越 1件 300円）".to_owned(),
    }
}

pub fn counter_id() -> CounterId {
    "shimin-1".parse().unwrap()
}

/// 市民課 レジ01.
pub fn counter() -> CounterRow {
    let operator = |id: &str, label: &str, supervisor| Operator {
        id: id.parse().unwrap(),
        label: label.to_owned(),
        supervisor,
    };
    CounterRow {
        counter: counter_id(),
        created_at: Timestamp::from_micros(0),
        profile: CounterProfile {
            tenant_name: "例示市".to_owned(),
            facility: "例示市役所".to_owned(),
            section: "市民課".to_owned(),
            counter: counter_id(),
            counter_label: "レジ01".to_owned(),
            cash_document_title: "領収書".to_owned(),
            cashless_document_title: "利用明細".to_owned(),
            price_lists: Vec::new(),
            routes: Vec::new(),
            operators: vec![operator("c01", "担当1", false), operator("s01", "出納員", true)],
        },
        profile_version: 1,
        current: None,
    }
}

/// Cells of a row as papers write them.
pub fn written(row: &super::table::TableRow) -> Vec<String> {
    row.cells.iter().map(super::render::on_paper).collect()
}

/// Rows by their first cell.
pub fn by_name(table: &super::PaperTable) -> BTreeMap<String, Vec<String>> {
    table.rows.iter().map(written).map(|cells| (cells[0].clone(), cells[1..].to_vec())).collect()
}

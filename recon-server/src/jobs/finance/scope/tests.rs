//! What a file takes of a period: lanes, owners, and that revenue less expenditure is what the bank received.

use domain::{
    catalogue::{Owner, RevenueAccount},
    time::FiscalYear,
};
use engine::{
    outcome::Payout,
    years::{ReceivedAs, YearShare},
};
use formats::export::{ExportBatch, embedded, write};

use super::*;
use crate::jobs::{
    finance::rows::{blank, owner_words},
    papers::samples::{arrived, contract, date, figure, payout, yen},
};

fn account() -> RevenueAccount {
    let level = |text: &str| text.to_owned();
    RevenueAccount {
        account: level("一般会計"),
        kan: level("使用料及び手数料"),
        ko: level("手数料"),
        moku: level("総務手数料"),
        setsu: level("戸籍住民基本台帳手数料"),
    }
}

fn taken(owner: &Owner, year: i16, amount: i64) -> ExportRow {
    ExportRow {
        owner: owner_words(owner),
        amount: yen(amount),
        count: 1,
        ..blank(FiscalYear(year), Some(&account()), "市民課".to_owned())
    }
}

/// Worked case C3: 9,300 and 20,700, fee 653 in the year of the closing, transfer 0; plus a plan fee.
fn c3() -> Payout {
    let terms = contract("paypay", "PayPay");
    let share = |year: i16, gross, fee, net| YearShare {
        year: FiscalYear(year),
        gross,
        fee: yen(fee),
        net: yen(net),
        received_as: ReceivedAs::OwnYear,
    };
    let mut payout = payout(&terms, "2026-03-31", "2026-04-04", figure(100, 30_000), (594, 59));
    payout.years =
        vec![share(2025, figure(31, 9_300), 0, 9_300), share(2026, figure(69, 20_700), 653, 20_047)];
    (payout.plan_fee, payout.transfer_fee) = (yen(100), yen(55));
    payout.net = yen(29_192);
    arrived(payout, "2026-04-10", "d1")
}

#[test]
fn gross_revenue_less_expenditure_is_what_the_bank_received() {
    let payouts = [c3()];
    let came = expenditure::arrived(&payouts, date("2026-04-01"), date("2026-04-30"));
    assert_eq!(expenditure::days_of(&came), Some((date("2026-03-31"), date("2026-04-04"))));
    let mut rows = vec![taken(&Owner::City, 2025, 9_300), taken(&Owner::City, 2026, 20_700)];
    rows.extend(expenditure::fees(&came, &[], &[]));
    let template = embedded("generic_finance_csv").unwrap().unwrap();
    let scope = narrow(&template, rows).unwrap();
    assert!(scope.notices.is_empty(), "{:?}", scope.notices);
    let fees: Vec<(&str, i64, i16)> =
        scope.rows[2..].iter().map(|row| (row.saisetsu.as_str(), row.fee.get(), row.fiscal_year.0)).collect();
    assert_eq!(fees, [("手数料", 653, 2026), ("手数料", 55, 2026), ("手数料", 100, 2026)]);
    let batch = ExportBatch {
        batch_id: "b".to_owned(),
        made_on: date("2026-05-01"),
        from: date("2026-04-01"),
        to: date("2026-04-30"),
        re_export: false,
        rows: scope.rows,
    };
    let totals = write(&template, &batch).unwrap().totals;
    assert_eq!(totals.amount.saturating_sub(totals.fee), payouts[0].deposited, "to the yen");
    let none = expenditure::arrived(&payouts, date("2026-04-11"), date("2026-04-30"));
    assert!(none.is_empty() && expenditure::days_of(&none).is_none());
}

#[test]
fn what_belongs_to_others_is_in_no_file_of_the_citys_and_is_said() {
    let manager = Owner::DesignatedManager { name: "見本財団".to_owned() };
    let shop = Owner::Other { name: "売店".to_owned() };
    let all = || vec![taken(&manager, 2026, 1_000), taken(&Owner::City, 2026, 300), taken(&shop, 2026, 200)];
    let template = |id: &str| embedded(id).unwrap().unwrap();
    let city = narrow(&template("generic_finance_csv"), all()).unwrap();
    assert_eq!(city.rows.iter().map(|row| row.amount.get()).collect::<Vec<_>>(), [300]);
    assert_eq!(
        city.notices,
        [
            "この様式に載せないもの: 売店の歳入 1行 200円。",
            "この様式に載せないもの: 指定管理者 見本財団の歳入 1行 1,000円。",
        ]
    );
    let others = narrow(&template("generic_owners_csv"), all()).unwrap();
    let named: Vec<&str> = others.rows.iter().map(|row| row.owner.as_str()).collect();
    assert_eq!(named, ["指定管理者 見本財団", "売店"]);
    assert_eq!(scope_ja(&template("generic_owners_csv")), "団体以外の分（帰属別）、歳入・戻出・歳出");
    assert_eq!(scope_ja(&template("generic_expenditure_csv")), "団体の分、歳出");
}

/// A layout without a column for what it should carry would lose the money on the way.
#[test]
fn yen_without_a_column_make_no_file() {
    let mut template = embedded("generic_finance_csv").unwrap().unwrap();
    template.row.retain(|column| column.field != Some(RowField::Repayment));
    let repaid = ExportRow {
        lane: Lane::Expenditure,
        repayment: yen(450),
        ..blank(FiscalYear(2026), None, "市民課".to_owned())
    };
    let refused = narrow(&template, vec![repaid.clone()]).err().unwrap();
    assert!(refused.contains("償還金の欄がない") && refused.contains("450円"), "{refused}");
    template.lanes = vec![Lane::Revenue];
    let narrowed = narrow(&template, vec![repaid]).unwrap();
    assert!(narrowed.rows.is_empty());
    assert_eq!(narrowed.notices, ["この様式に載せないもの: 団体の歳出 1行 450円。"]);
}

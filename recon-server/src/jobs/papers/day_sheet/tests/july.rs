//! The day of papers.md 1, sale by sale: 43 receipts, one late, one taken back; the counter's own settlement of it.

use domain::{
    catalogue::{Owner, RevenueAccount, TaxClass},
    id::{Incarnation, ReceiptNumber, SaleId, SequenceNumber},
    method::Method,
    sale::{Exemption, Line, Payment, Standing},
    settlement::{CashPosition, ItemRow, MethodRow, Settlement, Tally, UnknownRow},
    time::Timestamp,
};
use engine::outcome::ReportLine;
use store::{
    journal::EntryKey,
    projection::{ClosingFact, OpeningFact, SaleFact, VoidFact},
    refunds::RefundRow,
    reports::{DayRow, Keyed, SaleRow},
};
use uuid::Uuid;

use crate::jobs::{
    papers::{
        day_sheet::build::Parts,
        samples::{counter, counter_id, date, figure, line, nothing, yen},
    },
    reconcile::Recorded,
    refund::Refund,
    settled::Decisions,
};

/// 取扱日
pub const DAY: &str = "2026-07-15";

pub fn at(hour: i8, minute: i8) -> Timestamp {
    Timestamp::from_jst(date(DAY), hour, minute, 0).unwrap()
}

pub fn key(number: u32) -> EntryKey {
    EntryKey {
        counter: counter_id(),
        incarnation: Incarnation(1),
        sequence_number: SequenceNumber(number.into()),
    }
}

pub fn item_line(item: &str, quantity: u32, free: bool) -> Line {
    let (price, name, section) = match item {
        "KOSEKI" => (450, "戸籍", "市民課"),
        "JUMIN" => (300, "住民票", "市民課"),
        "INKAN" => (300, "印鑑証明", "市民課"),
        _ => (300, "税証明", "税務課"),
    };
    let price = if free { 0 } else { price };
    Line {
        item: item.parse().unwrap(),
        name: name.to_owned(),
        quantity,
        unit_price: yen(price),
        amount: yen(price * i64::from(quantity)),
        group: false,
        exemption: free
            .then(|| Exemption { code: "HOTEI".parse().unwrap(), label: "法定無料".to_owned() }),
        visitor_category: None,
        account: RevenueAccount {
            account: "一般会計".to_owned(),
            kan: "使用料及び手数料".to_owned(),
            ko: "手数料".to_owned(),
            moku: "総務手数料".to_owned(),
            setsu: "戸籍住民基本台帳手数料".to_owned(),
        },
        section: section.to_owned(),
        owner: Owner::City,
        year_rule: domain::year_rule::YearRule::default(),
        tax: TaxClass::NonTaxable,
    }
}

pub fn sale(number: u32, method: Method, brand: Option<&str>, lines: Vec<Line>) -> SaleRow {
    let total = domain::sale::total(&lines).unwrap();
    let payment = Payment {
        method,
        route: "r".parse().unwrap(),
        brand: brand.map(|brand| brand.parse().unwrap()),
        contract: None,
        attempt: None,
        amount: total,
        tendered: None,
        change: None,
        standing: Standing::Confirmed,
        terminal_id: None,
        slip_number: None,
        approval_code: None,
        sheet_number: None,
        payer_digits: None,
    };
    SaleRow {
        key: key(number),
        sale: SaleFact {
            sale: SaleId(Uuid::from_u128(number.into())),
            receipt_number: ReceiptNumber { counter: counter_id(), incarnation: Incarnation(1), number },
            business_day: date(DAY),
            payment_date: date(DAY),
            paid_at: at(10, 0),
            total,
            payment,
            lines,
            operator: None,
            recorded_at: at(10, 0),
        },
        void: None,
    }
}

/// 43 receipts: 20 cash, 21 others, one late, one taken back.
pub fn sales() -> Vec<SaleRow> {
    let mut sales = Vec::new();
    let mut sell = |method, brand: Option<&str>, item: &str, quantity: u32, free: u32| {
        let number = 1_201 + u32::try_from(sales.len()).unwrap();
        let mut lines = vec![item_line(item, quantity, false)];
        lines.extend((free > 0).then(|| item_line(item, free, true)));
        sales.push(sale(number, method, brand, lines));
    };
    for quantity in [1; 5] {
        sell(Method::Cash, None, "KOSEKI", quantity, 0);
    }
    for (quantity, free) in [(4, 3), (2, 0), (2, 0), (2, 0), (2, 0), (2, 0), (2, 0), (2, 0)] {
        sell(Method::Cash, None, "JUMIN", quantity, free);
    }
    for (quantity, free) in [(4, 1), (1, 0), (1, 0), (1, 0), (1, 0)] {
        sell(Method::Cash, None, "INKAN", quantity, free);
    }
    for quantity in [2; 2] {
        sell(Method::Cash, None, "ZEI", quantity, 0);
    }
    for (method, brand, sold) in [
        (Method::PostalOrder, None, [("KOSEKI", 1), ("JUMIN", 1), ("INKAN", 0), ("ZEI", 0)]),
        (Method::Credit, Some("visa"), [("KOSEKI", 1), ("JUMIN", 2), ("INKAN", 1), ("ZEI", 0)]),
        (Method::ElectronicMoney, Some("transit"), [("KOSEKI", 1), ("JUMIN", 4), ("INKAN", 1), ("ZEI", 1)]),
        (Method::CodeStatic, Some("paypay"), [("KOSEKI", 0), ("JUMIN", 5), ("INKAN", 2), ("ZEI", 1)]),
    ] {
        for (item, times) in sold {
            for _ in 0..times {
                sell(method, brand, item, 1, 0);
            }
        }
    }
    // The nanaco of 13 July, certain today; and one taken back.
    sell(Method::ElectronicMoney, Some("nanaco"), "JUMIN", 1, 0);
    sell(Method::Cash, None, "KOSEKI", 1, 0);
    let last = sales.len() - 1;
    sales[last - 1].sale.payment_date = date("2026-07-13");
    sales[last].void = Some(void(&sales[last]));
    sales
}

pub fn void(row: &SaleRow) -> Keyed<VoidFact> {
    let sale = &row.sale;
    Keyed {
        key: key(9_000),
        fact: VoidFact {
            sale: sale.sale,
            receipt_number: sale.receipt_number.clone(),
            business_day: sale.business_day,
            amount: sale.total,
            method: sale.payment.method,
            reason: "通数の間違い".to_owned(),
            attempt: None,
            operator: None,
            recorded_at: at(11, 0),
        },
    }
}

pub fn settlement() -> Settlement {
    let method = |method, count, amount| MethodRow {
        method,
        route: "r".parse().unwrap(),
        brand: None,
        sales: Tally { count, amount: yen(amount) },
        voids: Tally::default(),
        provisional: Tally::default(),
    };
    Settlement {
        date: date(DAY),
        cut: 1,
        methods: vec![
            method(Method::Cash, 20, 11_250),
            method(Method::PostalOrder, 2, 750),
            method(Method::Credit, 4, 1_350),
            method(Method::ElectronicMoney, 7, 2_250),
            method(Method::CodeStatic, 8, 2_400),
        ],
        items: vec![ItemRow {
            name: "証明".to_owned(),
            section: "市民課".to_owned(),
            paid_quantity: 56,
            free_quantity: 4,
            amount: yen(18_000),
        }],
        visitors: Vec::new(),
        cash: CashPosition {
            float: yen(30_000),
            takings: yen(11_250),
            expected: yen(41_250),
            counted: Some(yen(41_270)),
            difference: Some(yen(20)),
            pay_in: yen(12_000),
        },
        terminal_totals: Vec::new(),
        terminal_differences: Vec::new(),
        unknowns: vec![UnknownRow {
            attempt: "00000000-0000-0000-0000-000000000009".parse().unwrap(),
            at: at(14, 3),
            method: Method::ElectronicMoney,
            brand: Some("transit".parse().unwrap()),
            amount: yen(300),
        }],
        late: Vec::new(),
        receipts: None,
        voided_receipts: Vec::new(),
    }
}

pub fn opened(closing: Option<Settlement>) -> DayRow {
    DayRow {
        opening: Keyed {
            key: key(1),
            fact: OpeningFact {
                date: date(DAY),
                cut: 1,
                operator: "c01".parse().unwrap(),
                float: domain::cash::CashCount::new([(1_000, 30)]).unwrap(),
                recorded_at: at(8, 40),
            },
        },
        closing: closing.map(|settlement| Keyed {
            key: key(9_999),
            fact: ClosingFact {
                settlement,
                reason: Some("釣銭の渡し違いと思われる".to_owned()),
                chain_head: "ab".repeat(32),
                operator: Some("s01".parse().unwrap()),
                recorded_at: at(17, 15),
            },
        }),
    }
}

pub fn refund() -> RefundRow {
    RefundRow {
        refund: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
        sale: "00000000-0000-0000-0000-000000000002".parse().unwrap(),
        counter: counter_id(),
        contract: Some("paypay".parse().unwrap()),
        method: Method::CodeStatic,
        brand: Some("paypay".parse().unwrap()),
        original_payment_date: date("2026-07-10"),
        amount: yen(450),
        ground: "通数の誤り".to_owned(),
        way: store::refunds::RefundWay::Acquirer,
        refunded_on: date("2026-07-14"),
        number: Some(3),
        requested_by: "kaikei".to_owned(),
        requested_at: at(9, 0),
        decision: None,
    }
}

/// 171,300 before the day, all of it cash.
pub fn run() -> Recorded {
    let mut recorded = nothing();
    let before = line("2026-07-14", None, Method::Cash, "", figure(571, 171_750));
    recorded.lines.push(ReportLine { voids: figure(1, 450), ..before });
    recorded.lines.push(line(DAY, None, Method::Cash, "", figure(20, 11_250)));
    recorded.lines.push(line("2026-06-30", None, Method::Cash, "", figure(1, 300)));
    recorded
}

pub fn parts(recorded: &Recorded) -> Parts<'_> {
    Parts {
        tenant_name: "例示市".to_owned(),
        date: date(DAY),
        counter: Some(counter_id()),
        counters: vec![counter()],
        sales: sales(),
        days: vec![opened(Some(settlement()))],
        recorded,
        refunds: vec![Refund::of(refund(), &[])],
        unknowns: Vec::new(),
        overpaid: Vec::new(),
        decisions: Decisions::default(),
    }
}

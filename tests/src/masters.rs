//! What the town's counters sell and how they may be paid: made-up, in the shape of a real city's set-up.

use anyhow::Result;
use domain::{
    catalogue::{
        CounterProfile, Item, Operator, Owner, PaymentRoute, PriceList, RevenueAccount, RouteKind, TaxClass,
    },
    method::Method,
    money::Yen,
};

/// The set-up of the demo's city: one museum desk, one certificate window, three contracts.
pub const DEMO_SET_UP_TOML: &str = include_str!("../demo/set-up.toml");

/// The set-up of 萩・明倫学舎 in July 2022.
pub const JULY_SET_UP_TOML: &str = include_str!("../demo/july-2022.toml");

/// A certificate window of the simulation.
///
/// # Errors
/// Never for the numbers that the simulation uses; an identity that cannot be one otherwise.
pub fn simulated_counter(number: u64) -> Result<CounterProfile> {
    let counter = format!("sim-{number}").parse()?;
    Ok(CounterProfile {
        tenant_name: "見本市".into(),
        facility: "見本市役所".into(),
        section: "市民課".into(),
        counter,
        counter_label: format!("{number}番窓口"),
        cash_document_title: "領収書".into(),
        cashless_document_title: "利用明細書".into(),
        price_lists: vec![PriceList {
            valid_from: "2026-04-01".parse()?,
            items: vec![item("jumin", "住民票の写し", 300)?, item("koseki", "戸籍全部事項証明書", 450)?],
            exemptions: Vec::new(),
            group_minimum_people: None,
        }],
        routes: vec![
            route("cash", Method::Cash, RouteKind::CashDrawer, &[])?,
            route(
                "card",
                Method::Credit,
                RouteKind::LinkedTerminal { device: "terminal".parse()? },
                &["visa"],
            )?,
            route(
                "emoney",
                Method::ElectronicMoney,
                RouteKind::ManualTerminal { terminal_id: "E1".into() },
                &["nanaco"],
            )?,
            route(
                "coupon",
                Method::Voucher,
                RouteKind::Claim { reference_label: "クーポン番号".into() },
                &[],
            )?,
            route("kogawase", Method::PostalOrder, RouteKind::Security, &[])?,
        ],
        operators: vec![Operator { id: "staff-1".parse()?, label: "窓口A".into(), supervisor: false }],
    })
}

fn item(code: &str, name: &str, price: i64) -> Result<Item> {
    Ok(Item {
        code: code.parse()?,
        name: name.into(),
        name_en: code.into(),
        reading: code.into(),
        price: Yen::new(price),
        group_price: None,
        visitor_category: None,
        account: RevenueAccount {
            account: "一般会計".into(),
            kan: "使用料及び手数料".into(),
            ko: "手数料".into(),
            moku: "総務手数料".into(),
            setsu: "戸籍住民基本台帳手数料".into(),
        },
        section: "市民課".into(),
        owner: Owner::City,
        tax: TaxClass::NonTaxable,
        year_rule: domain::year_rule::YearRule::default(),
        barred_methods: Vec::new(),
    })
}

fn route(id: &str, method: Method, kind: RouteKind, brands: &[&str]) -> Result<PaymentRoute> {
    let to_the_bank_by_hand = method == Method::Cash || method.is_security();
    Ok(PaymentRoute {
        id: id.parse()?,
        label: method.label_ja().into(),
        method,
        kind,
        brands: brands.iter().map(|brand| brand.parse()).collect::<Result<_, _>>()?,
        contract: if to_the_bank_by_hand { None } else { Some(format!("c-{id}").parse()?) },
    })
}

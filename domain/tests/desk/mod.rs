//! One small builder through which every test of the rules goes: a counter with its journal in memory.
#![expect(clippy::unwrap_used, reason = "a builder for tests")]

use domain::{
    cash::CashCount,
    catalogue::{
        CounterProfile, ExemptionGround, Item, Operator, Owner, PaymentRoute, PriceList, RevenueAccount,
        RouteKind, TaxClass,
    },
    command::{Command, Context, LineRequest},
    decide::{decide, meta},
    event::{Actor, Event, Recorded},
    evolve::evolve,
    id::{AttemptId, BootId, CommandId, Incarnation, SaleId},
    method::Method,
    money::Yen,
    payment::{Approval, AttemptFact, Doubt, DoubtCause, Outcome, Phase},
    refusal::Refusal,
    settle::settlement,
    settlement::Settlement,
    state::{SaleState, State},
    time::{CivilDate, Timestamp},
};
use uuid::Uuid;

/// A counter under test.
pub struct Desk {
    pub state: State,
    pub journal: Vec<Recorded>,
    pub now: Timestamp,
    next_command: u128,
}

pub fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// The words of events, in order.
pub fn kinds(events: &[Event]) -> Vec<String> {
    let word = |event: &Event| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned();
    events.iter().map(word).collect()
}

pub fn approval(amount: i64) -> Approval {
    Approval {
        settled_amount: Some(Yen::new(amount)),
        brand: Some("visa".parse().unwrap()),
        terminal_id: Some("12345678".into()),
        slip_number: Some("0045".into()),
        ..Approval::default()
    }
}

pub fn silence() -> Outcome {
    Outcome::Unknown(Doubt {
        phase: Phase::AtCentre,
        cause: DoubtCause::Silence,
        detail: "no answer".into(),
        partial: None,
    })
}

impl Desk {
    /// Enrolled, not yet opened, 31 July 2026, 08:30.
    pub fn enrolled() -> Self {
        Self::enrolled_at(date("2026-07-31"), (8, 30), profile())
    }

    /// Enrolled, not yet opened, at an hour and minute of a day.
    pub fn enrolled_at(day: CivilDate, (hour, minute): (i8, i8), profile: CounterProfile) -> Self {
        let now = Timestamp::from_jst(day, hour, minute, 0).unwrap();
        let mut desk = Self { state: State::default(), journal: Vec::new(), now, next_command: 1 };
        let enrol = Command::Enrol {
            tenant: "t1".parse().unwrap(),
            counter: "m1".parse().unwrap(),
            incarnation: Incarnation(1),
            profile,
            first_receipt: 1,
        };
        desk.ok(enrol);
        desk
    }

    /// Opened with a float of 30,000.
    pub fn open() -> Self {
        let mut desk = Self::enrolled();
        desk.ok(desk.open_command());
        desk
    }

    /// Opened with a float of 30,000 at 08:30 of a day, with claims and securities.
    pub fn open_with_claims(day: &str) -> Self {
        let mut desk = Self::enrolled_at(date(day), (8, 30), profile_with_claims());
        desk.ok(desk.open_command());
        desk
    }

    pub fn open_command(&self) -> Command {
        Command::OpenDay {
            date: self.now.date(),
            operator: "staff-1".parse().unwrap(),
            float: CashCount::new([(1_000, 20), (500, 10), (100, 50)]).unwrap(),
        }
    }

    pub fn context(&mut self) -> Context {
        self.next_command += 1;
        Context {
            actor: Actor::Operator { id: "staff-1".parse().unwrap() },
            command: CommandId(Uuid::from_u128(self.next_command)),
            at: self.now,
            boot: BootId(Uuid::from_u128(99)),
            chain_head: "00".repeat(32),
        }
    }

    pub fn try_with(&mut self, context: &Context, command: Command) -> Result<Vec<Event>, Refusal> {
        let meta = meta(&self.state, context, &command);
        let events = decide(&self.state, context, command)?;
        for event in &events {
            let recorded = Recorded { meta: meta.clone(), event: event.clone() };
            evolve(&mut self.state, &recorded);
            self.journal.push(recorded);
        }
        self.check_invariants();
        Ok(events)
    }

    pub fn try_do(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.now = self.now.plus_ms(1_000);
        let context = self.context();
        self.try_with(&context, command)
    }

    pub fn ok(&mut self, command: Command) -> CommandId {
        self.now = self.now.plus_ms(1_000);
        let context = self.context();
        self.try_with(&context, command).unwrap();
        context.command
    }

    pub fn sale(&mut self, lines: &[(&str, u32)]) -> SaleId {
        SaleId(self.ok(Command::RegisterSale { lines: requests(lines), group: None }).0)
    }

    pub fn pay(&mut self, sale: SaleId, route: &str) -> AttemptId {
        let route = route.parse().unwrap();
        AttemptId(self.ok(Command::RequestPayment { sale, route, repeat_reason: None }).0)
    }

    pub fn claim(sale: SaleId, route: &str, reference: &str) -> Command {
        Command::TakeClaim { sale, route: route.parse().unwrap(), reference: reference.into() }
    }

    pub fn security(sale: SaleId, reference: &str) -> Command {
        Command::TakeSecurity { sale, route: "postal".parse().unwrap(), reference: reference.into() }
    }

    /// A card attempt that was sent and then fell silent.
    pub fn card_in_doubt(&mut self, lines: &[(&str, u32)]) -> (SaleId, AttemptId) {
        let sale = self.sale(lines);
        let attempt = self.pay(sale, "card");
        self.ok(Command::RecordFact { attempt, fact: AttemptFact::Sending });
        self.ok(Command::RecordOutcome { attempt, outcome: silence() });
        (sale, attempt)
    }

    pub fn sale_state(&self, sale: SaleId) -> SaleState {
        self.state.sales[&sale].state
    }

    pub fn figures(&self) -> Settlement {
        settlement(&self.state).unwrap()
    }

    /// What must hold after every command.
    fn check_invariants(&self) {
        let mut folded = State::default();
        for recorded in &self.journal {
            evolve(&mut folded, recorded);
        }
        assert_eq!(folded, self.state, "the state folds again from the journal");
        let mut numbers: Vec<u32> = self
            .journal
            .iter()
            .filter_map(|recorded| match &recorded.event {
                Event::SaleCompleted { receipt_number, .. } => Some(receipt_number.number),
                _ => None,
            })
            .collect();
        numbers.sort_unstable();
        let gapless: Vec<u32> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, gapless, "receipt numbers have no gap and no repetition");
        if self.state.day.is_some() {
            let figures = self.figures();
            assert_eq!(figures.cash.expected, figures.cash.float.checked_add(figures.cash.takings).unwrap());
            let lines: i64 = figures.items.iter().map(|row| row.amount.get()).sum();
            assert_eq!(lines, figures.net_total().get(), "items and methods give the same sum");
        }
    }
}

pub fn requests(lines: &[(&str, u32)]) -> Vec<LineRequest> {
    lines
        .iter()
        .map(|(code, quantity)| {
            let (code, ground) =
                code.split_once('/').map_or((*code, None), |(code, ground)| (code, Some(ground)));
            LineRequest {
                item: code.parse().unwrap(),
                quantity: *quantity,
                exemption: ground.map(|ground| ground.parse().unwrap()),
            }
        })
        .collect()
}

fn item(code: &str, name: &str, price: i64) -> Item {
    Item {
        code: code.parse().unwrap(),
        name: name.into(),
        name_en: String::new(),
        reading: String::new(),
        price: Yen::new(price),
        group_price: None,
        visitor_category: None,
        account: RevenueAccount {
            account: "一般会計".into(),
            kan: "使用料及び手数料".into(),
            ko: "手数料".into(),
            moku: "総務手数料".into(),
            setsu: "戸籍住民手数料".into(),
        },
        section: "市民課".into(),
        owner: Owner::City,
        year_rule: domain::year_rule::YearRule::default(),
        tax: TaxClass::NonTaxable,
        barred_methods: Vec::new(),
    }
}

fn route(id: &str, method: Method, kind: RouteKind, brands: &[&str]) -> PaymentRoute {
    PaymentRoute {
        id: id.parse().unwrap(),
        label: id.into(),
        method,
        kind,
        brands: brands.iter().map(|brand| brand.parse().unwrap()).collect(),
        contract: (method != Method::Cash).then(|| format!("c-{id}").parse().unwrap()),
    }
}

pub fn profile() -> CounterProfile {
    let ticket = |code: &str, name: &str, price, group| Item {
        group_price: Some(Yen::new(group)),
        visitor_category: Some(name.into()),
        ..item(code, name, price)
    };
    let manager = Owner::DesignatedManager { name: "指定管理者".into() };
    CounterProfile {
        tenant_name: "見本市".into(),
        facility: "市役所".into(),
        section: "市民課".into(),
        counter: "m1".parse().unwrap(),
        counter_label: "1番窓口".into(),
        cash_document_title: "領収書".into(),
        cashless_document_title: "利用明細書".into(),
        price_lists: vec![PriceList {
            valid_from: date("2026-04-01"),
            items: vec![
                item("jumin", "住民票の写し", 300),
                item("koseki", "戸籍全部事項証明", 450),
                ticket("adult", "一般", 300, 240),
                Item { owner: manager, ..item("goods", "図録", 1_000) },
                Item { barred_methods: vec![Method::Credit], ..item("card", "カード再交付", 800) },
            ],
            exemptions: vec![ExemptionGround {
                code: "nenkin".parse().unwrap(),
                label: "国民年金法104条".into(),
                items: Vec::new(),
            }],
            group_minimum_people: Some(20),
        }],
        routes: vec![
            route("cash", Method::Cash, RouteKind::CashDrawer, &[]),
            route(
                "card",
                Method::Credit,
                RouteKind::LinkedTerminal { device: "cat-1".parse().unwrap() },
                &["visa", "jcb"],
            ),
            route(
                "emoney",
                Method::ElectronicMoney,
                RouteKind::ManualTerminal { terminal_id: "T-9".into() },
                &["nanaco", "transit"],
            ),
            route(
                "sheet",
                Method::CodeStatic,
                RouteKind::StaticSheet { sheet_numbers: vec!["S-0001".into()] },
                &["paypay"],
            ),
        ],
        operators: vec![Operator {
            id: "staff-1".parse().unwrap(),
            label: "担当1".into(),
            supervisor: false,
        }],
    }
}

/// The same counter with more on its list and the routes that came with payload version 2. Frozen by the golden journal v2.
pub fn profile_with_claims() -> CounterProfile {
    let mut wide = profile();
    let tickets = RevenueAccount {
        account: "一般会計".into(),
        kan: "使用料及び手数料".into(),
        ko: "使用料".into(),
        moku: "教育使用料".into(),
        setsu: "観覧料".into(),
    };
    for list in &mut wide.price_lists {
        list.valid_from = date("2022-04-01");
        for ticket in list.items.iter_mut().filter(|item| item.visitor_category.is_some()) {
            ticket.account = tickets.clone();
            ticket.tax = TaxClass::Taxable10;
        }
        let cash_or_card = vec![Method::Voucher, Method::PostalOrder];
        list.items.push(item("inkan", "印鑑登録証明書", 300));
        list.items.push(Item { section: "税務課".into(), ..item("zei", "税証明", 300) });
        list.items.push(Item { barred_methods: cash_or_card, ..item("ashi", "住居表示台帳", 150) });
        list.exemptions.push(ExemptionGround {
            code: "guide".parse().unwrap(),
            label: "団体の引率者・添乗員".into(),
            items: vec!["adult".parse().unwrap()],
        });
    }
    let claim = |label: &str| RouteKind::Claim { reference_label: label.into() };
    wide.routes.push(route("voucher", Method::Voucher, claim("クーポン番号"), &[]));
    wide.routes.push(route("deferred", Method::Deferred, claim("後納承認番号"), &[]));
    wide.routes.push(PaymentRoute {
        contract: None,
        ..route("postal", Method::PostalOrder, RouteKind::Security, &[])
    });
    wide.routes.push(PaymentRoute {
        contract: None,
        ..route(
            "wallets",
            Method::CodeStatic,
            RouteKind::StaticSheet { sheet_numbers: vec!["S-0002".into()] },
            &["paypay", "linepay", "wallet-of-tomorrow"],
        )
    });
    wide
}

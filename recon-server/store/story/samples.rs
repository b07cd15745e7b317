//! Made-up data of the story: profiles, journals, events.

use domain::{
    cash::CashCount,
    catalogue::{CounterProfile, Owner, RevenueAccount, TaxClass},
    event::{Actor, Event, Meta, Recorded},
    id::{
        AttemptId, BootId, CommandId, CounterId, Incarnation, ReceiptNumber, SaleId, SequenceNumber, TenantId,
    },
    method::Method,
    money::Yen,
    payment::AttemptKind,
    sale::{Exemption, Line, Payment, Standing},
    settlement::{CashPosition, Settlement},
    time::{CivilDate, Timestamp},
};
use journal::{
    chain::{Head, JournalId},
    entry::Entry,
    payload,
};
use store::{
    Store,
    counters::{Enrolment, Grant, NewEnrolmentCode},
};
use uuid::Uuid;

/// 2026-08-03 09:00:00 in Japan plus `seconds`.
pub fn at(seconds: i64) -> Timestamp {
    let opening = Timestamp::from_jst(day("2026-08-03"), 9, 0, 0).unwrap();
    Timestamp::from_micros(opening.as_micros() + seconds * 1_000_000)
}

pub fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

pub fn tenant(text: &str) -> TenantId {
    text.parse().unwrap()
}

pub fn counter(text: &str) -> CounterId {
    text.parse().unwrap()
}

pub fn profile(counter_id: &str, label: &str) -> CounterProfile {
    CounterProfile {
        tenant_name: "見本市".to_owned(),
        facility: "市民課".to_owned(),
        section: "証明係".to_owned(),
        counter: counter(counter_id),
        counter_label: label.to_owned(),
        cash_document_title: "領収書".to_owned(),
        cashless_document_title: "利用明細".to_owned(),
        price_lists: Vec::new(),
        routes: Vec::new(),
        operators: Vec::new(),
    }
}

/// Registers a counter and enrols an agent with a code made of `byte`.
pub async fn enrol(
    store: &dyn Store,
    tenant: &TenantId,
    counter_id: &str,
    byte: u8,
    now: Timestamp,
) -> Grant {
    let mut unit = store.begin().await.unwrap();
    unit.put_counter(tenant, &profile(counter_id, "1番窓口"), now).await.unwrap();
    let code = NewEnrolmentCode {
        code_sha256: [byte; 32],
        counter: counter(counter_id),
        created_by: "admin".to_owned(),
        created_at: now,
        expires_at: now.plus_ms(600_000),
    };
    unit.put_enrolment_code(tenant, &code).await.unwrap();
    let enrolled = unit.enrol(tenant, &[byte; 32], now.plus_ms(1_000)).await.unwrap();
    unit.commit().await.unwrap();
    match enrolled {
        Enrolment::Granted(grant) => *grant,
        other => panic!("{other:?}"),
    }
}

/// A counter's own journal: freezes what happens, one entry after the other.
#[derive(Clone)]
pub struct Diary {
    pub id: JournalId,
    pub head: Head,
    pub now: Timestamp,
    receipts: u32,
}

impl Diary {
    pub fn new(tenant: &TenantId, counter: &CounterId, incarnation: Incarnation, now: Timestamp) -> Self {
        let id = JournalId { tenant: tenant.clone(), counter: counter.clone(), incarnation };
        Self { id, head: Head::EMPTY, now, receipts: 0 }
    }

    /// Writes what an operator caused, one second after the last.
    pub fn write(&mut self, event: Event) -> Entry {
        self.write_as(Actor::Operator { id: "clerk-1".parse().unwrap() }, event)
    }

    pub fn write_as(&mut self, actor: Actor, event: Event) -> Entry {
        self.now = self.now.plus_ms(1_000);
        let meta = Meta {
            actor,
            command: CommandId(Uuid::from_u128(self.head.sequence_number.0.into())),
            at: self.now,
            boot: BootId(Uuid::from_u128(7)),
        };
        let recorded = Recorded { meta, event };
        let payload = payload::write(&recorded).unwrap();
        self.freeze(payload::kind_of(&recorded.event), payload::PAYLOAD_VERSION, &payload)
    }

    pub fn freeze(&mut self, kind: u16, version: u16, payload: &[u8]) -> Entry {
        let entry = self.head.freeze_next(&self.id, kind, version, payload).unwrap();
        self.head = Head::after(&entry);
        entry
    }

    /// A completed cash sale of `yen` with two lines, one of them free.
    pub fn cash_sale(&mut self, sale: u128, yen: i64) -> Entry {
        let receipt_number = self.next_receipt();
        let event = Event::SaleCompleted {
            sale: SaleId(Uuid::from_u128(sale)),
            receipt_number,
            business_day: self.now.date(),
            payment_date: self.now.date(),
            paid_at: self.now,
            lines: vec![line("juminhyo", yen), free_line()],
            total: Yen::new(yen),
            payment: cash(yen),
        };
        self.write(event)
    }

    /// A sale on a terminal that gave a slip.
    pub fn card_sale(&mut self, sale: u128, yen: i64, terminal: &str, slip: &str) -> Entry {
        let receipt_number = self.next_receipt();
        let payment = Payment {
            method: Method::Credit,
            contract: Some("card-1".parse().unwrap()),
            terminal_id: Some(terminal.to_owned()),
            slip_number: Some(slip.to_owned()),
            ..cash(yen)
        };
        let event = Event::SaleCompleted {
            sale: SaleId(Uuid::from_u128(sale)),
            receipt_number,
            business_day: self.now.date(),
            payment_date: self.now.date(),
            paid_at: self.now,
            lines: vec![line("juminhyo", yen)],
            total: Yen::new(yen),
            payment,
        };
        self.write(event)
    }

    pub fn next_receipt(&mut self) -> ReceiptNumber {
        self.receipts += 1;
        ReceiptNumber {
            counter: self.id.counter.clone(),
            incarnation: self.id.incarnation,
            number: self.receipts,
        }
    }
}

pub fn line(item: &str, yen: i64) -> Line {
    Line {
        item: item.parse().unwrap(),
        name: "住民票の写し".to_owned(),
        quantity: 1,
        unit_price: Yen::new(yen),
        amount: Yen::new(yen),
        group: false,
        exemption: None,
        visitor_category: None,
        account: RevenueAccount {
            account: "一般会計".to_owned(),
            kan: "使用料及び手数料".to_owned(),
            ko: "手数料".to_owned(),
            moku: "総務手数料".to_owned(),
            setsu: "証明手数料".to_owned(),
        },
        section: "市民課".to_owned(),
        owner: Owner::City,
        year_rule: domain::year_rule::YearRule::default(),
        tax: TaxClass::NonTaxable,
    }
}

pub fn free_line() -> Line {
    let ground = Exemption { code: "law-1".parse().unwrap(), label: "戸籍法による無料".to_owned() };
    Line {
        exemption: Some(ground),
        owner: Owner::Other { name: "実行委員会".to_owned() },
        ..line("koseki", 0)
    }
}

/// A ticket of a museum: counted as visitors.
pub fn ticket(category: &str, quantity: u32, yen: i64, group: bool) -> Line {
    Line { visitor_category: Some(category.to_owned()), quantity, group, ..line("ticket", yen) }
}

/// Cash: no brand, no contract, no attempt, no slip.
pub fn cash(yen: i64) -> Payment {
    Payment {
        method: Method::Cash,
        route: "cash".parse().unwrap(),
        brand: None,
        contract: None,
        attempt: None,
        amount: Yen::new(yen),
        tendered: Some(Yen::new(yen)),
        change: Some(Yen::ZERO),
        standing: Standing::Confirmed,
        terminal_id: None,
        slip_number: None,
        approval_code: None,
        sheet_number: None,
        payer_digits: None,
    }
}

/// A card payment with everything that a payment can say, but for cash and sheets.
pub fn card(attempt: u128, yen: i64) -> Payment {
    Payment {
        method: Method::Credit,
        route: "term-1".parse().unwrap(),
        brand: Some("visa".parse().unwrap()),
        contract: Some("card-1".parse().unwrap()),
        attempt: Some(AttemptId(Uuid::from_u128(attempt))),
        tendered: None,
        change: None,
        standing: Standing::Provisional,
        terminal_id: Some("99001".to_owned()),
        slip_number: Some("00042".to_owned()),
        approval_code: Some("A1B2C3".to_owned()),
        ..cash(yen)
    }
}

pub fn requested(attempt: u128, sale: u128, yen: i64, kind: AttemptKind) -> Event {
    Event::PaymentRequested {
        attempt: AttemptId(Uuid::from_u128(attempt)),
        sale: SaleId(Uuid::from_u128(sale)),
        sequence_number: 17,
        kind,
        method: Method::ElectronicMoney,
        route: "term-1".parse().unwrap(),
        contract: None,
        brand: None,
        amount: Yen::new(yen),
        business_day: day("2026-08-03"),
        repeat_reason: None,
    }
}

pub fn opened(cut: u32) -> Event {
    Event::BusinessDayOpened {
        date: day("2026-08-03"),
        cut,
        operator: "clerk-1".parse().unwrap(),
        float: CashCount::new([(1_000, 20), (500, 10), (100, 40)]).unwrap(),
    }
}

/// The figures of a day on which nothing was sold and nothing counted.
pub fn settlement(cut: u32) -> Settlement {
    Settlement {
        date: day("2026-08-03"),
        cut,
        methods: Vec::new(),
        items: Vec::new(),
        visitors: Vec::new(),
        cash: CashPosition::default(),
        terminal_totals: Vec::new(),
        terminal_differences: Vec::new(),
        unknowns: Vec::new(),
        late: Vec::new(),
        receipts: None,
        voided_receipts: Vec::new(),
    }
}

pub fn closed(cut: u32, reason: Option<&str>) -> Event {
    Event::CounterClosed {
        settlement: settlement(cut),
        reason: reason.map(str::to_owned),
        chain_head: "00ff".to_owned(),
    }
}

/// Appends and commits.
pub async fn deliver(
    store: &dyn Store,
    diary: &Diary,
    entries: &[Entry],
    received_at: Timestamp,
) -> store::journal::Appended {
    let mut unit = store.begin().await.unwrap();
    let appended = unit.append_entries(&diary.id, entries, received_at).await.unwrap().unwrap();
    unit.commit().await.unwrap();
    appended
}

pub const fn position(number: u64) -> SequenceNumber {
    SequenceNumber(number)
}

//! Runs and settings.

use domain::money::Yen;
use store::{
    Store, StoreError,
    matching::{
        BankHoliday, CounterHoliday, ExceptionRow, LinkMember, LinkRow, NewRun, ReportLineRow, RunRow,
    },
};

use super::samples::{at, counter, day, profile, tenant};

pub fn run() -> NewRun {
    NewRun {
        as_of: day("2026-08-31"),
        from: day("2026-08-01"),
        to: day("2026-08-31"),
        config_version: "1".to_owned(),
        watermark: 0,
        input_sha256: [1; 32],
        output_sha256: [2; 32],
        verdict: "incomplete".to_owned(),
        summary: "{}".to_owned(),
        created_at: at(0),
        created_by: "job".to_owned(),
    }
}

fn link(id: &str, leg: &str, subjects: &[(&str, i64)]) -> LinkRow {
    let member = |&(subject, yen): &(&str, i64)| LinkMember {
        side: "journal".to_owned(),
        subject: subject.to_owned(),
        amount: Yen::new(yen),
    };
    LinkRow {
        link: id.to_owned(),
        leg: leg.to_owned(),
        stage: "id".to_owned(),
        members: subjects.iter().map(member).collect(),
        evidence: "{}".to_owned(),
    }
}

fn exception(id: &str, class: &str) -> ExceptionRow {
    ExceptionRow {
        exception: id.to_owned(),
        class: class.to_owned(),
        leg: "1".to_owned(),
        subject: "s3".to_owned(),
        amount: Yen::new(-300),
        day: (class == "a_only").then(|| day("2026-08-03")),
        sentence: "売上がありません".to_owned(),
        detail: "{}".to_owned(),
    }
}

pub async fn a_run_is_read_back(store: &dyn Store) {
    let tenant = tenant("runs");
    let links = [link("l2", "1", &[("s2", 300), ("a1", 300)]), link("l1", "1", &[("s1", -450)])];
    let exceptions = [exception("e2", "j_only"), exception("e1", "a_only")];
    let report =
        |position, line: &str| ReportLineRow { report: "daily".to_owned(), position, line: line.to_owned() };
    let lines = [report(2, "{\"b\":2}"), report(1, "{\"a\":1}")];
    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.record_run(&tenant, &run(), &links, &exceptions, &lines).await.unwrap(), 1);
    assert_eq!(unit.record_run(&tenant, &run(), &[], &[], &[]).await.unwrap(), 2);
    unit.commit().await.unwrap();

    let mut unit = store.snapshot().await.unwrap();
    let first = RunRow { number: 1, run: run() };
    assert_eq!(unit.runs(&tenant, 10).await.unwrap(), [RunRow { number: 2, run: run() }, first.clone()]);
    assert_eq!(unit.runs(&tenant, 1).await.unwrap().len(), 1);
    assert_eq!(unit.run(&tenant, 1).await.unwrap(), Some(first));
    assert_eq!(unit.run(&tenant, 3).await.unwrap(), None);
    assert_eq!(unit.run_links(&tenant, 1).await.unwrap(), [links[1].clone(), links[0].clone()]);
    assert_eq!(unit.links_of(&tenant, 1, "a1").await.unwrap(), [links[0].clone()], "with every member");
    assert!(unit.links_of(&tenant, 2, "a1").await.unwrap().is_empty());
    let sorted = [exceptions[1].clone(), exceptions[0].clone()];
    assert_eq!(unit.run_exceptions(&tenant, 1).await.unwrap(), sorted);
    assert_eq!(unit.run_report(&tenant, 1, "daily").await.unwrap(), [lines[1].clone(), lines[0].clone()]);
    assert!(unit.run_report(&tenant, 1, "monthly").await.unwrap().is_empty());
    drop(unit);

    let twice = [link("same", "1", &[("s1", 1)]), link("same", "1", &[("s2", 1)])];
    let mut unit = store.begin().await.unwrap();
    let refused = unit.record_run(&tenant, &run(), &twice, &[], &[]).await;
    assert!(matches!(refused, Err(StoreError::RecordRun(_))), "an id stands once in a run");
}

pub async fn settings(store: &dyn Store) {
    let tenant = tenant("settings");
    let (card, code) = ("card-1".parse().unwrap(), "code-1".parse().unwrap());
    let april = day("2026-04-01");
    let mut unit = store.begin().await.unwrap();
    assert_eq!(unit.put_contract(&tenant, &code, april, "{\"fee\":1}", at(0)).await.unwrap(), 1);
    assert_eq!(unit.put_contract(&tenant, &card, april, "{\"fee\":1}", at(0)).await.unwrap(), 1);
    assert_eq!(unit.put_contract(&tenant, &card, april, "{\"fee\":1}", at(1)).await.unwrap(), 1);
    assert_eq!(unit.put_contract(&tenant, &card, april, "{\"fee\":2}", at(2)).await.unwrap(), 2);
    assert_eq!(unit.put_contract(&tenant, &card, day("2025-04-01"), "{}", at(3)).await.unwrap(), 1);
    let mut holiday = BankHoliday { day: day("2026-08-11"), name: "山の日".to_owned() };
    unit.put_bank_holiday(&tenant, &holiday).await.unwrap();
    holiday.name = "山の日（祝日）".to_owned();
    unit.put_bank_holiday(&tenant, &holiday).await.unwrap();
    unit.put_counter(&tenant, &profile("m1", "1番窓口"), at(0)).await.unwrap();
    let closed = |on: &str, closed| CounterHoliday {
        counter: counter("m1"),
        day: day(on),
        closed,
        reason: "館内整理日".to_owned(),
        entered_by: "kaikei".to_owned(),
        entered_at: at(0),
    };
    for entry in [closed("2026-08-12", true), closed("2026-08-13", true), closed("2026-08-13", false)] {
        unit.put_counter_holiday(&tenant, &entry).await.unwrap();
    }
    unit.commit().await.unwrap();

    let mut unit = store.snapshot().await.unwrap();
    let contracts = unit.contracts(&tenant).await.unwrap();
    let read: Vec<_> = contracts
        .iter()
        .map(|row| (row.contract.as_str(), row.valid_from.to_string(), row.version, row.config.as_str()))
        .collect();
    assert_eq!(
        read,
        [
            ("card-1", "2025-04-01".to_owned(), 1, "{}"),
            ("card-1", "2026-04-01".to_owned(), 2, "{\"fee\":2}"),
            ("code-1", "2026-04-01".to_owned(), 1, "{\"fee\":1}"),
        ]
    );
    let (from, to) = (day("2026-08-01"), day("2026-08-31"));
    assert_eq!(unit.bank_holidays(&tenant, from, to).await.unwrap(), [holiday]);
    assert_eq!(unit.counter_holidays(&tenant, from, to).await.unwrap(), [closed("2026-08-12", true)]);
}

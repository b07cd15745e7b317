//! The one function behind 点検 (X) and 日締め精算 (Z).

use std::collections::BTreeMap;

use crate::{
    id::{BrandCode, ReceiptNumber, RouteId},
    method::Method,
    money::Yen,
    sale::{Line, Standing},
    settlement::{
        CashPosition, ItemRow, LateRow, MethodRow, Settlement, Tally, TerminalDifference, UnknownRow,
        VisitorRow, net_of,
    },
    state::{Completion, OpenDay, Sale, SaleState, State},
};

/// The figures of the open day, or none where no day is open.
#[must_use]
pub fn settlement(state: &State) -> Option<Settlement> {
    let day = state.day.as_ref()?;
    let sales: Vec<(&Sale, &Completion)> = state
        .sales
        .values()
        .filter_map(|sale| sale.completion.as_ref().map(|completion| (sale, completion)))
        // A sale of an earlier day may still be here for its paper's sake.
        .filter(|(_, completion)| completion.booked == Some((day.date, day.cut)))
        .collect();
    let (late, of_day): (Vec<_>, Vec<_>) = sales.into_iter().partition(|(_, completion)| completion.late);
    let methods = method_rows(&of_day);
    let terminal_differences = terminal_differences(day, &methods);
    Some(Settlement {
        date: day.date,
        cut: day.cut,
        cash: cash_position(day, &methods),
        items: item_rows(&of_day),
        visitors: visitor_rows(&of_day),
        terminal_totals: day.terminal_totals.values().cloned().collect(),
        terminal_differences,
        unknowns: unknown_rows(state),
        late: late_rows(&late),
        receipts: receipt_range(&of_day, &late),
        voided_receipts: of_day
            .iter()
            .filter(|(sale, _)| sale.state == SaleState::Voided)
            .map(|(_, completion)| completion.receipt_number.clone())
            .collect(),
        methods,
    })
}

type Done<'a> = (&'a Sale, &'a Completion);

/// One row per method, route and brand. A free issue takes no money and stands in no method row.
fn method_rows(sales: &[Done<'_>]) -> Vec<MethodRow> {
    let mut rows: BTreeMap<(Method, RouteId, Option<BrandCode>), MethodRow> = BTreeMap::new();
    for (sale, completion) in sales.iter().filter(|(sale, _)| sale.total != Yen::ZERO) {
        let payment = &completion.payment;
        let key = (payment.method, payment.route.clone(), payment.brand.clone());
        let row = rows.entry(key).or_insert_with(|| MethodRow {
            method: payment.method,
            route: payment.route.clone(),
            brand: payment.brand.clone(),
            sales: Tally::default(),
            voids: Tally::default(),
            provisional: Tally::default(),
        });
        row.sales.add(payment.amount);
        if sale.state == SaleState::Voided {
            row.voids.add(payment.amount);
        } else if payment.standing == Standing::Provisional {
            row.provisional.add(payment.amount);
        }
    }
    rows.into_values().collect()
}

fn cash_position(day: &OpenDay, methods: &[MethodRow]) -> CashPosition {
    // The float was checked when the day was opened, the count when it was keyed.
    let float = day.float.total().unwrap_or_default();
    let takings = net_of(methods, |method| method == Method::Cash);
    let securities = net_of(methods, Method::is_security);
    let expected = float.saturating_add(takings);
    let counted = day.counted.as_ref().map(|count| count.total().unwrap_or_default());
    CashPosition {
        float,
        takings,
        expected,
        counted,
        difference: counted.map(|counted| counted.saturating_sub(expected)),
        // Securities lie beside the drawer: they are carried to the bank with the cash and never counted as coins or notes.
        pay_in: takings.saturating_add(securities),
    }
}

/// Lines of sales that stand.
fn standing_lines<'a>(sales: &'a [Done<'a>]) -> impl Iterator<Item = &'a Line> {
    sales.iter().filter(|(sale, _)| sale.state != SaleState::Voided).flat_map(|(sale, _)| &sale.lines)
}

fn item_rows(sales: &[Done<'_>]) -> Vec<ItemRow> {
    let mut rows: BTreeMap<(String, String), ItemRow> = BTreeMap::new();
    for line in standing_lines(sales) {
        let row = rows.entry((line.section.clone(), line.item.to_string())).or_insert_with(|| ItemRow {
            name: line.name.clone(),
            section: line.section.clone(),
            paid_quantity: 0,
            free_quantity: 0,
            amount: Yen::ZERO,
        });
        let quantity = if line.exemption.is_some() { &mut row.free_quantity } else { &mut row.paid_quantity };
        *quantity = quantity.saturating_add(line.quantity);
        row.amount = row.amount.saturating_add(line.amount);
    }
    rows.into_values().collect()
}

fn visitor_rows(sales: &[Done<'_>]) -> Vec<VisitorRow> {
    let mut rows: BTreeMap<String, VisitorRow> = BTreeMap::new();
    for line in standing_lines(sales) {
        let Some(category) = &line.visitor_category else { continue };
        let row = rows.entry(category.clone()).or_insert_with(|| VisitorRow {
            category: category.clone(),
            paid_individual: 0,
            paid_group: 0,
            free: 0,
        });
        let people = match (line.exemption.is_some(), line.group) {
            (true, _) => &mut row.free,
            (false, true) => &mut row.paid_group,
            (false, false) => &mut row.paid_individual,
        };
        *people = people.saturating_add(line.quantity);
    }
    rows.into_values().collect()
}

/// Brands of every terminal whose totals are here and differ from the journal, on either side.
fn terminal_differences(day: &OpenDay, methods: &[MethodRow]) -> Vec<TerminalDifference> {
    let mut differences = Vec::new();
    for totals in day.terminal_totals.values() {
        let mut brands: BTreeMap<BrandCode, (Tally, Tally)> = BTreeMap::new();
        for row in methods.iter().filter(|row| row.route == totals.route) {
            let Some(brand) = &row.brand else { continue };
            brands.entry(brand.clone()).or_default().0 = Tally { count: row.net_count(), amount: row.net() };
        }
        for total in &totals.brands {
            brands.entry(total.brand.clone()).or_default().1 = total.tally;
        }
        differences.extend(brands.into_iter().filter(|(_, (journal, terminal))| journal != terminal).map(
            |(brand, (journal, terminal))| TerminalDifference {
                route: totals.route.clone(),
                brand,
                journal,
                terminal,
            },
        ));
    }
    differences
}

fn unknown_rows(state: &State) -> Vec<UnknownRow> {
    state
        .doubts()
        .map(|attempt| UnknownRow {
            attempt: attempt.id,
            at: attempt.requested_at,
            method: attempt.method,
            brand: attempt.brand.clone(),
            amount: attempt.amount,
        })
        .collect()
}

fn late_rows(sales: &[Done<'_>]) -> Vec<LateRow> {
    sales
        .iter()
        .map(|(_, completion)| LateRow {
            receipt_number: completion.receipt_number.clone(),
            payment_date: completion.payment_date,
            method: completion.payment.method,
            brand: completion.payment.brand.clone(),
            amount: completion.payment.amount,
        })
        .collect()
}

fn receipt_range(of_day: &[Done<'_>], late: &[Done<'_>]) -> Option<(ReceiptNumber, ReceiptNumber)> {
    let numbers = || of_day.iter().chain(late).map(|(_, completion)| &completion.receipt_number);
    let first = numbers().min_by_key(|number| number.number)?;
    let last = numbers().max_by_key(|number| number.number)?;
    Some((first.clone(), last.clone()))
}

//! `/exceptions`: 不一致 of every day, with filters; the sentence why, what comes nearest, and the records behind.
//!
//! Invariant: rows and sums are those of [`crate::jobs::exceptions`], the same that the files and the command line give.

use std::collections::BTreeSet;

use axum::{
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use domain::time::CivilDate;
use engine::{
    Verdict,
    outcome::{AliasProposal, Exception},
};
use serde::Deserialize;
use store::controls::ControlTopic;

use super::{
    controls,
    download::{self, Format},
    records::Surroundings,
    report_lists::{PayoutPlaces, with_why},
    why,
};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        books,
        controls::alias_id,
        exceptions::{self, ExceptionLine, ExceptionList, Wanted},
        papers::{excel, render},
        settled::Settled,
    },
    web::{
        failure::PageError,
        frame,
        view::{
            exceptions::{AliasLine, Choice, ExceptionsPage},
            form::Field,
            report_lists::Break,
            shell::Section,
            words::{Link, short_date},
        },
    },
};

/// Deposits that are named for one proposal.
const EVIDENCE_SHOWN_MAX: usize = 3;
/// Most rows on one page; the files have all.
const ROWS_MAX: usize = 500;
/// Verdicts that a filter can begin at, with their words.
const VERDICTS: [(&str, Verdict, &str); 3] = [
    ("pending", Verdict::Pending, "保留以上"),
    ("differences", Verdict::Differences, "差異以上"),
    ("incomplete", Verdict::Incomplete, "未確定だけ"),
];

/// The filter. Forms send empty words for what is not chosen.
#[derive(Debug, Default, Deserialize)]
pub struct ListQuery {
    #[serde(default)]
    class: String,
    #[serde(default)]
    contract: String,
    #[serde(default)]
    counter: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    as_of: String,
    format: Option<Format>,
}

/// `GET /exceptions?class=&contract=&counter=&verdict=&from=&to=&as_of=&format=`
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<ListQuery>,
) -> Result<Response, PageError> {
    let wanted = query.wanted()?;
    let today = state.today();
    let as_of = day(&query.as_of, "as_of")?.map_or(today, |asked| asked.min(today));
    let list = exceptions::list(&state, Some(as_of), &wanted).await?;
    if let Some(format) = query.format {
        let table = list.table();
        let csv = |encoding| render::to_csv(&table, encoding);
        let xlsx = || excel::to_xlsx(std::slice::from_ref(&table), &list.tenant_name, as_of);
        let json = || render::to_json("exceptions", &list);
        return download::file(&format!("exceptions-{as_of}"), format, csv, json, xlsx);
    }
    let all = exceptions::list(&state, Some(as_of), &Wanted::default()).await?;
    let rows = || list.rows.iter().take(ROWS_MAX).chain(list.settled.iter().take(ROWS_MAX));
    let shown: Vec<&Exception> = rows().map(|row| &row.exception).collect();
    let days: BTreeSet<CivilDate> = shown.iter().map(|one| one.day).collect();
    let span = (days.first().copied().unwrap_or(as_of), days.last().copied().unwrap_or(as_of));
    let around = Surroundings::of_exceptions(&state, span, &shown).await?;
    let aliases = books::aliases(&state, as_of).await?;
    let shell = frame::shell(&state, Some(&user), Section::Exceptions)?;
    let line = |row: &ExceptionLine| Break {
        settled: row.settled.as_ref().map(Settled::words_ja),
        ..with_why(&row.exception, &PayoutPlaces::new(), as_of, &around)
    };
    let breaks = list.rows.iter().take(ROWS_MAX).map(line).collect();
    let settled = list.settled.iter().take(ROWS_MAX).map(line).collect();
    let page = ExceptionsPage {
        shell,
        as_of: Field::typed(as_of.to_string()),
        classes: query.classes(&all),
        contracts: query.contracts(&all, &around),
        counters: query.counters(&all, &around),
        verdicts: VERDICTS.map(|(value, _, label)| choice(value, label, &query.verdict)).to_vec(),
        from: Field::typed(query.from.as_str()),
        to: Field::typed(query.to.as_str()),
        verdict: list.verdict.into(),
        net: list.net,
        breaks_gross: list.breaks_gross,
        hidden: (all.rows.len() + all.settled.len()).saturating_sub(shown.len()),
        breaks,
        settled,
        aliases: aliases.iter().map(|one| alias(one, as_of, &around)).collect(),
        downloads: download::links(&query.address(as_of)),
    };
    Ok(frame::page(&page)?.into_response())
}

fn alias(proposal: &AliasProposal, as_of: CivilDate, around: &Surroundings) -> AliasLine {
    let evidence = proposal.evidence.iter().take(EVIDENCE_SHOWN_MAX).map(|pair| {
        let words = format!(
            "{} 入金 {}円 = {}の支払予定",
            short_date(pair.booked_on),
            pair.amount,
            short_date(pair.expected_on)
        );
        Link::new(words, why::address(&pair.deposit, as_of))
    });
    AliasLine {
        kana: proposal.remitter_kana.clone(),
        contract: around.contract_words(&proposal.contract),
        ask: controls::ask_address(ControlTopic::Alias, &alias_id(proposal)),
        evidence: evidence.collect(),
        evidence_more: proposal.evidence.len().saturating_sub(EVIDENCE_SHOWN_MAX),
        sentence: proposal.sentence_ja.clone(),
    }
}

impl ListQuery {
    fn wanted(&self) -> Result<Wanted, PageError> {
        let verdict = match self.verdict.as_str() {
            "" => None,
            word => Some(
                VERDICTS
                    .iter()
                    .find(|(code, ..)| *code == word)
                    .map(|(_, verdict, _)| *verdict)
                    .ok_or(PageError::BadForm("verdict"))?,
            ),
        };
        Ok(Wanted {
            contract: id(&self.contract, "contract")?,
            counter: id(&self.counter, "counter")?,
            class: Some(self.class.clone()).filter(|class| !class.is_empty()),
            verdict,
            from: day(&self.from, "from")?,
            to: day(&self.to, "to")?,
        })
    }

    fn classes(&self, all: &ExceptionList) -> Vec<Choice> {
        all.classes.iter().map(|class| choice(class.code(), class.label_ja(), &self.class)).collect()
    }

    fn contracts(&self, all: &ExceptionList, around: &Surroundings) -> Vec<Choice> {
        let ids: BTreeSet<_> = all.rows.iter().filter_map(|row| row.exception.contract.as_ref()).collect();
        ids.into_iter().map(|id| choice(id.as_str(), &around.contract_words(id), &self.contract)).collect()
    }

    fn counters(&self, all: &ExceptionList, around: &Surroundings) -> Vec<Choice> {
        let ids: BTreeSet<_> = all.rows.iter().filter_map(|row| row.exception.counter.as_ref()).collect();
        ids.into_iter().map(|id| choice(id.as_str(), &around.counter_words(id), &self.counter)).collect()
    }

    /// The page's own address with its filter; every word of it was read as an id, a code or a day.
    fn address(&self, as_of: CivilDate) -> String {
        let mut address = format!("/exceptions?as_of={as_of}");
        for (name, value) in [
            ("class", &self.class),
            ("contract", &self.contract),
            ("counter", &self.counter),
            ("verdict", &self.verdict),
            ("from", &self.from),
            ("to", &self.to),
        ] {
            let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if !value.is_empty() && plain {
                address.push_str(&format!("&{name}={value}"));
            }
        }
        address
    }
}

fn choice(value: &str, label: &str, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: value == chosen }
}

fn id<T: std::str::FromStr>(text: &str, field: &'static str) -> Result<Option<T>, PageError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| PageError::BadForm(field))
}

fn day(text: &str, field: &'static str) -> Result<Option<CivilDate>, PageError> {
    id(text, field)
}

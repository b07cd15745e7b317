//! `/expected`: 資料の到着予定, under 資料取込.
//!
//! Invariant: rows and states are those of [`expected::expected`], the same that the command line gives.

use std::collections::BTreeMap;

use axum::{
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use domain::time::CivilDate;
use serde::Deserialize;

use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::expected::{self, ExpectedFile, ExpectedState},
    web::{
        address,
        failure::PageError,
        frame,
        view::{
            expected::{ExpectedLine, ExpectedPage, SourceCounts},
            form::Field,
            shell::Section,
            words::{Link, Verdict, short_date},
        },
    },
};

/// Most files on one page.
const LINES_MAX: usize = 300;

/// Which files. Forms send empty words for what is not chosen.
#[derive(Debug, Default, Deserialize)]
pub struct ExpectedQuery {
    #[serde(default)]
    as_of: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    all: String,
}

/// `GET /expected?as_of=&from=&source=&all=`
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<ExpectedQuery>,
) -> Result<Response, PageError> {
    let today = state.today();
    let as_of = day(&query.as_of, "as_of")?.map_or(today, |asked| asked.min(today));
    let from = day(&query.from, "from")?;
    let files = expected::expected(&state, as_of, from).await?;
    let all = !query.all.is_empty();
    let of_source = |file: &&ExpectedFile| query.source.is_empty() || file.source == query.source;
    let wanted = |file: &&ExpectedFile| all || file.state != ExpectedState::Received;
    let asked = files.iter().filter(of_source).count();
    let lines: Vec<ExpectedLine> = files.iter().filter(of_source).filter(wanted).map(line).collect();
    let page = ExpectedPage {
        shell: frame::shell(&state, Some(&user), Section::Imports)?,
        as_of: Field::typed(as_of.to_string()),
        from: Field::typed(query.from.as_str()),
        all,
        sources: sources(&files, as_of),
        received_hidden: asked.saturating_sub(lines.len()),
        cut: lines.len().saturating_sub(LINES_MAX),
        lines: lines.into_iter().take(LINES_MAX).collect(),
        source: query.source,
    };
    Ok(frame::page(&page)?.into_response())
}

fn day(text: &str, field: &'static str) -> Result<Option<CivilDate>, PageError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| PageError::BadForm(field))
}

fn line(file: &ExpectedFile) -> ExpectedLine {
    let due = file.due_on.to_japanese();
    ExpectedLine {
        verdict: match file.state {
            ExpectedState::Received => Verdict::Agreed,
            ExpectedState::Waiting | ExpectedState::Partly => Verdict::Pending,
            ExpectedState::Overdue => Verdict::Incomplete,
        },
        state: file.state.label_ja(),
        source: file.label_ja.clone(),
        period: period(file.from, file.to),
        due: file.by.as_ref().map_or_else(|| due.clone(), |hour| format!("{due} {hour}まで")),
        upload: (file.state != ExpectedState::Received).then(|| upload(file)),
    }
}

fn period(from: CivilDate, to: CivilDate) -> String {
    if from == to { short_date(from) } else { format!("{} 〜 {}", short_date(from), short_date(to)) }
}

/// The upload form for one file; a bank's file says its own period.
fn upload(file: &ExpectedFile) -> Link {
    let mut href = upload_address(&file.source);
    if !file.source.starts_with("bank:") {
        href.push_str(&format!("&from={}&to={}", file.from, file.to));
    }
    Link::new("取り込む", href)
}

fn upload_address(source: &str) -> String {
    format!("/imports?source={}", address::word(source))
}

/// Counts by source, in the order of their words.
fn sources(files: &[ExpectedFile], as_of: CivilDate) -> Vec<SourceCounts> {
    let mut by_source: BTreeMap<(&str, &str), Vec<&ExpectedFile>> = BTreeMap::new();
    for file in files {
        by_source.entry((&file.label_ja, &file.source)).or_default().push(file);
    }
    let counts = |((label, source), files): ((&str, &str), Vec<&ExpectedFile>)| {
        let of = |wanted: fn(ExpectedState) -> bool| files.iter().filter(|file| wanted(file.state)).count();
        let open = files.iter().filter(|file| file.state != ExpectedState::Received);
        let next = open.map(|file| file.due_on).filter(|due| *due >= as_of).min();
        SourceCounts {
            source: Link::new(
                label,
                format!("/expected?source={}&all=1&as_of={as_of}", address::word(source)),
            ),
            received: of(|state| state == ExpectedState::Received),
            waiting: of(|state| matches!(state, ExpectedState::Waiting | ExpectedState::Partly)),
            overdue: of(|state| state == ExpectedState::Overdue),
            next_due: next.map(short_date),
            upload: Link::new("取り込む", upload_address(source)),
        }
    };
    by_source.into_iter().map(counts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(source: &str, day: &str, due: &str, state: ExpectedState) -> ExpectedFile {
        ExpectedFile {
            source: source.to_owned(),
            contract: None,
            label_ja: source.to_owned(),
            from: day.parse().unwrap(),
            to: day.parse().unwrap(),
            due_on: due.parse().unwrap(),
            by: Some("10:00".to_owned()),
            state,
        }
    }

    #[test]
    fn sources_are_counted_and_say_what_comes_next() {
        let files = [
            file("paypay", "2026-11-18", "2026-11-19", ExpectedState::Overdue),
            file("paypay", "2026-11-19", "2026-11-20", ExpectedState::Received),
            file("paypay", "2026-11-20", "2026-11-24", ExpectedState::Partly),
            file("bank:a 1", "2026-11-20", "2026-11-24", ExpectedState::Waiting),
        ];
        let made = sources(&files, "2026-11-20".parse().unwrap());
        let counts: Vec<_> = made.iter().map(|one| (one.received, one.waiting, one.overdue)).collect();
        assert_eq!(counts, [(0, 1, 0), (1, 1, 1)]);
        assert_eq!(made[1].next_due.as_deref(), Some("11/24(火)"));
        assert_eq!(made[0].upload.href, "/imports?source=bank%3Aa%201");
    }

    #[test]
    fn only_what_is_not_here_leads_to_the_upload() {
        let here = line(&file("paypay", "2026-11-20", "2026-11-24", ExpectedState::Received));
        assert_eq!((here.verdict, here.upload), (Verdict::Agreed, None));
        let late = line(&file("paypay", "2026-11-20", "2026-11-24", ExpectedState::Overdue));
        assert_eq!(late.verdict, Verdict::Incomplete);
        assert!(late.due.ends_with("10:00まで"), "{}", late.due);
        let href = late.upload.map(|link| link.href);
        assert_eq!(href.as_deref(), Some("/imports?source=paypay&from=2026-11-20&to=2026-11-20"));
    }
}

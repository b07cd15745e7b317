//! `/imports`: choose a file, look at it, take it; and the book of everything that ever came.
//!
//! Invariants: looking changes nothing; what is taken is, byte for byte, what was looked at (its digest); a refused file is kept and
//! its receipt says row, field, what was found and the remedy.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Extension, Form,
    extract::{Multipart, Path, Query, State, multipart::MultipartError},
    response::{IntoResponse, Response},
};
use domain::time::CivilDate;
use engine::Contract;
use serde::Deserialize;
use store::files::{FileKind, FileMode, FileRow, FileState};

use super::{day_and_time, preview, records::source_words, revised};
use crate::{
    api,
    app::AppState,
    auth::CurrentUser,
    jobs::import::{self, FILE_LENGTH_MAX_BYTES, Outcome, SourceChoice as Choice, Upload},
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        tray::Tray,
        view::{
            form::Field,
            imports::{FileLine, ImportsPage, ReceiptPage, RefusedRow, SourceChoice},
            shell::{Section, Tone},
            words::Link,
        },
    },
};

/// Name of the empty file of 移行時の未収.
const TEMPLATE_NAME: &str = "opening-position.csv";
/// Receipts on the page.
const FILES_SHOWN_MAX: u32 = 200;
/// Longest text field of the upload form, in bytes.
const TEXT_MAX_BYTES: usize = 200;

/// What was just done.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// What was just done, and what a link has filled in.
#[derive(Debug, Default, Deserialize)]
pub struct ListQuery {
    done: Option<String>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// The form under a preview.
#[derive(Debug, Deserialize)]
pub struct TakeForm {
    form_id: String,
    sha256: String,
}

/// `GET /imports`
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<ListQuery>,
) -> Result<Response, PageError> {
    let mut page = context(&state, &user).await?;
    choose(&mut page, &query.source);
    let day = |text: &str| text.parse::<CivilDate>().map(|day| Field::typed(day.to_string())).ok();
    page.from = day(&query.from).unwrap_or_default();
    page.to = day(&query.to).unwrap_or_default();
    if query.done.as_deref() == Some("late") {
        let text = "確認してから時間がたったため、ファイルを預かっていません。もう一度選んでください。";
        page.shell = frame::saying(page.shell, Tone::Refused, text);
    }
    Ok(frame::page(&page)?.into_response())
}

/// `POST /imports/preview`
pub async fn preview(
    State(state): State<AppState>,
    Extension(tray): Extension<Arc<Tray>>,
    user: CurrentUser,
    multipart: Multipart,
) -> Result<Response, PageError> {
    let typed = read(multipart).await.map_err(|error| match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => PageError::TooLarge,
        _ => PageError::BadForm("upload"),
    })?;
    match typed.check(&user.user) {
        Ok(upload) => {
            let sha256 = formats::sha256_hex(&upload.bytes);
            let shell = frame::shell(&state, Some(&user), Section::Imports)?;
            let page = preview::page(&state, shell, frame::form_id(&state)?, &sha256, &upload).await?;
            tray.put(&sha256, upload, state.now());
            Ok(frame::page(&page)?.into_response())
        }
        Err(refused) => {
            let mut page = context(&state, &user).await?;
            choose(&mut page, &typed.source);
            (page.file, page.from, page.to) = *refused;
            Ok(frame::page(&page)?.into_response())
        }
    }
}

/// `POST /imports`
pub async fn take(
    State(state): State<AppState>,
    Extension(tray): Extension<Arc<Tray>>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Form(form): Form<TakeForm>,
) -> Result<Answer, PageError> {
    let act = async {
        let Some(upload) = tray.find(&form.sha256, &user.user, state.now()) else {
            return Ok(Answer::See("/imports?done=late".to_owned()));
        };
        let outcome = import::import(&state, upload).await?;
        tray.remove(&form.sha256, &user.user);
        let (file, done) = match &outcome {
            Outcome::Accepted { receipts, .. } => {
                (receipts.first().map_or(0, |receipt| receipt.file), "taken")
            }
            Outcome::SeenBefore { file, .. } => (*file, "seen"),
            Outcome::Refused { file, .. } => (*file, "refused"),
        };
        Ok(Answer::See(format!("/imports/{file}?done={done}")))
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// `GET /imports/{file}`
pub async fn receipt(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(number): Path<String>,
    Query(query): Query<Done>,
) -> Result<Response, PageError> {
    let number: u64 = number.parse().map_err(|_| PageError::NotFound)?;
    let mut unit = state.store.snapshot().await?;
    let Some(row) = unit.file(state.tenant(), number).await? else { return Err(PageError::NotFound) };
    let revisions = revised::revisions(&mut *unit, &state, &row).await?;
    let by_hand = crate::jobs::hand::of_file(&mut *unit, &state, &row).await?;
    let replaced = revised::replaced(&mut *unit, &state, &row).await?;
    let newer = import::replaced_since(&mut *unit, state.tenant(), &row).await?;
    drop(unit);
    let restated = revised::restated(&state, &row).await?;
    let contracts = import::contracts(&state).await?;
    let shell = frame::shell(&state, Some(&user), Section::Imports)?;
    let said = match query.done.as_deref() {
        Some("taken") => Some((Tone::Done, "取り込みました。収納日報はこの資料を含めて計算し直されます。")),
        Some("seen") => Some((Tone::Info, "同じファイルを取り込み済みです。何も変えていません。")),
        Some("refused") => {
            Some((Tone::Refused, "取り込めませんでした。これまでに取り込んだものは変わっていません。"))
        }
        _ => None,
    };
    let page = ReceiptPage {
        shell: match said {
            Some((tone, text)) => frame::saying(shell, tone, text),
            None => shell,
        },
        sha256: hex::encode(row.sha256),
        kind: kind_words(row.kind).to_owned(),
        by_hand: by_hand.map(|from| super::hand::origin_link(row.file, &from)),
        refused: row.refusal.iter().map(|refusal| refused_row(refusal)).collect(),
        revisions_cut: revisions.len() >= import::REVISIONS_MAX,
        revisions,
        restated_cut: restated.len() >= import::RESTATED_MAX,
        restated,
        replaced,
        replaced_by: newer.map(|file| Link::new(format!("受付番号 {file}"), format!("/imports/{file}"))),
        line: line(&contracts, &row),
    };
    Ok(frame::page(&page)?.into_response())
}

/// `GET /imports/opening-template.csv`: an empty file of 移行時の未収.
pub async fn opening_template(_user: CurrentUser) -> Result<Response, PageError> {
    let bytes = formats::opening::template();
    let refused = |error: formats::csv_out::CannotWrite| {
        api::ApiProblem::new(journal::wire::ProblemCode::BadRequest, error.to_string()).into_response()
    };
    Ok(bytes.map_or_else(refused, |bytes| api::file(TEMPLATE_NAME, "text/csv; charset=utf-8", bytes)))
}

/// The stored words of a refusal: `file row field「found」: remedy`.
fn refused_row(refusal: &str) -> RefusedRow {
    let (place, remedy) = refusal.rsplit_once("」: ").unwrap_or(("", refusal));
    let (field, found) = place.split_once('「').unwrap_or((place, ""));
    RefusedRow { row: None, field: field.to_owned(), found: found.to_owned(), remedy: remedy.to_owned() }
}

const fn kind_words(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Statement => "会社の取引明細",
        FileKind::Bank => "銀行の入出金明細",
        FileKind::Payout => "会社の支払明細",
        FileKind::Opening => "移行時の未収",
    }
}

/// What was typed into the upload form.
#[derive(Default)]
struct Typed {
    source: String,
    from: String,
    to: String,
    name: String,
    bytes: Vec<u8>,
}

async fn read(mut multipart: Multipart) -> Result<Typed, MultipartError> {
    let mut typed = Typed::default();
    while let Some(field) = multipart.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            typed.name = field.file_name().unwrap_or_default().to_owned();
            typed.bytes = field.bytes().await?.to_vec();
            continue;
        }
        let text: String = field.text().await?.chars().take(TEXT_MAX_BYTES).collect();
        match name.as_str() {
            "source" => typed.source = text,
            "from" => typed.from = text,
            "to" => typed.to = text,
            _ => {}
        }
    }
    Ok(typed)
}

impl Typed {
    /// The upload, or the fields (file, from, to) with what is wrong.
    fn check(&self, user: &str) -> Result<Upload, Box<(Field, Field, Field)>> {
        let mut fields = (Field::default(), Field::typed(&self.from), Field::typed(&self.to));
        if self.bytes.is_empty() {
            fields.0.error = Some("ファイルが空か、選ばれていません。もう一度選んでください。".to_owned());
        }
        let day = |text: &str| text.parse::<CivilDate>().ok();
        let period = match (self.from.is_empty(), self.to.is_empty()) {
            (true, true) => None,
            _ => day(&self.from).zip(day(&self.to)),
        };
        match period {
            Some((from, to)) if to < from => {
                fields.2.error = Some("終わりの日を、始めの日以後にしてください。".to_owned());
            }
            None if !(self.from.is_empty() && self.to.is_empty()) => {
                fields.1.error =
                    Some("始めの日と終わりの日を両方入れるか、両方空にしてください。".to_owned());
            }
            _ => {}
        }
        if fields.0.error.is_some() || fields.1.error.is_some() || fields.2.error.is_some() {
            return Err(Box::new(fields));
        }
        // No word at all is a question to the importer; parsing a choice never fails.
        let source = self.source.parse::<Choice>().unwrap_or(Choice::Find);
        let bytes = self.bytes.clone();
        Ok(Upload { source, name: self.name.clone(), bytes, period, uploader: user.to_owned() })
    }
}

async fn context(state: &AppState, user: &CurrentUser) -> Result<ImportsPage, PageError> {
    let contracts = import::contracts(state).await?;
    let mut unit = state.store.snapshot().await?;
    let rows = unit.files(state.tenant(), None, FILES_SHOWN_MAX).await?;
    let settings = import::Settings::read(&mut *unit, state.tenant()).await?;
    drop(unit);
    let set: Vec<&str> = settings.accounts(state.today()).map(|(account, _)| account).collect();
    let payers: Vec<&str> = settings.payouts(state.today()).map(|(contract, _)| contract).collect();
    Ok(ImportsPage {
        shell: frame::shell(state, Some(user), Section::Imports)?,
        form: frame::form_id(state)?,
        sources: sources(&contracts),
        more: more_sources(&contracts, (&set, &payers), &rows),
        file: Field::default(),
        from: Field::default(),
        to: Field::default(),
        file_mib_max: FILE_LENGTH_MAX_BYTES >> 20,
        files: rows.iter().map(|row| line(&contracts, row)).collect(),
    })
}

/// Marks a source as chosen; a word that is none of them leaves the choice as it was.
fn choose(page: &mut ImportsPage, code: &str) {
    let mut all = page.sources.iter_mut().chain(&mut page.more);
    if all.any(|source| source.code == code) {
        for source in page.sources.iter_mut().chain(&mut page.more) {
            source.chosen = source.code == code;
        }
    }
}

fn choice(code: &str, label: String, hint: String, chosen: bool) -> SourceChoice {
    SourceChoice { code: code.to_owned(), label, hint, chosen }
}

fn sources(contracts: &[Contract]) -> Vec<SourceChoice> {
    let mut sources =
        vec![choice("auto", "自動で判別する".into(), "中身から、契約か銀行かを見分けます".into(), true)];
    for contract in contracts.iter().filter(|contract| contract.statement_profile.is_some()) {
        let hint = format!("{} からダウンロードしたままのファイル", contract.acquirer_ja);
        sources.push(choice(
            contract.id.as_str(),
            source_words(contracts, contract.id.as_str()),
            hint,
            false,
        ));
    }
    let hint = "全銀協の入出金取引明細（1件200バイト、種別03）など。口座はファイルの中身で分かります".into();
    sources.push(choice("bank", "銀行 入出金明細".into(), hint, false));
    sources
}

/// 支払明細 of the contracts whose company writes statements or that a setting or an earlier file names (no coupon office writes any),
/// and every account that a contract, a setting or an earlier file names.
fn more_sources(
    contracts: &[Contract],
    (set, payers): (&[&str], &[&str]),
    files: &[FileRow],
) -> Vec<SourceChoice> {
    let pays = |contract: &&Contract| {
        let code = format!("payout:{}", contract.id);
        contract.statement_profile.is_some()
            || payers.contains(&contract.id.as_str())
            || files.iter().any(|row| row.source == code)
    };
    let payout = |contract: &Contract| {
        let code = format!("payout:{}", contract.id);
        let hint = format!("{} が締めごとに出す、手数料と支払額の明細", contract.acquirer_ja);
        choice(&code, source_words(contracts, &code), hint, false)
    };
    let named = contracts.iter().filter_map(|contract| contract.deposit_account.as_deref());
    let came = files.iter().filter(|row| row.state == FileState::Accepted);
    let came = came.filter_map(|row| Some(import::BankFormat::of_source(&row.source)?.0));
    let accounts: BTreeSet<&str> = named.chain(set.iter().copied()).chain(came).collect();
    let hint = "運用を始める前の収納で、会社からまだ支払われていないもの。下のひな形に書いて取り込みます。始めの日と終わりの日は空のまま".to_owned();
    let opening = choice("opening", "移行時の未収".to_owned(), hint, false);
    let account = |account: &str| {
        let hint = "口座番号が書かれていないCSVなど、中身から口座が分からないファイル".to_owned();
        choice(&format!("bank:{account}"), format!("口座 {account} 入出金明細"), hint, false)
    };
    let accounts = accounts.into_iter().map(account);
    contracts.iter().filter(pays).map(payout).chain(accounts).chain([opening]).collect()
}

fn line(contracts: &[Contract], row: &FileRow) -> FileLine {
    let accepted = row.state == FileState::Accepted;
    let counts = row.counts;
    let result = if accepted {
        let withdrawn = match row.mode {
            FileMode::Delta => String::new(),
            FileMode::ReplacePeriod => format!("、取下げ {}行", row.withdrawn),
        };
        format!(
            "新規 {}行、改訂 {}行、変わらず {}行{withdrawn}",
            counts.new, counts.revised, counts.unchanged
        )
    } else {
        row.refusal.clone().unwrap_or_default()
    };
    FileLine {
        number: row.file.to_string(),
        href: format!("/imports/{}", row.file),
        received_at: day_and_time(row.received_at),
        source: source_words(contracts, &row.source),
        name: row.name.clone(),
        period: row
            .period_from
            .zip(row.period_to)
            .map_or_else(|| vec!["—".to_owned()], |(from, to)| vec![format!("{from}〜"), to.to_string()]),
        accepted,
        result,
        uploader: row.uploader.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_both_ends_in_order() {
        for (from, to, taken) in [
            ("", "", true),
            ("2026-11-01", "2026-11-20", true),
            ("2026-11-20", "2026-11-20", true),
            ("2026-11-20", "2026-11-01", false),
            ("2026-11-20", "", false),
            ("x", "2026-11-20", false),
        ] {
            let typed = Typed { from: from.into(), to: to.into(), bytes: vec![1], ..Typed::default() };
            assert_eq!(typed.check("u").is_ok(), taken, "{from} {to}");
        }
        assert!(Typed::default().check("u").is_err(), "an empty file");
    }

    #[test]
    fn a_link_chooses_only_what_there_is() {
        let chosen = |code: &str| {
            let mut page = ImportsPage {
                shell: crate::web::view::samples::imports_shell(),
                form: crate::web::view::form::FormId(uuid::Uuid::nil()),
                sources: sources(&[]),
                more: more_sources(&[], (&["a"], &[]), &[]),
                file: Field::default(),
                from: Field::default(),
                to: Field::default(),
                file_mib_max: 1,
                files: Vec::new(),
            };
            choose(&mut page, code);
            let all = page.sources.into_iter().chain(page.more);
            all.filter(|source| source.chosen).map(|source| source.code).collect::<Vec<_>>()
        };
        for (code, expected) in [("bank:a", "bank:a"), ("bank", "bank"), ("", "auto"), ("bank:b", "auto")] {
            assert_eq!(chosen(code), [expected], "{code}");
        }
    }

    #[test]
    fn a_stored_refusal_is_told_apart() {
        let row = refused_row("a.csv 3行目 取引金額「1,200」: 桁区切りのない数字にしてください。");
        assert_eq!((row.field.as_str(), row.found.as_str()), ("a.csv 3行目 取引金額", "1,200"));
        assert_eq!(row.remedy, "桁区切りのない数字にしてください。");
        assert_eq!(refused_row("何か").remedy, "何か");
    }
}

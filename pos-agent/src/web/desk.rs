//! One request at the desk: the newest view, the time, the way to the till.
//!
//! Always: the actor of a command is whoever works according to the state, never what a form says.

use std::sync::{Arc, Mutex, PoisonError};

use axum::response::{IntoResponse, Redirect, Response};
use domain::{
    command::Command,
    event::{Actor, Event},
    id::{AttemptId, CommandId, OperatorId, SaleId},
    money::Yen,
    refusal::Refusal,
    sale::Line,
    state::{Attempt, Sale, State},
    time::Timestamp,
};

use super::{
    WebState,
    pages::{opening::StopPage, show},
    present, scanned,
    shell::{Notice, Shell, Way},
    trial,
};
use crate::{
    codes::CodeSettings,
    till::{Board, Envelope, SubmitError, View},
};

/// One request.
pub struct Desk<'a> {
    web: &'a WebState,
    /// The newest view.
    pub view: Arc<View>,
    /// The time now.
    pub now: Timestamp,
}

impl<'a> Desk<'a> {
    /// The desk at this moment.
    #[must_use]
    pub fn at(web: &'a WebState) -> Self {
        Self { web, view: web.till.current(), now: web.clock.now() }
    }

    /// The state after the last durable command.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.view.state
    }

    /// What stands around a page.
    #[must_use]
    pub fn shell(&self, title: impl Into<String>, title_en: &'static str, way: Way) -> Shell {
        Shell::new(title, title_en, way, present::bar(&self.view, self.now))
    }

    /// A new id for a form.
    #[must_use]
    pub fn new_id(&self) -> String {
        self.web.ids.command_id().to_string()
    }

    /// Judges a wish without anyone wishing it.
    ///
    /// # Errors
    /// What `decide` would refuse.
    pub fn trial(&self, command: Command) -> Result<Vec<Event>, Refusal> {
        trial::judge(self.state(), self.now, command)
    }

    /// Submits a wish of whoever works, under the id of the form, and says under which id it stands.
    ///
    /// # Errors
    /// Refused by the rules, or the till cannot write.
    pub async fn submit(&self, id: &str, command: Command) -> Result<CommandId, SubmitError> {
        let actor = self.state().operator.clone().map_or(Actor::Agent, |id| Actor::Operator { id });
        self.submit_as(actor, id, command).await
    }

    /// Submits the wish of one person: the one who opens the day is not yet at work.
    ///
    /// # Errors
    /// Refused by the rules, or the till cannot write.
    pub async fn submit_for(
        &self,
        operator: OperatorId,
        id: &str,
        command: Command,
    ) -> Result<CommandId, SubmitError> {
        self.submit_as(Actor::Operator { id: operator }, id, command).await
    }

    async fn submit_as(&self, actor: Actor, id: &str, command: Command) -> Result<CommandId, SubmitError> {
        // A form without a readable id is an old or a broken page: it gets an id of its own, made here.
        let id = id.parse::<CommandId>().unwrap_or_else(|_| self.web.ids.command_id());
        self.web.till.submit(Envelope { actor, id, command }).await.map(|_answer| id)
    }

    /// What is for this moment only: scans, codes.
    #[must_use]
    pub fn board(&self) -> &Board {
        self.web.till.board()
    }

    /// What this counter was told about codes.
    #[must_use]
    pub fn codes(&self) -> &CodeSettings {
        &self.web.codes
    }

    /// Scans so far, where a scanner stands at the counter: a page that takes scans waits for the next one.
    #[must_use]
    pub fn scans(&self) -> Option<u64> {
        scanned::waits_after(&self.view, self.board().scans().count())
    }

    /// A sale by the text in an address.
    #[must_use]
    pub fn sale(&self, text: &str) -> Option<&Sale> {
        self.state().sales.get(&text.parse::<SaleId>().ok()?)
    }

    /// An attempt by the text in an address.
    #[must_use]
    pub fn attempt(&self, text: &str) -> Option<&Attempt> {
        self.state().attempts.get(&text.parse::<AttemptId>().ok()?)
    }

    /// The word of a route.
    #[must_use]
    pub fn route_label(&self, attempt: &Attempt) -> String {
        self.state()
            .route(&attempt.route)
            .map_or_else(|| attempt.method.label_ja().to_owned(), |route| route.label.clone())
    }

    /// Why nothing can be sold now, as a page; nothing where everything is in order.
    #[must_use]
    pub fn gate(&self) -> Option<Response> {
        let state = self.state();
        if let Some(sentence) = &self.view.stopped {
            let steps =
                ["この画面は自動で元に戻ります。", "1分たっても戻らないときは、管理者に連絡してください。"];
            let mut page = self.stop("窓口機が止まっています", "Stopped", sentence, &steps, None);
            page.shell.refresh = true;
            return Some(show(&page));
        }
        if state.identity.is_none() {
            let steps =
                ["管理者から登録コードを受け取ります。", "この機械で登録の操作をします（管理者の手引き）。"];
            let lead = "この窓口はまだ登録されていません。";
            return Some(show(&self.stop("登録がまだです", "Not enrolled", lead, &steps, None)));
        }
        if state.clock.doubt.is_some() {
            return Some(see("/clock"));
        }
        let Some(day) = &state.day else { return Some(see("/opening")) };
        if day.date == self.now.date() {
            None
        } else {
            Some(show(&self.yesterday_page(&day.date.to_japanese())))
        }
    }

    /// 前日の締めが済んでいません.
    fn yesterday_page(&self, date: &str) -> StopPage {
        let lead = format!("{date} の業務が締められていません。締めるまで、今日の会計は始められません。");
        let steps = [
            "引き出しの現金に今日の分を混ぜないでください。",
            "前日の現金を数え、「締め」をします（差があれば理由を書きます）。",
            "締めたあと、今日の「業務開始」をします。",
        ];
        let to = Some(("/close", "前日の締めに進む"));
        self.stop("前日の締めが済んでいません", "Yesterday is still open", &lead, &steps, to)
    }

    /// A page that says why, and what to do.
    #[must_use]
    pub fn stop(
        &self,
        title: &str,
        title_en: &'static str,
        lead: &str,
        steps: &[&str],
        action: Option<(&str, &str)>,
    ) -> StopPage {
        StopPage {
            shell: self.shell(title, title_en, Way::Elsewhere),
            lead: lead.to_owned(),
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
            action: action.map(|(href, words)| (href.to_owned(), words.to_owned())),
        }
    }

    /// The page for an address that names nothing here.
    #[must_use]
    pub fn not_here(&self) -> Response {
        let lead = "お探しの取引は、本日の一覧にありません。";
        let steps = ["締めた日の取引は、中央の画面で探せます。"];
        show(&self.stop("見つかりません", "Not here", lead, &steps, Some(("/today", "本日の取引へ"))))
    }
}

/// Sends the browser on.
#[must_use]
pub fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// The sentence of an error as a notice.
#[must_use]
pub fn notice(error: &SubmitError) -> Notice {
    Notice::refused(error.message_ja())
}

/// What the basket page last showed.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Lines as charged.
    pub lines: Vec<Line>,
    /// Sum.
    pub total: Yen,
    /// When.
    pub at: Timestamp,
}

/// A copy of the basket for the customer display. The basket itself lives in the address of the clerk's page.
#[derive(Debug, Clone, Default)]
pub struct Mirror(Arc<Mutex<Option<Shown>>>);

impl Mirror {
    /// Shows a basket, or none.
    pub fn set(&self, shown: Option<Shown>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    /// What is shown.
    #[must_use]
    pub fn get(&self) -> Option<Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

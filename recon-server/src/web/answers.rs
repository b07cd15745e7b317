//! The first answers to forms: a repeated form id gets the answer that the first one got (DESIGN 3.4).
//!
//! Invariants: of two posts with one id only one acts, the other waits for its answer; an act that failed leaves no answer, so the
//! same form can be sent again; at most [`ANSWERS_MAX`] answers are kept, each for [`ANSWER_LIFE_MS`].
//! They live in memory: after a restart a repeated form acts again. Acts about money are therefore also keyed in the store
//! (a file by its digest, a decision by its attempt).

use std::{
    collections::VecDeque,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::time::Timestamp;
use tokio::sync::OnceCell;

use super::failure::PageError;

/// Most answers kept at a time.
const ANSWERS_MAX: usize = 256;
/// How long an answer is kept, in milliseconds.
const ANSWER_LIFE_MS: i64 = 30 * 60_000;

/// The answer to a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A page.
    Page(String),
    /// To another page.
    See(String),
}

impl From<Html<String>> for Answer {
    fn from(html: Html<String>) -> Self {
        Self::Page(html.0)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Page(html) => Html(html).into_response(),
            Self::See(path) => Redirect::to(&path).into_response(),
        }
    }
}

struct Kept {
    user: String,
    form: String,
    at: Timestamp,
    answer: Arc<OnceCell<Answer>>,
}

/// First answers, newest last.
#[derive(Default)]
pub struct Answers {
    kept: Mutex<VecDeque<Kept>>,
}

impl Answers {
    /// Acts for a form, or gives its first answer again.
    ///
    /// # Errors
    /// What the act fails with; nothing is kept then.
    pub async fn once<F>(&self, user: &str, form: &str, now: Timestamp, act: F) -> Result<Answer, PageError>
    where
        F: Future<Output = Result<Answer, PageError>>,
    {
        self.cell(user, form, now).get_or_try_init(|| act).await.cloned()
    }

    fn cell(&self, user: &str, form: &str, now: Timestamp) -> Arc<OnceCell<Answer>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| now.ms_since(one.at) < ANSWER_LIFE_MS);
        if let Some(found) = kept.iter().find(|one| one.form == form && one.user == user) {
            return Arc::clone(&found.answer);
        }
        if kept.len() >= ANSWERS_MAX {
            kept.pop_front();
        }
        let answer = Arc::new(OnceCell::new());
        kept.push_back(Kept {
            user: user.to_owned(),
            form: form.to_owned(),
            at: now,
            answer: Arc::clone(&answer),
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    async fn say(answers: &Answers, user: &str, form: &str, now: Timestamp, word: &str) -> Answer {
        answers.once(user, form, now, async { Ok(Answer::Page(word.to_owned())) }).await.unwrap()
    }

    #[tokio::test]
    async fn a_repeated_form_gets_the_first_answer() {
        let answers = Answers::default();
        let first = say(&answers, "a", "f", NOW, "one").await;
        assert_eq!(say(&answers, "a", "f", NOW, "two").await, first);
        assert_ne!(say(&answers, "b", "f", NOW, "two").await, first, "another user's form is another form");
        assert_ne!(say(&answers, "a", "g", NOW, "two").await, first);
        let later = NOW.plus_ms(ANSWER_LIFE_MS);
        assert_ne!(say(&answers, "a", "f", later, "two").await, first, "forgotten in time");
    }

    #[tokio::test]
    async fn a_failed_act_may_be_tried_again() {
        let answers = Answers::default();
        assert!(answers.once("a", "f", NOW, async { Err(PageError::NotFound) }).await.is_err());
        assert_eq!(say(&answers, "a", "f", NOW, "one").await, Answer::Page("one".to_owned()));
    }

    #[tokio::test]
    async fn only_so_many_are_kept() {
        let answers = Answers::default();
        for n in 0..=ANSWERS_MAX {
            say(&answers, "a", &n.to_string(), NOW, "x").await;
        }
        assert_eq!(answers.kept.lock().unwrap().len(), ANSWERS_MAX);
    }
}

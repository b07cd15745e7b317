//! 結果不明: nobody can tell whether the citizen was charged. The page leads through the brand's check; it never offers to pay
//! again before the check, and it ends only by evidence.

use askama::Template;
use domain::money::Yen;

use super::{Choice, Field};
use crate::web::shell::Shell;

/// One attempt in doubt.
#[derive(Debug, Clone, Template)]
#[template(path = "unknown.html")]
pub struct UnknownPage {
    /// Around the page.
    pub shell: Shell,
    /// The attempt.
    pub attempt: String,
    /// Command ids: resolve, exit, release.
    pub command: String,
    /// Of the exit.
    pub exit_command: String,
    /// Of the release of the terminal.
    pub release_command: String,
    /// Take or take back.
    pub taking_back: bool,
    /// Word of the route.
    pub route: String,
    /// Yen in doubt.
    pub amount: Yen,
    /// When it was asked for, `HH:MM`.
    pub at: String,
    /// The operator in the network, where it is no terminal.
    pub operator: Option<String>,
    /// Until when the code that was shown may still be paid, `HH:MM`, where one was shown.
    pub payable_until: Option<String>,
    /// Why nobody can tell, in Japanese.
    pub cause: String,
    /// What the device last said when asked.
    pub last_query: Option<String>,
    /// Whether a device is being asked by itself.
    pub asking_device: bool,
    /// Brands of the route; the chosen one decides the check.
    pub brands: Vec<Choice>,
    /// The check, step by step.
    pub steps: Vec<String>,
    /// Days within which the operator must be asked, and the last day in words.
    pub deadline: Option<String>,
    /// The exit taken, in words.
    pub exit: Option<String>,
    /// The way to the sale's payment, open once `別の方法` was chosen.
    pub pay_other_way: Option<String>,
    /// Steps ticked, as sent.
    pub ticked: Vec<bool>,
    /// `yes`, `no` or empty.
    pub charged: String,
    /// Ground, as typed.
    pub basis: Field,
    /// Slip number, as typed.
    pub slip_number: Field,
    /// The terminal may be released by a person.
    pub holds_terminal: bool,
    /// Reason of the release, as typed.
    pub release_reason: Field,
}

impl UnknownPage {
    /// Whether a step was ticked before the form came back.
    #[must_use]
    pub fn is_ticked(&self, index: &usize) -> bool {
        self.ticked.get(*index).copied().unwrap_or(false)
    }
}

/// The citizen waits: the page looks again every second.
#[derive(Debug, Clone, Template)]
#[template(path = "wait.html")]
pub struct WaitPage {
    /// Around the page.
    pub shell: Shell,
    /// The attempt.
    pub attempt: String,
    /// Yen in doubt.
    pub amount: Yen,
    /// Seconds since it was asked for.
    pub seconds: i64,
    /// The check, step by step.
    pub steps: Vec<String>,
    /// What the device last said when asked.
    pub last_query: Option<String>,
    /// The operator in the network, where it is no terminal.
    pub operator: Option<String>,
    /// Until when the code that was shown may still be paid, `HH:MM`, where one was shown.
    pub payable_until: Option<String>,
}

#[cfg(test)]
impl UnknownPage {
    pub(crate) fn samples() -> Vec<Self> {
        use super::terminal::sample_brands;
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("結果が分かりません", "Result unknown", Way::Unknowns),
            attempt: "a".into(),
            command: "0".into(),
            exit_command: "1".into(),
            release_command: "2".into(),
            taking_back: false,
            route: "電子マネー".into(),
            amount: Yen::new(600),
            at: "10:12".into(),
            operator: None,
            payable_until: None,
            cause: "端末から返事がありません。".into(),
            last_query: None,
            asking_device: true,
            brands: sample_brands(),
            steps: vec!["残高照会をしてください。".into(), "比べてください。".into()],
            deadline: Some("令和9年1月15日(金)まで".into()),
            exit: None,
            pay_other_way: None,
            ticked: vec![true],
            charged: String::new(),
            basis: Field::default(),
            slip_number: Field::default(),
            holds_terminal: true,
            release_reason: Field::default(),
        };
        let refused = Self {
            charged: "yes".into(),
            basis: Field { value: String::new(), error: Some("根拠を入れてください。".into()) },
            last_query: Some("照会に答えません".into()),
            exit: Some("別の方法で支払い".into()),
            pay_other_way: Some("/sale/s".into()),
            taking_back: true,
            deadline: None,
            asking_device: false,
            holds_terminal: false,
            ..page.clone()
        };
        let operator = Self {
            operator: Some("PayPay".into()),
            payable_until: Some("10:19".into()),
            last_query: Some("まだ分かりません".into()),
            ..page.clone()
        };
        vec![page, refused, operator]
    }
}

#[cfg(test)]
impl WaitPage {
    pub(crate) fn samples() -> Vec<Self> {
        use crate::web::shell::Way;
        let page = Self {
            shell: Shell::sample("確認しています", "Checking", Way::Unknowns).waiting(),
            attempt: "a".into(),
            amount: Yen::new(600),
            seconds: 42,
            steps: vec!["残高照会をしてください。".into()],
            last_query: Some("照会に答えません".into()),
            operator: None,
            payable_until: None,
        };
        let operator = Some("PayPay".into());
        vec![Self { operator, payable_until: Some("10:19".into()), ..page.clone() }, page]
    }
}

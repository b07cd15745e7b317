//! What stands around every page: the bar that always shows the state of the counter, the ways to go, one notice.
//!
//! Always: a state is said in words and with a mark, never by colour alone; every page has exactly one heading.
//! Not here: where the facts come from ([`super::present`]).

/// How serious a word is. Chooses mark and colour together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Neither good nor bad.
    Plain,
    /// Needs someone soon.
    Warn,
    /// Needs someone now.
    Bad,
}

impl Tone {
    /// Class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Plain => "plain",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    /// Mark beside the word.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Good => "●",
            Self::Plain => "○",
            Self::Warn => "▲",
            Self::Bad => "✕",
        }
    }
}

/// A word with a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// How serious.
    pub tone: Tone,
    /// What it is about, short.
    pub label: String,
    /// The state in words.
    pub word: String,
}

impl Chip {
    /// A chip.
    #[must_use]
    pub fn new(tone: Tone, label: impl Into<String>, word: impl Into<String>) -> Self {
        Self { tone, label: label.into(), word: word.into() }
    }
}

/// A sentence on top of the page: what happened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How serious.
    pub tone: Tone,
    /// What to do, in everyday Japanese.
    pub text: String,
}

impl Notice {
    /// Something was not done; the sentence says what to do.
    #[must_use]
    pub fn refused(text: impl Into<String>) -> Self {
        Self { tone: Tone::Bad, text: text.into() }
    }

    /// Something to look at.
    #[must_use]
    pub fn caution(text: impl Into<String>) -> Self {
        Self { tone: Tone::Warn, text: text.into() }
    }
}

/// Which way of the navigation is the page's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// 会計
    Sell,
    /// 本日の取引
    Today,
    /// 結果不明
    Unknowns,
    /// 点検・締め
    Close,
    /// お知らせ
    Inbox,
    /// 担当者交代
    Operator,
    /// 機器
    Devices,
    /// None of them: opening, clock, trouble.
    Elsewhere,
}

/// The bar and the counts beside the ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Facility and counter.
    pub counter: String,
    /// 取扱日 in words, or that no day is open.
    pub business_day: String,
    /// Whether a day is open.
    pub day_open: bool,
    /// 担当者
    pub operator: String,
    /// Line, terminal, printer.
    pub chips: Vec<Chip>,
    /// `HH:MM`
    pub clock: String,
    /// Sales waiting for payment.
    pub open_sales: usize,
    /// 結果不明
    pub unknowns: usize,
    /// Papers that wait for a person.
    pub papers: usize,
}

/// What stands around a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// Heading and title.
    pub title: String,
    /// English beside it.
    pub title_en: &'static str,
    /// Own way.
    pub way: Way,
    /// Waiting pages load themselves again every second; pages with a form never do.
    pub refresh: bool,
    /// One notice.
    pub notice: Option<Notice>,
    /// The bar.
    pub bar: Bar,
}

impl Shell {
    /// A shell without notice that does not refresh.
    #[must_use]
    pub fn new(title: impl Into<String>, title_en: &'static str, way: Way, bar: Bar) -> Self {
        Self { title: title.into(), title_en, way, refresh: false, notice: None, bar }
    }

    /// With a notice, if there is one.
    #[must_use]
    pub fn with(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice;
        self
    }

    /// A waiting page.
    #[must_use]
    pub const fn waiting(mut self) -> Self {
        self.refresh = true;
        self
    }

    /// Whether a way is the page's own; for the templates.
    #[must_use]
    pub fn at(&self, word: &str) -> bool {
        let own = match self.way {
            Way::Sell => "sell",
            Way::Today => "today",
            Way::Unknowns => "unknowns",
            Way::Close => "close",
            Way::Inbox => "inbox",
            Way::Operator => "operator",
            Way::Devices => "devices",
            Way::Elsewhere => "",
        };
        own == word
    }
}

#[cfg(test)]
impl Shell {
    /// A busy counter, for the test that renders every page.
    pub fn sample(title: &str, title_en: &'static str, way: Way) -> Self {
        let bar = Bar {
            counter: "市民課 1番窓口".into(),
            business_day: "令和8年11月21日(土)".into(),
            day_open: true,
            operator: "窓口担当A".into(),
            chips: vec![
                Chip::new(Tone::Warn, "通信", "オフライン・未送信 12件"),
                Chip::new(Tone::Good, "端末", "使えます"),
                Chip::new(Tone::Bad, "プリンタ", "紙切れ"),
            ],
            clock: "10:24".into(),
            open_sales: 1,
            unknowns: 2,
            papers: 1,
        };
        Self::new(title, title_en, way, bar)
    }
}

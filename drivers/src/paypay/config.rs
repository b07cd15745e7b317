//! Where PayPay is, who we are to it, how long we wait.
//!
//! Invariants: plain HTTP goes to the loopback interface alone; the secret comes from a file, is bounded, and prints itself nowhere.

use std::{fmt, io::Read as _, path::Path, time::Duration};

/// Production (`protocols.md` 2.1).
pub const PRODUCTION: &str = "https://apigw.paypay.ne.jp";
/// The operator's sandbox.
pub const SANDBOX: &str = "https://apigw.sandbox.paypay.ne.jp";
/// Longest key or secret, in bytes.
pub const KEY_LENGTH_MAX_BYTES: usize = 256;
/// Longest store, terminal or merchant name at the operator, in characters.
const NAME_LENGTH_MAX_CHARS: usize = 255;

/// How the operator is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayPayConfig {
    /// `https://host`, or `http://127.0.0.1:port` for a simulator.
    pub base_url: String,
    /// The API key; it is sent with every request and is no secret.
    pub api_key: String,
    /// The merchant that is spoken for (`X-ASSUME-MERCHANT`), where one key serves several.
    pub merchant: Option<String>,
    /// `storeId`, for the operator's lists.
    pub store_id: Option<String>,
    /// `terminalId`, for the operator's lists; it becomes the terminal number of each result.
    pub terminal_id: Option<String>,
    /// What the citizen sees in the application: the name of the municipality and the counter, at most 255 characters.
    pub order_description: String,
    /// How long we wait.
    pub timers: PayPayTimers,
}

impl PayPayConfig {
    /// An operator at `base_url`, with the waiting times of the operator's guide.
    #[must_use]
    pub fn new(base_url: &str, api_key: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            api_key: api_key.to_owned(),
            merchant: None,
            store_id: None,
            terminal_id: None,
            order_description: String::new(),
            timers: PayPayTimers::default(),
        }
    }

    /// Checks what can be checked without the operator.
    ///
    /// # Errors
    /// When an address or a name cannot be sent.
    pub(super) fn check(&self) -> Result<reqwest::Url, ConfigError> {
        let base = reqwest::Url::parse(&self.base_url).map_err(|_| ConfigError::Address)?;
        let bare = base.query().is_none() && base.fragment().is_none() && base.username().is_empty();
        let loopback = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let allowed = base.scheme() == "https" || (base.scheme() == "http" && loopback);
        if !allowed || !bare || base.path() != "/" {
            return Err(ConfigError::Address);
        }
        let key_fits = !self.api_key.is_empty()
            && self.api_key.len() <= KEY_LENGTH_MAX_BYTES
            && self.api_key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        if !key_fits {
            return Err(ConfigError::Key);
        }
        let header_fits = |name: &&str| name.bytes().all(|byte| byte.is_ascii_graphic());
        if self.merchant.as_deref().is_some_and(|merchant| !header_fits(&merchant)) {
            return Err(ConfigError::Name);
        }
        let names = [&self.merchant, &self.store_id, &self.terminal_id].into_iter().flatten();
        if names.chain([&self.order_description]).any(|name| name.chars().count() > NAME_LENGTH_MAX_CHARS) {
            return Err(ConfigError::Name);
        }
        Ok(base)
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No https address, or plain http that leaves this computer.
    #[error("the operator's address must be https://host (http only to 127.0.0.1)")]
    Address,
    /// The API key is empty, too long, or has characters that no key has.
    #[error("the API key is not 1 to {KEY_LENGTH_MAX_BYTES} printable ASCII characters without a colon")]
    Key,
    /// A merchant, store, terminal or description is too long or cannot be sent.
    #[error(
        "a merchant, store, terminal or description is longer than {NAME_LENGTH_MAX_CHARS} characters or cannot be sent"
    )]
    Name,
    /// The system gives no HTTPS client.
    #[error("no HTTPS client can be made on this computer")]
    Client,
}

/// How long we wait. Reading times follow the operator's table (`protocols.md` 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayPayTimers {
    /// For a connection.
    pub connect: Duration,
    /// For the answer to a create or a refund.
    pub create: Duration,
    /// For the answer to anything else.
    pub read: Duration,
    /// Between two questions while the citizen pays (the guide says 2 to 5 seconds).
    pub poll: Duration,
    /// The citizen's time; after it the code is taken back. Shorter than the code's own life of five minutes, so that the
    /// deletion meets a living code.
    pub patience: Duration,
    /// First pause after a question without an answer; doubled up to [`PayPayTimers::poll`] times four.
    pub retry: Duration,
    /// For the operator's last word after a cancel, and for the words about an order whose creation was not answered.
    pub last_word: Duration,
    /// How long a code of which nothing is known may still be paid: its life and a margin.
    pub code_life: Duration,
}

impl Default for PayPayTimers {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            create: Duration::from_secs(30),
            read: Duration::from_secs(15),
            poll: Duration::from_secs(2),
            patience: Duration::from_secs(180),
            retry: Duration::from_millis(500),
            last_word: Duration::from_secs(60),
            code_life: Duration::from_secs(7 * 60),
        }
    }
}

/// The secret half of the API key.
#[derive(Clone)]
pub struct ApiSecret(String);

/// A file that holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum NoSecret {
    /// It cannot be read.
    #[error("the secret's file cannot be read")]
    Unreadable(#[source] std::io::Error),
    /// Empty, longer than [`KEY_LENGTH_MAX_BYTES`], or no printable ASCII.
    #[error("the secret is not 1 to {KEY_LENGTH_MAX_BYTES} printable ASCII characters")]
    Unfit,
}

impl ApiSecret {
    /// Takes a secret under guard; spaces and line ends around it are no part of it.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn new(text: &str) -> Result<Self, NoSecret> {
        let text = text.trim();
        let fits = !text.is_empty()
            && text.len() <= KEY_LENGTH_MAX_BYTES
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(NoSecret::Unfit) }
    }

    /// Reads the file that holds it and nothing else.
    ///
    /// # Errors
    /// When it cannot be read or holds no secret.
    pub fn read(path: &Path) -> Result<Self, NoSecret> {
        let mut text = String::new();
        let bound = u64::try_from(KEY_LENGTH_MAX_BYTES * 2).unwrap_or(u64::MAX);
        let file = std::fs::File::open(path).map_err(NoSecret::Unreadable)?;
        file.take(bound).read_to_string(&mut text).map_err(NoSecret::Unreadable)?;
        Self::new(&text)
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiSecret(..)")
    }
}

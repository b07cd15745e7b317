//! A browser as far as the clerk's pages need one: no JavaScript, redirects seen, forms sent with the page's own `Origin`.
//!
//! Invariant: every request has a deadline; what a form sends was read off a page before.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result};
use reqwest::{Client, Method, header, redirect::Policy};

/// Deadline of one request, in milliseconds.
const REQUEST_MAX_MS: u64 = 10_000;

/// A browser window.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    base: String,
}

/// What the agent answered.
#[derive(Debug, Clone)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// Where it sends the browser on; empty where it does not.
    pub location: String,
    /// The page.
    pub body: String,
}

impl Browser {
    /// A window for the agent at `address`.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn at(address: SocketAddr) -> Result<Self> {
        let client = Client::builder()
            .timeout(Duration::from_millis(REQUEST_MAX_MS))
            .redirect(Policy::none())
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { client, base: format!("http://{address}") })
    }

    /// Loads a page.
    ///
    /// # Errors
    /// When the agent does not answer.
    pub async fn get(&self, path: &str) -> Result<Page> {
        self.ask(Method::GET, path, String::new()).await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// When the agent does not answer; whether it took the form is not known then.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Page> {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.ask(Method::POST, path, body.join("&")).await
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Result<Page> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        if method == Method::POST {
            request = request
                .header(header::ORIGIN, &self.base)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body);
        }
        let answer = request.send().await?;
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        Ok(Page { status: answer.status().as_u16(), location, body: answer.text().await? })
    }
}

impl Page {
    /// The value of a hidden field.
    ///
    /// # Errors
    /// When the page has no such field.
    pub fn hidden(&self, name: &str) -> Result<String> {
        let marker = format!("type=\"hidden\" name=\"{name}\" value=\"");
        let (_, after) = self.body.split_once(&marker).with_context(|| format!("no hidden field {name}"))?;
        Ok(after.split('"').next().unwrap_or_default().to_owned())
    }

    /// What stands between `before` and the next double quote, where `before` is on the page.
    #[must_use]
    pub fn quoted_after(&self, before: &str) -> Option<String> {
        let (_, after) = self.body.split_once(before)?;
        after.split('"').next().map(str::to_owned)
    }
}

/// Percent encoding of everything that is no ASCII letter, digit or hyphen.
fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

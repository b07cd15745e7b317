//! The network by HTTP. The only constructor of a client, with every deadline; made at the first request, so that a start never
//! waits for certificates.

use std::{future::Future, pin::Pin, time::Duration};

use tokio::{sync::OnceCell, task::spawn_blocking};

use super::wire::{ANSWER_LENGTH_MAX_BYTES, Answer, Request, Silence, Wire};

/// Deadline for the connection, in milliseconds.
const CONNECT_TIMEOUT_MS: u64 = 5_000;
/// Deadline for the whole exchange, in milliseconds: a full batch over a slow municipal line.
const EXCHANGE_TIMEOUT_MS: u64 = 60_000;
/// How long an idle connection is kept, in milliseconds.
const IDLE_TIMEOUT_MS: u64 = 30_000;

/// The centre behind a base URL.
#[derive(Debug)]
pub struct HttpWire {
    base: reqwest::Url,
    client: OnceCell<reqwest::Client>,
}

/// A server address that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a server address: expected https://host or http://127.0.0.1:port")]
pub struct NotAServer(pub String);

impl HttpWire {
    /// The centre at `server`. Plain HTTP is for the loopback interface only.
    ///
    /// # Errors
    /// When the text is no such address.
    pub fn new(server: &str) -> Result<Self, NotAServer> {
        let refuse = || NotAServer(server.to_owned());
        let base = reqwest::Url::parse(server).map_err(|_| refuse())?;
        let bare = base.query().is_none() && base.fragment().is_none() && base.username().is_empty();
        let loopback = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let allowed = base.scheme() == "https" || (base.scheme() == "http" && loopback);
        if !allowed || !bare || base.path() != "/" {
            return Err(refuse());
        }
        Ok(Self { base, client: OnceCell::new() })
    }

    /// Made beside the runtime's thread: reading the system's certificates takes longer than a page may wait.
    async fn client(&self) -> Result<&reqwest::Client, Silence> {
        let make = || async {
            let made = spawn_blocking(http_client).await.map_err(|error| Silence(error.to_string()))?;
            made.map_err(|error| Silence(error.to_string()))
        };
        self.client.get_or_try_init(make).await
    }

    async fn exchange(&self, request: Request) -> Result<Answer, Silence> {
        let silence = |error: reqwest::Error| Silence(error.without_url().to_string());
        let mut url = self.base.clone();
        url.set_path(request.path);
        url.set_query(request.query.as_deref());
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|error| Silence(error.to_string()))?;
        let mut building = self.client().await?.request(method, url).body(request.body);
        for (name, value) in request.headers {
            building = building.header(name, value);
        }
        let mut response = building.send().await.map_err(silence)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(silence)? {
            if body.len() + chunk.len() > ANSWER_LENGTH_MAX_BYTES {
                return Err(Silence(format!("answer is longer than {ANSWER_LENGTH_MAX_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }
}

fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS))
        .timeout(Duration::from_millis(EXCHANGE_TIMEOUT_MS))
        .pool_idle_timeout(Duration::from_millis(IDLE_TIMEOUT_MS))
        .pool_max_idle_per_host(1)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

impl Wire for HttpWire {
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Answer, Silence>> + Send + '_>> {
        Box::pin(self.exchange(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_the_loopback_is_a_server() {
        for good in ["https://centre.example.jp", "http://127.0.0.1:8470", "http://localhost:1/"] {
            assert!(HttpWire::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "centre.example.jp",
            "http://centre.example.jp",
            "https://u@c.example",
            "https://c.example/x?y",
        ] {
            assert!(HttpWire::new(bad).is_err(), "{bad}");
        }
    }
}

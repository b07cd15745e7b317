//! A browser as plain as one can be: follows nothing by itself, keeps one cookie, fills forms.

use recon_server::auth::{NewUser, Role, add_user, claim_first_link, login, set_password_by_link};
use reqwest::{Response, header};

use crate::support::Centre;

pub const PASSWORD: &str = "長くて覚えやすい合言葉";
const BOUNDARY: &str = "----madoguchi-test-boundary";

pub struct Browser<'a> {
    pub centre: &'a Centre,
    pub cookie: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub status: u16,
    pub to: Option<String>,
    pub html: String,
}

impl<'a> Browser<'a> {
    /// Nobody yet.
    pub fn outside(centre: &'a Centre) -> Self {
        Self { centre, cookie: String::new() }
    }

    /// The first administrator.
    pub async fn administrator(centre: &'a Centre) -> Self {
        let link = centre.server.first_login_link().unwrap();
        let token = link.rsplit('/').next().unwrap();
        let session = claim_first_link(centre.state(), token, "kanri", "会計課 管理者", PASSWORD).await;
        let cookie = session.unwrap_or_else(|error| panic!("{error}")).into_cookie().stripped().to_string();
        Self { centre, cookie }
    }

    /// The administrator, signed in again: a session ends when nobody works for an hour.
    pub async fn sign_in_again(&mut self) {
        let here = std::net::Ipv4Addr::LOCALHOST.into();
        let session = login(self.centre.state(), here, "kanri", PASSWORD).await;
        self.cookie = session.unwrap_or_else(|error| panic!("{error}")).into_cookie().stripped().to_string();
    }

    /// An accountant beside the administrator.
    pub async fn accountant(centre: &'a Centre) -> Self {
        let new =
            NewUser { user: "kaikei".to_owned(), label: "会計課".to_owned(), role: Role::Accountant };
        let url = add_user(centre.state(), "test", new).await.unwrap();
        let token = url.rsplit('/').next().unwrap();
        set_password_by_link(centre.state(), token, PASSWORD).await.unwrap();
        let here = std::net::Ipv4Addr::LOCALHOST.into();
        let session = login(centre.state(), here, "kaikei", PASSWORD).await;
        let cookie = session.unwrap_or_else(|error| panic!("{error}")).into_cookie().stripped().to_string();
        Self { centre, cookie }
    }

    pub async fn get(&self, path: &str) -> Seen {
        let request = self.centre.http.get(self.centre.url(path)).header(header::ACCEPT, "text/html");
        seen(request.header(header::COOKIE, &self.cookie).send().await.unwrap()).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let request = self
            .centre
            .http
            .post(self.centre.url(path))
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .body(body.join("&"));
        seen(request.send().await.unwrap()).await
    }

    /// Sends a form with a file.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Seen {
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let request = self
            .centre
            .http
            .post(self.centre.url(path))
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .body(body);
        seen(request.send().await.unwrap()).await
    }
}

async fn seen(response: Response) -> Seen {
    let to = response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
    Seen { status: response.status().as_u16(), to, html: response.text().await.unwrap() }
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl Seen {
    /// The value of the first hidden or typed field of a name, after the words `after`.
    pub fn field(&self, after: &str, name: &str) -> String {
        let from = self.html.find(after).unwrap_or_else(|| panic!("no {after:?} in {}", self.html));
        let wanted = format!("name=\"{name}\" value=\"");
        let rest = self.html[from..].split_once(&wanted).unwrap_or_else(|| panic!("no field {name}")).1;
        rest.split('"').next().unwrap().to_owned()
    }

    /// Every address of this site that the page leads to, without fragments.
    pub fn links(&self) -> Vec<String> {
        let hrefs = self.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let own = hrefs
            .filter(|href| href.starts_with('/'))
            .map(|href| href.replace("&#38;", "&").replace("&amp;", "&"));
        own.map(|href| href.split('#').next().unwrap_or_default().to_owned()).collect()
    }
}

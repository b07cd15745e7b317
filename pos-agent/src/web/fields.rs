//! The fields of one form, as the browser sent them: names and texts, in order.
//!
//! Always: at most [`FIELDS_MAX`] fields of at most [`FIELD_CHARS_MAX`] characters; more is refused before anyone reads it.
//! Not here: what a text means ([`super::typed`]) and baskets ([`super::basket`]).

use axum::{
    Form,
    extract::{FromRequest, Request},
    http::StatusCode,
};

/// Most fields that one form may send. The longest form is a basket of 40 lines or a close with every brand twice.
pub const FIELDS_MAX: usize = 400;
/// Longest text of one field, in characters.
pub const FIELD_CHARS_MAX: usize = 300;

/// What a form sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Fields from pairs; for tests and for links that carry a form in their query.
    #[must_use]
    pub fn new<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The text of a field without the blanks around it; empty when it was not sent. The last one counts: a pressed button
    /// stands after the inputs whose value it overrides.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// Whether the field was sent with a text.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// The text, or nothing when it is empty.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Every text sent under one name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = (StatusCode, &'static str);

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        const UNREADABLE: &str = "入力を読み取れませんでした。前の画面に戻って、もう一度入れてください。";
        const TOO_MUCH: &str = "入力が多すぎます。前の画面に戻って、分けて入れてください。";
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|_| (StatusCode::BAD_REQUEST, UNREADABLE))?;
        let fits = pairs.len() <= FIELDS_MAX
            && pairs.iter().all(|(name, value)| {
                name.chars().count() <= FIELD_CHARS_MAX && value.chars().count() <= FIELD_CHARS_MAX
            });
        if fits { Ok(Self(pairs)) } else { Err((StatusCode::PAYLOAD_TOO_LARGE, TOO_MUCH)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_text_counts_and_blanks_do_not() {
        let fields =
            Fields::new([("quick", "1000"), ("tendered", " ５００ "), ("quick", "2000"), ("empty", "  ")]);
        assert_eq!(fields.text("quick"), "2000");
        assert_eq!(fields.text("tendered"), "５００");
        assert!(!fields.has("empty") && !fields.has("absent"));
        assert_eq!(fields.all("quick").collect::<Vec<_>>(), ["1000", "2000"]);
    }
}

//! The interface's own description (OpenAPI 3.1), made from the shapes that both sides use.
//!
//! Invariant: `journal` stays free of this crate's description library, so the shapes are described here once more; a test compares
//! every described field with what the real types write.

use axum::response::IntoResponse;
use utoipa::{OpenApi, ToSchema};

/// `GET /api/openapi.json`
pub async fn get() -> axum::response::Response {
    match document_json() {
        Ok(json) => ([(axum::http::header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => super::ApiProblem::fault("describe the interface", &error).into_response(),
    }
}

/// The description as JSON.
///
/// # Errors
/// When it cannot be written; that would be a fault of this program.
pub fn document_json() -> Result<String, serde_json::Error> {
    Description::openapi().to_pretty_json()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "recon-server",
        description = "窓口の記録を集める側の API。窓口からの要求は RFC 9421 で署名する。"
    ),
    paths(
        enrolments,
        batches,
        head,
        inbox,
        daily_report,
        monthly_report,
        day_sheet,
        cashless,
        contract_sheet,
        deposits,
        exceptions
    ),
    components(schemas(EnrolRequest, EnrolReply, HeadReply, InboxReply, NumberedItem, Problem))
)]
struct Description;

/// A one-time code.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never built")]
struct EnrolRequest {
    /// 登録コード
    code: String,
}

/// What the centre grants.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never built")]
struct EnrolReply {
    /// 団体
    tenant: String,
    /// 窓口
    counter: String,
    /// 世代
    incarnation: u32,
    /// この世代の最初の領収書番号
    first_receipt: u32,
    /// 署名鍵 (base64)。この返事でしか渡さない
    key: String,
    /// 署名の keyid
    key_id: String,
    /// 窓口の設定: 単価表、決済、担当者
    #[schema(value_type = Object)]
    profile: (),
    /// サーバーの時刻 (1970年からの秒)
    server_time: i64,
}

/// The centre's head: the only acknowledgement.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never built")]
struct HeadReply {
    /// 世代
    incarnation: u32,
    /// 記録できた最後の番号。なければ 0
    sequence_number: u64,
    /// そのハッシュ (16進)
    hash: String,
    /// サーバーの時刻 (1970年からの秒)
    server_time: i64,
}

/// Items of the inbox.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never built")]
struct InboxReply {
    /// 番号順
    items: Vec<NumberedItem>,
}

/// One item.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never built")]
struct NumberedItem {
    /// 抜けのない番号
    number: u64,
    /// 決定、または新しい設定
    #[schema(value_type = Object)]
    item: (),
}

/// RFC 9457 problem document.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never built")]
struct Problem {
    /// about:blank
    r#type: String,
    /// 短い題
    title: String,
    /// HTTP の状態
    status: u16,
    /// 何をすればよいか
    detail: String,
    /// 決まった一覧の語
    code: String,
    /// サーバーの時刻。時計がずれているとき
    server_time: Option<i64>,
    /// 鎖の先頭。抜けや枝分かれのとき
    head: Option<HeadReply>,
}

/// 登録コードで窓口を登録する。
#[utoipa::path(post, path = "/api/v1/enrolments", request_body = EnrolRequest, responses(
    (status = 200, body = EnrolReply), (status = 403, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn enrolments() {}

/// 記録の束を送る。本文は長さ(4バイト)と記録の繰り返し、gzip。署名が要る。
#[utoipa::path(post, path = "/api/v1/journal/batches",
    request_body(content = Vec<u8>, content_type = "application/vnd.madoguchi.journal"), responses(
    (status = 200, body = HeadReply), (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "抜け、枝分かれ、別の窓口", body = Problem, content_type = "application/problem+json"),
    (status = 413, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn batches() {}

/// 鎖の先頭を聞く。署名が要る。
#[utoipa::path(get, path = "/api/v1/journal/head", responses(
    (status = 200, body = HeadReply), (status = 401, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn head() {}

/// サーバーからの決定と設定を受け取る。署名が要る。
#[utoipa::path(get, path = "/api/v1/inbox",
    params(("after" = u64, Query, description = "受け取り済みの番号")), responses(
    (status = 200, body = InboxReply), (status = 401, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn inbox() {}

/// 収納日報。ログインが要る。
#[utoipa::path(get, path = "/api/v1/reports/daily",
    params(("date" = String, Query, description = "取扱日 YYYY-MM-DD"),
           ("as_of" = Option<String>, Query, description = "基準日 YYYY-MM-DD。省くと今日"),
           ("format" = Option<String>, Query, description = "json、csv、csv_cp932、xlsx")), responses(
    (status = 200, description = "日報"), (status = 403, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn daily_report() {}

/// 収納月報: 決済手段別の内訳と割合、日別、契約ごとの判定、不一致、過日分確定、戻出。ログインが要る。
#[utoipa::path(get, path = "/api/v1/reports/monthly/{month}",
    params(("month" = String, Path, description = "年月 YYYY-MM"),
           ("as_of" = Option<String>, Query, description = "基準日 YYYY-MM-DD。省くと今日"),
           ("format" = Option<String>, Query, description = "json、csv、csv_cp932、xlsx")), responses(
    (status = 200, description = "月報"), (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn monthly_report() {}

/// 収納日計表。ログインが要る。
#[utoipa::path(get, path = "/api/v1/papers/day-sheet",
    params(("date" = String, Query, description = "取扱日 YYYY-MM-DD"),
           ("counter" = Option<String>, Query, description = "窓口ID。省くと全窓口"),
           ("as_of" = Option<String>, Query, description = "基準日 YYYY-MM-DD。省くと今日"),
           ("format" = Option<String>, Query, description = "json、csv、csv_cp932、xlsx")), responses(
    (status = 200, description = "収納日計表"), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "その窓口はない", body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn day_sheet() {}

/// キャッシュレス収納内訳。ログインが要る。
#[utoipa::path(get, path = "/api/v1/papers/cashless",
    params(("date" = String, Query, description = "取扱日 YYYY-MM-DD"),
           ("as_of" = Option<String>, Query, description = "基準日 YYYY-MM-DD。省くと今日"),
           ("format" = Option<String>, Query, description = "json、csv、csv_cp932、xlsx")), responses(
    (status = 200, description = "キャッシュレス収納内訳"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn cashless() {}

/// 照合書。ログインが要る。
#[utoipa::path(get, path = "/api/v1/papers/contract",
    params(("contract" = String, Query, description = "契約ID"),
           ("closing" = String, Query, description = "締め日 YYYY-MM-DD"),
           ("as_of" = Option<String>, Query, description = "基準日 YYYY-MM-DD。省くと今日"),
           ("format" = Option<String>, Query, description = "json、csv、csv_cp932、xlsx")), responses(
    (status = 200, description = "照合書"), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "その契約か締めはない", body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn contract_sheet() {}

/// 入金予定・未入金一覧。ログインが要る。
#[utoipa::path(get, path = "/api/v1/papers/deposits",
    params(("as_of" = Option<String>, Query, description = "基準日 YYYY-MM-DD。省くと今日"),
           ("format" = Option<String>, Query, description = "json、csv、csv_cp932、xlsx")), responses(
    (status = 200, description = "入金予定・未入金一覧"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn deposits() {}

/// 不一致一覧: 区分、判定、差、説明、近いもの。ログインが要る。
#[utoipa::path(get, path = "/api/v1/exceptions",
    params(("contract" = Option<String>, Query, description = "契約ID"),
           ("counter" = Option<String>, Query, description = "窓口ID"),
           ("class" = Option<String>, Query, description = "区分の語。例 J_ONLY"),
           ("verdict" = Option<String>, Query, description = "この判定以上。matched、pending、differences、incomplete"),
           ("from" = Option<String>, Query, description = "最初の日 YYYY-MM-DD"),
           ("to" = Option<String>, Query, description = "最後の日 YYYY-MM-DD"),
           ("as_of" = Option<String>, Query, description = "基準日 YYYY-MM-DD。省くと今日"),
           ("format" = Option<String>, Query, description = "json、csv、csv_cp932、xlsx")), responses(
    (status = 200, description = "不一致一覧"),
    (status = 400, body = Problem, content_type = "application/problem+json"),
    (status = 403, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of its route")]
const fn exceptions() {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn described(document: &Value, schema: &str) -> BTreeSet<String> {
        let properties = &document["components"]["schemas"][schema]["properties"];
        properties.as_object().unwrap().keys().cloned().collect()
    }

    fn written<T: serde::Serialize>(value: &T) -> BTreeSet<String> {
        serde_json::to_value(value).unwrap().as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn every_described_field_is_a_real_one() {
        let document: Value = serde_json::from_str(&document_json().unwrap()).unwrap();
        let head = journal::wire::HeadReply {
            incarnation: domain::id::Incarnation(1),
            sequence_number: 0,
            hash: String::new(),
            server_time: 0,
        };
        assert_eq!(described(&document, "HeadReply"), written(&head));
        let request = journal::wire::EnrolRequest { code: String::new() };
        assert_eq!(described(&document, "EnrolRequest"), written(&request));
        let mut problem = written(&journal::wire::Problem {
            problem_type: String::new(),
            title: String::new(),
            status: 0,
            detail: String::new(),
            code: journal::wire::ProblemCode::Fork,
            server_time: Some(0),
        });
        problem.insert("head".to_owned());
        assert_eq!(described(&document, "Problem"), problem);
        for path in [
            journal::wire::PATH_ENROLMENTS,
            journal::wire::PATH_BATCHES,
            journal::wire::PATH_HEAD,
            journal::wire::PATH_INBOX,
            super::super::PATH_DAILY_REPORT,
            super::super::PATH_MONTHLY_REPORT,
            super::super::PATH_DAY_SHEET,
            super::super::PATH_CASHLESS,
            super::super::PATH_CONTRACT_SHEET,
            super::super::PATH_DEPOSITS,
        ] {
            assert!(document["paths"].get(path).is_some(), "{path}");
        }
    }

    /// Who builds on the interface reads the committed description; it never says anything else than the program.
    #[test]
    fn the_committed_description_is_this_one() {
        const RENEW: &str = "cargo run -p recon-server -- openapi > docs/openapi.json";
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
        let committed = std::fs::read_to_string(file).unwrap_or_default();
        let described = document_json().unwrap() + "\n";
        assert!(committed == described, "docs/openapi.json is not what the program says; renew it: {RENEW}");
    }
}

//! Every page in every state: what holds for all of them, without a server.

use std::collections::BTreeMap;

use super::samples;

/// The value of an attribute of a start tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[at..].split('"').next()
}

/// The start tags of one kind.
fn tags<'a>(html: &'a str, kind: &str) -> Vec<&'a str> {
    let open = format!("<{kind}");
    html.match_indices(&open)
        .map(|(at, _)| html[at..].split('>').next().unwrap())
        .filter(|tag| tag[open.len()..].starts_with([' ', '\n']) || tag.len() == open.len())
        .collect()
}

#[test]
fn the_same_context_gives_the_same_bytes() {
    assert_eq!(samples::all(), samples::all());
}

#[test]
fn every_page_is_japanese_and_has_a_title_and_one_heading() {
    for (name, html) in samples::all() {
        assert!(html.starts_with("<!doctype html>\n<html lang=\"ja\">"), "{name}");
        let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap();
        assert!(title.len() > "｜ 窓口 会計 ｜".len() && !title.starts_with(" ｜"), "{name}: {title}");
        assert_eq!(tags(&html, "h1").len(), 1, "{name}");
        assert!(html.contains("<main id=\"main\""), "{name}");
    }
}

#[test]
fn nothing_needs_scripts_or_inline_styles_or_other_hosts() {
    for (name, html) in samples::all() {
        for banned in [
            "<script",
            " style=\"",
            "<style",
            " onclick",
            " onchange",
            " onload",
            "javascript:",
            "src=\"http",
            "href=\"http",
        ] {
            assert!(!html.contains(banned), "{name} contains {banned}");
        }
    }
}

#[test]
fn every_input_has_a_label_and_every_button_a_word() {
    for (name, html) in samples::all() {
        let labels: Vec<&str> = tags(&html, "label").iter().filter_map(|tag| attribute(tag, "for")).collect();
        let fields = [tags(&html, "input"), tags(&html, "select"), tags(&html, "textarea")].concat();
        for tag in fields.iter().filter(|tag| attribute(tag, "type") != Some("hidden")) {
            let id = attribute(tag, "id").unwrap_or_else(|| panic!("{name}: no id in {tag}"));
            assert!(labels.contains(&id), "{name}: no label for {id}");
        }
        for part in html.split("<button").skip(1) {
            let word = part.split('>').nth(1).unwrap_or_default();
            assert!(word.chars().any(|c| c.is_alphanumeric()), "{name}: a button without a word");
        }
    }
}

#[test]
fn ids_are_unique_and_every_reference_exists() {
    for (name, html) in samples::all() {
        let mut ids: BTreeMap<&str, u32> = BTreeMap::new();
        for tag in html.split('<').filter_map(|part| part.split('>').next()) {
            if let Some(id) = attribute(tag, "id") {
                *ids.entry(id).or_default() += 1;
            }
        }
        assert!(ids.values().all(|&n| n == 1), "{name}: {ids:?}");
        for wanted in ["aria-describedby", "aria-labelledby"] {
            for part in html.split(&format!(" {wanted}=\"")).skip(1) {
                let id = part.split('"').next().unwrap();
                assert!(ids.contains_key(id), "{name}: {wanted} {id}");
            }
        }
        for part in html.split("href=\"#").skip(1) {
            let id = part.split('"').next().unwrap();
            assert!(ids.contains_key(id), "{name}: #{id}");
        }
    }
}

#[test]
fn forms_that_change_something_carry_their_id() {
    for (name, html) in samples::all() {
        for form in html.split("<form").skip(1) {
            let (start, rest) = form.split_once('>').unwrap();
            let body = rest.split("</form>").next().unwrap();
            let action = attribute(start, "action").unwrap();
            // Login and one-time links are protected by being single acts: a password, a token that works once.
            let single_act =
                action == "/login" || action.starts_with("/first/") || action.starts_with("/password/");
            if start.contains("method=\"post\"") && !single_act {
                assert!(body.contains("name=\"form_id\""), "{name}: {action}");
            }
        }
    }
}

#[test]
fn table_headers_say_what_they_head() {
    for (name, html) in samples::all() {
        for tag in tags(&html, "th") {
            let print_only = html.contains("class=\"sign-off\"") && tag == "<th";
            assert!(attribute(tag, "scope").is_some() || print_only, "{name}: {tag}");
        }
    }
}

#[test]
fn what_people_typed_is_shown_as_text() {
    let pages = samples::all();
    let users = &pages.iter().find(|(name, _)| name == "users").unwrap().1;
    assert!(!users.contains("<b>太字</b>"));
    assert!(users.contains("&#60;b&#62;太字"));
}

#[test]
fn a_missing_figure_is_never_a_zero() {
    let pages = samples::all();
    let report = &pages.iter().find(|(name, _)| name == "report-troubled").unwrap().1;
    let nanaco = report.split("<b>nanaco</b>").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(nanaco.contains("awaited\">資料未着"));
    let whole = &pages.iter().find(|(name, _)| name == "report-whole").unwrap().1;
    assert!(whole.contains("✓</span>一致</h2>") && !whole.contains("awaited\">資料未着"));
}

#[test]
fn only_a_whole_day_is_called_whole() {
    for (name, html) in samples::all() {
        assert_eq!(html.contains("1円の差もありません"), name == "report-whole", "{name}");
        assert_eq!(html.contains("説明のつかない差は1円もありません"), name == "month-whole", "{name}");
    }
}

#[test]
fn breaks_that_cancel_are_said_aloud() {
    let pages = samples::all();
    let page = |wanted: &str| pages.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
    assert!(page("report-troubled").contains("打ち消し合っています"));
    assert!(!page("report-whole").contains("打ち消し合っています"));
}

#[test]
fn the_month_says_its_figures_as_the_city_published_them() {
    let pages = samples::all();
    let page = &pages.iter().find(|(name, _)| name == "month-troubled").unwrap().1;
    let table = page.split("id=\"mix\"").nth(1).unwrap().split("</section>").next().unwrap();
    let words = [
        "クレジットカード",
        "12,090",
        "2.2%",
        "電子マネー",
        "37,270",
        "6.7%",
        "QRコード決済",
        "46,010",
        "8.2%",
        "キャッシュレス計",
        "95,370",
        "17.0%",
        "現金",
        "収納総額",
        "560,380",
        "送客手数料",
        "▲96",
        "観覧料合計",
        "560,284",
    ];
    let mut rest = table;
    for word in words {
        rest = rest.split_once(word).unwrap_or_else(|| panic!("{word} in its order in {table}")).1;
    }
}

#[test]
fn every_bar_of_the_month_leads_to_its_day_and_says_its_figures() {
    let pages = samples::all();
    let page = &pages.iter().find(|(name, _)| name == "month-troubled").unwrap().1;
    let chart = page.split("class=\"chart\"").nth(1).unwrap().split("</svg>").next().unwrap();
    let bars = tags(chart, "a");
    assert_eq!(bars.len(), 31);
    for bar in bars {
        assert!(attribute(bar, "href").unwrap().starts_with("/report?date=2022-07-"), "{bar}");
        assert!(attribute(bar, "aria-label").unwrap().contains("合計"), "{bar}");
    }
    for name in ["credit", "emoney", "code", "claims", "cash"] {
        let filled = format!("url(#fill-{name})");
        assert!(chart.contains(&filled) && chart.contains(&format!("id=\"fill-{name}\"")), "{name}");
    }
}

#[test]
fn who_asked_for_a_refund_has_no_button_to_approve_it() {
    for (name, html) in samples::all().into_iter().filter(|(name, _)| name.starts_with("refund-")) {
        let can = html.contains("name=\"decision\"");
        assert_eq!(can, name == "refund-decide", "{name}");
        assert_eq!(html.contains("別の人の承認が必要です"), name == "refund-own", "{name}");
    }
}

//! Every template with every sample: written alike twice, in Japanese, labelled, without anything inline.

use askama::Template;

use crate::web::pages::{
    closing, day, devices, display, lists, opening, paying, reference, sale, scan, sell, settlement,
    terminal, unknown,
};

fn every_page() -> Vec<(&'static str, String, String)> {
    let mut pages = Vec::new();
    macro_rules! add {
        ($($page:ty),+ $(,)?) => {
            $(for sample in <$page>::samples() {
                pages.push((stringify!($page), sample.render().unwrap(), sample.render().unwrap()));
            })+
        };
    }
    add!(
        opening::OpeningPage,
        opening::StopPage,
        opening::ClockPage,
        sell::SellPage,
        paying::PayPage,
        paying::CashPage,
        reference::ReferencePage,
        scan::ScanPage,
        sale::SalePage,
        sale::VoidPage,
        terminal::ProgressPage,
        terminal::DeclinedPage,
        terminal::ManualPage,
        terminal::JpqrPage,
        unknown::UnknownPage,
        unknown::WaitPage,
        lists::TodayPage,
        lists::UnknownsPage,
        lists::ChangePage,
        closing::ClosePage,
        closing::CountPage,
        closing::TotalsPage,
        settlement::SettlementPage,
        day::InboxPage,
        day::OperatorPage,
        devices::DevicesPage,
        display::DisplayPage,
    );
    pages
}

/// The tags of a page: name and attributes.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).filter_map(|tag| tag.split('>').next())
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

#[test]
fn every_page_is_written_alike_twice_and_speaks_japanese() {
    let pages = every_page();
    assert!(pages.len() > 40, "{}", pages.len());
    for (name, once, twice) in pages {
        assert_eq!(once, twice, "{name}");
        assert!(once.starts_with("<!doctype html>\n<html lang=\"ja\">"), "{name}");
        assert!(once.contains("<title>") && once.trim_end().ends_with("</html>"), "{name}");
    }
}

#[test]
fn nothing_is_inline() {
    for (name, page, _) in every_page() {
        assert!(!page.contains("<style") && !page.contains("javascript:"), "{name}");
        for tag in tags(&page) {
            assert!(!tag.contains(" style="), "{name}: {tag}");
            assert!(!tag.contains(" on"), "{name}: {tag}");
            assert!(!tag.starts_with("script") || tag.contains(" src=\"/assets/"), "{name}: {tag}");
        }
    }
}

#[test]
fn every_input_has_a_label_and_ids_are_unique() {
    for (name, page, _) in every_page() {
        let labels: Vec<&str> = tags(&page)
            .filter(|tag| tag.starts_with("label "))
            .filter_map(|tag| attribute(tag, "for"))
            .collect();
        let mut ids: Vec<&str> = tags(&page).filter_map(|tag| attribute(tag, "id")).collect();
        for tag in tags(&page).filter(|tag| tag.starts_with("input ") && !tag.contains("type=\"hidden\"")) {
            let id = attribute(tag, "id").unwrap_or_else(|| panic!("{name}: no id: {tag}"));
            assert!(labels.contains(&id), "{name}: no label for {id}");
        }
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}: an id stands twice");
    }
}

#[test]
fn pages_with_something_to_type_never_load_themselves_again() {
    for (name, page, _) in every_page() {
        let types = tags(&page).any(|tag| tag.starts_with("input ") && tag.contains("type=\"text\""));
        assert!(!(types && page.contains("http-equiv=\"refresh\"")), "{name}");
    }
}

#[test]
fn a_post_form_carries_the_id_of_its_command() {
    for (name, page, _) in every_page() {
        for form in page.split("<form method=\"post\"").skip(1) {
            let form = form.split("</form>").next().unwrap();
            // Looking for a machine is no command: nothing is journalled, and twice is as once.
            let looks = form.starts_with(" action=\"/devices/");
            assert!(looks || form.contains("name=\"command\""), "{name}: {form}");
        }
    }
}

#[test]
fn a_page_has_one_heading_and_says_states_in_words() {
    for (name, page, _) in every_page() {
        let headings = page.matches("<h1").count();
        let is_display = page.contains("<body class=\"display\">");
        assert_eq!(headings, usize::from(!is_display), "{name}");
        for chip in page.split("<span class=\"chip ").skip(1) {
            let words: String = chip.split("</span>").take(3).collect();
            let letters = words.chars().filter(|c| !c.is_ascii() && !"●○▲✕".contains(*c)).count();
            assert!(letters > 0, "{name}: a chip without a word");
        }
    }
}

//! 資料の到着予定 as an accountant sees it: what is not here stands first and leads to a form that is filled in.

use crate::{
    browser::Browser,
    day,
    support::{Centre, TODAY},
    support_files::paypay,
};
use recon_server::jobs::import::{Upload, import};

async fn take_paypay(centre: &Centre) {
    let day = TODAY.parse().unwrap();
    let upload = Upload {
        source: "paypay".parse().unwrap(),
        name: "p.csv".to_owned(),
        bytes: paypay(TODAY),
        period: Some((day, day)),
        uploader: "test".to_owned(),
    };
    import(centre.state(), upload).await.unwrap();
}

#[tokio::test]
async fn what_is_not_here_leads_to_a_filled_in_form() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    let page = browser.get("/expected").await;
    assert_eq!(page.status, 200);
    let wanted = page.links().into_iter().find(|link| link.starts_with("/imports?source=paypay&from="));
    let wanted = wanted.unwrap_or_else(|| panic!("no closing of PayPay is missing: {:?}", page.links()));
    let from = wanted.split("from=").nth(1).and_then(|rest| rest.get(..10)).unwrap();
    let form = browser.get(&wanted).await;
    assert!(form.html.contains("value=\"paypay\" required checked"), "{}", form.html);
    assert!(form.html.contains(&format!("name=\"from\" type=\"date\" value=\"{from}\"")), "{}", form.html);

    take_paypay(&centre).await;
    let only = browser.get("/expected?source=paypay&all=1").await;
    assert!(only.html.contains("資料を絞っています"), "{}", only.html);
    let files = only.html.split("id=\"files\"").nth(1).unwrap();
    assert!(files.contains("PayPay") && !files.contains("入出金明細"), "{files}");
}

#[tokio::test]
async fn an_overdue_file_is_said_first_and_the_report_leads_there() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    let page = browser.get("/expected").await;
    assert!(page.html.contains("期日を過ぎて届いていない資料が"), "{}", page.html);
    let first = page.html.split("id=\"files\"").nth(1).unwrap().split("</tr>").nth(1).unwrap();
    assert!(first.contains("未着(期日超過)"), "{first}");
    for place in [format!("/report?date={TODAY}"), "/imports".to_owned()] {
        assert!(browser.get(&place).await.links().contains(&"/expected".to_owned()), "{place}");
    }
    for wrong in ["as_of=x", "from=2026-13-01"] {
        assert_eq!(browser.get(&format!("/expected?{wrong}")).await.status, 400, "{wrong}");
    }
    assert_eq!(Browser::outside(&centre).get("/expected").await.status, 303, "only for who is signed in");
}

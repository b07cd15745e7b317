//! The rarer kinds on the upload page: a payment statement of a contract, a bank's file of a named account.

use domain::money::Yen;
use formats::cp932;
use recon_server::set_up;

use crate::{browser::Browser, support::Centre, support_files::bank};

const ACCOUNT: &str = "0001-001-1-0001234567";
const PAID: &str = "2026-11-20";

fn payout(fee: i64) -> Vec<u8> {
    let header = "支払先番号,振込年月日,締切年月日（自）,締切年月日（至）,店舗名,ブランド,件数,売上金額,手数料,その他精算,振込金額";
    let net = Yen::new(1_500 - fee).get();
    let row = format!("123456789,2026/11/30,2026/11/01,2026/11/15,美術館,JCB,2,1500,{fee},0,{net}");
    cp932::encode(&format!("{header}\r\n{row}\r\n")).unwrap()
}

/// The example city, whose card company sends payment statements and whose account is set.
async fn city() -> Centre {
    let centre = Centre::empty().await;
    let sources = format!(
        "[[sources]]\nsource = \"payout:card\"\nvalid_from = \"2026-04-01\"\n[sources.terms]\npayout_profile = \"jcb_link_payout\"\n\
         [[sources]]\nsource = \"bank:{ACCOUNT}\"\nvalid_from = \"2026-04-01\"\n[sources.terms]\nstripped = true\n"
    );
    let read = set_up::read(&format!("{}\n{sources}", set_up::EXAMPLE_TOML)).unwrap();
    set_up::apply(centre.state(), &read, "test").await.unwrap();
    centre
}

#[tokio::test]
async fn a_payment_statement_is_looked_at_and_taken() {
    let centre = city().await;
    let browser = Browser::administrator(&centre).await;
    let page = browser.get("/imports").await;
    assert!(page.html.contains("value=\"payout:card\""), "{}", page.html);
    assert!(page.html.contains(&format!("value=\"bank:{ACCOUNT}\"")), "{}", page.html);
    assert!(!page.html.contains("class=\"more\" open"), "the rarer kinds are folded away");
    let chosen = browser.get("/imports?source=payout%3Acard").await;
    assert!(chosen.html.contains("class=\"more\" open"));
    assert!(chosen.html.contains("value=\"payout:card\" required checked"), "{}", chosen.html);

    let fields = [("source", "payout:card"), ("from", ""), ("to", "")];
    let seen = browser.upload("/imports/preview", &fields, "pay.csv", &payout(30)).await;
    assert_eq!(seen.status, 200);
    assert!(seen.html.contains("支払明細") && seen.html.contains("1,470"), "{}", seen.html);
    assert!(seen.html.contains("1件を取り込む"), "{}", seen.html);
    let (form, sha256) =
        (seen.field("class=\"decide\"", "form_id"), seen.field("class=\"decide\"", "sha256"));
    let taken = browser.post("/imports", &[("form_id", &form), ("sha256", &sha256)]).await;
    assert_eq!(taken.to.as_deref(), Some("/imports/1?done=taken"), "{}", taken.html);
    assert!(browser.get("/imports/1").await.html.contains("会社の支払明細"));
}

#[tokio::test]
async fn a_named_account_reads_its_file_and_a_refusal_keeps_the_choice() {
    let centre = city().await;
    let browser = Browser::administrator(&centre).await;
    let source = format!("bank:{ACCOUNT}");
    let fields = [("source", source.as_str()), ("from", ""), ("to", "")];
    let seen = browser.upload("/imports/preview", &fields, "bank.txt", &bank(PAID, &[(5_000, "ﾔﾏﾀﾞ")])).await;
    assert!(seen.html.contains("class=\"decide\"") && seen.html.contains("5,000"), "{}", seen.html);
    let empty = browser.upload("/imports/preview", &fields, "empty.txt", b"").await;
    assert!(empty.html.contains(&format!("value=\"{source}\" required checked")), "{}", empty.html);
}

//! A later bank file of the same day that says something else: both rows are named on the receipt, and nothing of either is taken away.

use recon_server::jobs::import::{Outcome, Receipt, Upload, counted_entries, import, restated_by};

use crate::{
    support::{Centre, TODAY, date},
    support_files::bank,
};

async fn accept(centre: &Centre, bytes: Vec<u8>) -> (Receipt, Vec<String>) {
    let upload = Upload {
        source: "bank".parse().unwrap(),
        name: "bank.txt".to_owned(),
        bytes,
        period: None,
        uploader: "test".to_owned(),
    };
    match import(centre.state(), upload).await.unwrap() {
        Outcome::Accepted { receipts, notices } => {
            let said = notices.into_iter().map(|notice| notice.sentence_ja).collect();
            (receipts.into_iter().next().unwrap(), said)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bank_file_that_says_a_day_otherwise_names_both_rows() {
    let centre = Centre::set_up().await;
    let (first, said) = accept(&centre, bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ"), (500, "ﾔﾏﾀﾞ")])).await;
    assert!(first.restated.is_empty(), "{said:?}");
    let (second, said) = accept(&centre, bank(TODAY, &[(29_000, "ﾍﾟｲﾍﾟｲ(ｶ"), (500, "ﾔﾏﾀﾞ")])).await;
    assert_eq!((second.new, second.revised, second.unchanged), (1, 0, 1), "its key cannot say it");
    let [changed] = &second.restated[..] else { panic!("one row: {:?}", second.restated) };
    assert_eq!((changed.file, changed.new_row.is_some()), (first.file, true));
    assert!(changed.before.contains("29,347円") && changed.after.contains("29,000円"), "{changed:?}");
    assert!(said.iter().any(|text| text.contains("29,347円") && text.contains("29,000円")), "{said:?}");

    let (third, _) = accept(&centre, bank(TODAY, &[(500, "ﾔﾏﾀﾞ")])).await;
    let gone: Vec<_> = third.restated.iter().map(|one| (one.file, one.new_row)).collect();
    assert_eq!(gone, [(first.file, None), (second.file, None)], "rows that are gone, of both files");

    let mut unit = centre.state().store.snapshot().await.unwrap();
    let tenant = centre.state().tenant();
    let day = date(TODAY);
    let counted = counted_entries(&mut *unit, tenant, (day, day), third.file).await.unwrap();
    assert_eq!(counted.len(), 3, "both stay until somebody has asked the bank");
    for receipt in [first, second, third] {
        let row = unit.file(tenant, receipt.file).await.unwrap().unwrap();
        let again = restated_by(centre.state(), &row).await.unwrap();
        assert_eq!(again, receipt.restated, "the receipt of file {} says it for ever", receipt.file);
    }
}

#[tokio::test]
async fn a_file_that_carries_on_is_no_alarm() {
    let centre = Centre::set_up().await;
    accept(&centre, bank(TODAY, &[(29_347, "ﾍﾟｲﾍﾟｲ(ｶ")])).await;
    let (receipt, said) = accept(&centre, bank(TODAY, &[(500, "ﾔﾏﾀﾞ")])).await;
    assert!(receipt.restated.is_empty() && !said.iter().any(|text| text.contains("前のファイルとの違い")));
}

//! Each stage and each class on the smallest files that show it.

use bulk::{Class, ColumnMap, Options, Refusal};
use domain::money::Yen;

use crate::support::{file, line, named, run, run_files};

#[test]
fn forty_equal_sales_without_numbers_are_a_set_and_a_missing_one_is_one_line() {
    let sale = line(1, 0, 1, 300).without_approval();
    let outcome = run(&vec![sale.clone(); 40], &vec![sale.clone(); 40]);
    assert!(outcome.agrees());
    assert_eq!(outcome.class(Class::MatchedInSet).statement_yen, Yen::new(12_000));
    let outcome = run(&vec![sale.clone(); 40], &vec![sale; 39]);
    assert_eq!(named(&outcome), [("J_ONLY", Some(40), None)]);
    assert_eq!(outcome.class(Class::MatchedInSet).sales_rows, 39);
}

#[test]
fn one_number_on_several_rows_is_a_set_and_not_a_pair() {
    let sale = line(1, 7, 1, 300);
    let outcome = run(std::slice::from_ref(&sale), &vec![sale.clone(); 3]);
    assert_eq!(
        named(&outcome),
        [("DUPLICATE_CHARGE", Some(1), Some(2)), ("DUPLICATE_CHARGE", Some(1), Some(3))]
    );
    let outcome = run(&[sale.clone(), sale.clone()], &[sale]);
    assert_eq!(named(&outcome), [("DUPLICATE_SALE", Some(2), Some(1))]);
}

#[test]
fn amounts_that_differ_are_paired_only_where_nothing_else_fits() {
    let outcome = run(&[line(1, 7, 1, 300)], &[line(1, 7, 1, 500)]);
    assert_eq!(named(&outcome), [("AMOUNT_DIFF", Some(1), Some(1))]);
    let outcome = run(&[line(1, 7, 1, 300)], &[line(1, 7, 1, 500), line(1, 7, 1, 700)]);
    let expected = [("AMBIGUOUS", None, Some(1)), ("AMBIGUOUS", None, Some(2)), ("AMBIGUOUS", Some(1), None)];
    assert_eq!(named(&outcome), expected);
}

#[test]
fn numbers_that_differ_are_never_one_sale() {
    let outcome = run(&[line(1, 7, 1, 300)], &[line(1, 8, 1, 300)]);
    assert_eq!(named(&outcome), [("J_ONLY", Some(1), None), ("A_ONLY", None, Some(1))]);
    let outcome = run(&[line(1, 7, 1, 300)], &[line(1, 7, 1, 300).without_approval()]);
    assert!(outcome.agrees(), "a number against none is no contradiction");
}

#[test]
fn an_identifier_goes_before_a_key() {
    let sales = [line(1, 7, 1, 300).with_reference("A"), line(1, 7, 1, 300).with_reference("B")];
    let rows = [line(2, 9, 3, 300).with_reference("B"), line(1, 7, 1, 300)];
    let outcome = run(&sales, &rows);
    assert!(outcome.agrees());
    assert_eq!(outcome.class(Class::MatchedById).sales_rows, 1);
    let rows = [line(1, 7, 1, 400).with_reference("A"), line(1, 7, 1, 300).with_reference("B")];
    assert_eq!(named(&run(&sales, &rows)), [("AMOUNT_DIFF", Some(1), Some(1))]);
}

#[test]
fn columns_are_found_by_name_or_number_and_leading_zeros_count() {
    let sales = "番号,端末番号,伝票番号,取扱日,金額\n1,0000000000123,000001,20260701,300\n".as_bytes();
    let rows = b"a,b,c,d\n0000000000123,000001,2026/07/01,300\n";
    let by_number = "terminal=1,approval=b,date=3,amount=d".parse::<ColumnMap>().unwrap();
    let options = Options { statement_columns: by_number, ..Options::default() };
    assert!(run_files(sales, rows, &options).unwrap().agrees());
    let rows = b"a,b,c,d\n123,000001,2026/07/01,300\n";
    assert!(!run_files(sales, rows, &options).unwrap().agrees());
    let refused = run_files(sales, rows, &Options::default());
    assert!(matches!(refused, Err(Refusal::NoColumn { .. })), "{refused:?}");
    assert!("terminal".parse::<ColumnMap>().is_err());
}

#[test]
fn contract_and_brand_belong_to_the_key_where_both_files_have_them() {
    let sales = b"terminal,brand,approval,date,amount\nT1,VISA,1,20260701,300\n";
    let rows = b"terminal,brand,approval,date,amount\nT1,JCB,1,20260701,300\n";
    assert_eq!(run_files(sales, rows, &Options::default()).unwrap().exceptions.len(), 2);
    let rows = b"terminal,approval,date,amount\nT1,1,20260701,300\n";
    assert!(run_files(sales, rows, &Options::default()).unwrap().agrees());
}

#[test]
fn empty_files_agree() {
    let empty = file(&[], Default::default());
    let outcome = run_files(&empty, &empty, &Options::default()).unwrap();
    assert!(outcome.agrees());
    assert_eq!(outcome.total, Default::default());
}

#[test]
fn a_list_is_safe_for_a_spreadsheet() {
    let mut list = Vec::new();
    let sales = b"terminal,approval,date,amount\n=1+1,\"a\"\"b\",20260701,-300\n";
    let nothing = file(&[], Default::default());
    run_files(sales, &nothing, &Options::default()).unwrap().write_exceptions(&mut list).unwrap();
    let text = String::from_utf8(list).unwrap();
    assert_eq!(text.lines().nth(1), Some("J_ONLY,1,,'=1+1,\"a\"\"b\",,2026-07-01,-300,"));
}

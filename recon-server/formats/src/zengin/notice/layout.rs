//! The layout of 振込入金通知, formats A and B (reconciliation.md 6.1).
//!
//! Invariant: the fields of a record neither overlap nor leave a gap, and end at byte 200 (a test adds them up). Trailer and format B
//! rest on one published source; the trailer's sums are what proves them for a given file.

use super::super::{
    field::{FieldSpec, Kind, field},
    layout::layout,
};
use Kind::{C, N};

layout!(
    /// ヘッダー・レコード
    header {
        KIND = "データ区分", 1, 1, N;
        FILE_TYPE = "種別コード", 2, 2, N;
        CODE_TYPE = "コード区分", 4, 1, N;
        CREATED = "作成日", 5, 6, N;
        FROM = "勘定日(自)", 11, 6, N;
        TO = "勘定日(至)", 17, 6, N;
        BANK_CODE = "銀行コード", 23, 4, N;
        BANK_NAME = "銀行名", 27, 15, C;
        BRANCH_CODE = "支店コード", 42, 3, N;
        BRANCH_NAME = "支店名", 45, 15, C;
        ACCOUNT_KIND = "預金種目", 60, 1, N;
        ACCOUNT_NUMBER = "口座番号", 61, 7, N;
        ACCOUNT_NAME = "口座名", 68, 40, C;
        DUMMY = "ダミー", 108, 93, C;
    }
);

layout!(
    /// データ・レコード, format A
    data_a {
        KIND = "データ区分", 1, 1, N;
        INQUIRY = "照会番号", 2, 6, N;
        BOOKED = "勘定日", 8, 6, N;
        VALUE = "起算日", 14, 6, N;
        AMOUNT = "金額", 20, 10, N;
        CHEQUES = "うち他店券金額", 30, 10, N;
        REMITTER_CODE = "振込依頼人コード", 40, 10, N;
        REMITTER = "振込依頼人名", 50, 48, C;
        SENDING_BANK = "仕向銀行名", 98, 15, C;
        SENDING_BRANCH = "仕向店名", 113, 15, C;
        CANCEL = "取消区分", 128, 1, N;
        EDI = "EDI情報", 129, 20, C;
        DUMMY = "ダミー", 149, 52, C;
    }
);

layout!(
    /// データ・レコード, format B
    data_b {
        KIND = "データ区分", 1, 1, N;
        INQUIRY = "照会番号", 2, 6, N;
        BOOKED = "勘定日", 8, 6, N;
        VALUE = "起算日", 14, 6, N;
        AMOUNT = "金額", 20, 10, N;
        CHEQUES = "うち他店券金額", 30, 10, N;
        REMITTER_CODE = "振込依頼人コード", 40, 10, N;
        REMITTER = "振込依頼人名", 50, 48, C;
        SENDING_BANK = "仕向銀行名", 98, 15, C;
        SENDING_BRANCH = "仕向店名", 113, 15, C;
        CANCEL = "取消区分", 128, 1, N;
        AMOUNT_2 = "金額(2)", 129, 12, N;
        CHEQUES_2 = "うち他店券金額(2)", 141, 12, N;
        EDI = "EDI情報", 153, 20, C;
        DUMMY = "ダミー", 173, 28, C;
    }
);

layout!(
    /// トレーラ・レコード
    trailer {
        KIND = "データ区分", 1, 1, N;
        COUNT = "振込合計件数", 2, 6, N;
        TOTAL = "振込合計金額", 8, 12, N;
        CANCEL_COUNT = "取消合計件数", 20, 6, N;
        CANCEL_TOTAL = "取消合計金額", 26, 12, N;
        DUMMY = "ダミー", 38, 163, C;
    }
);

layout!(
    /// エンド・レコード
    end {
        KIND = "データ区分", 1, 1, N;
        DUMMY = "ダミー", 2, 199, C;
    }
);

#[cfg(test)]
mod tests {
    use super::{super::super::RECORD_BYTES, *};

    #[test]
    fn every_record_is_200_bytes_without_gap_or_overlap() {
        for fields in [header::ALL, data_a::ALL, data_b::ALL, trailer::ALL, end::ALL] {
            let next = fields.iter().fold(1, |at, spec| {
                assert_eq!(spec.start, at, "{}", spec.name);
                at + spec.len
            });
            assert_eq!(next, RECORD_BYTES + 1);
        }
    }
}

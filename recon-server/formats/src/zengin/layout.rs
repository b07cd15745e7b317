//! The layout of 入出金取引明細 for ordinary, current and savings deposits (reconciliation.md 6.1).
//!
//! Invariant: the fields of a record neither overlap nor leave a gap, and end at byte 200 (a test adds them up).

use super::field::{FieldSpec, Kind, field};
use Kind::{C, N};

/// Bytes of a record without separator.
pub const RECORD_BYTES: usize = 200;

macro_rules! layout {
    ($(#[$doc:meta])* $module:ident { $($konst:ident = $name:literal, $start:literal, $len:literal, $kind:ident;)* }) => {
        $(#[$doc])*
        pub(super) mod $module {
            use super::{C, FieldSpec, N, field};
            $(pub(in crate::zengin) const $konst: FieldSpec = field($name, $start, $len, $kind);)*
            /// Every field of the record, in order.
            pub(in crate::zengin) const ALL: &[FieldSpec] = &[$($konst),*];
        }
    };
}

pub(super) use layout;

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
        RESERVE = "予備", 60, 3, N;
        ACCOUNT_KIND = "預金種目", 63, 1, N;
        ACCOUNT_NUMBER = "口座番号", 64, 10, N;
        ACCOUNT_NAME = "口座名", 74, 40, C;
        SIGN = "貸越区分", 114, 1, N;
        BOOK = "通帳・証書区分", 115, 1, N;
        OPENING = "取引前残高", 116, 14, N;
        DUMMY = "ダミー", 130, 71, C;
    }
);

layout!(
    /// データ・レコード
    data {
        KIND = "データ区分", 1, 1, N;
        INQUIRY = "照会番号", 2, 8, N;
        BOOKED = "勘定日", 10, 6, N;
        VALUE = "預入・払出日", 16, 6, N;
        DIRECTION = "入払区分", 22, 1, N;
        CLASS = "取引区分", 23, 2, N;
        AMOUNT = "取引金額", 25, 12, N;
        CHEQUES = "うち他店券金額", 37, 12, N;
        CLEARING_DATE = "交換呈示日", 49, 6, N;
        RETURN_DATE = "不渡返還日", 55, 6, N;
        BILL_KIND = "手形・小切手区分", 61, 1, N;
        BILL_NUMBER = "手形・小切手番号", 62, 7, N;
        OTHER_BRANCH = "僚店番号", 69, 3, N;
        REMITTER_CODE = "振込依頼人コード", 72, 10, N;
        REMITTER = "振込依頼人名", 82, 48, C;
        SENDING_BANK = "仕向銀行名", 130, 15, C;
        SENDING_BRANCH = "仕向店名", 145, 15, C;
        SUMMARY = "摘要", 160, 20, C;
        EDI = "EDI情報", 180, 20, C;
        DUMMY = "ダミー", 200, 1, C;
    }
);

layout!(
    /// トレーラ・レコード
    trailer {
        KIND = "データ区分", 1, 1, N;
        IN_COUNT = "入金件数", 2, 6, N;
        IN_TOTAL = "入金額合計", 8, 13, N;
        OUT_COUNT = "出金件数", 21, 6, N;
        OUT_TOTAL = "出金額合計", 27, 13, N;
        SIGN = "貸越区分", 40, 1, N;
        CLOSING = "取引後残高", 41, 14, N;
        DATA_COUNT = "データ・レコード件数", 55, 7, N;
        DUMMY = "ダミー", 62, 139, C;
    }
);

layout!(
    /// エンド・レコード
    end {
        KIND = "データ区分", 1, 1, N;
        RECORDS = "レコード総件数", 2, 10, N;
        ACCOUNTS = "口座数", 12, 5, N;
        DUMMY = "ダミー", 17, 184, C;
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_200_bytes_without_gap_or_overlap() {
        for fields in [header::ALL, data::ALL, trailer::ALL, end::ALL] {
            let next = fields.iter().fold(1, |at, spec| {
                assert_eq!(spec.start, at, "{}", spec.name);
                at + spec.len
            });
            assert_eq!(next, RECORD_BYTES + 1);
        }
    }
}

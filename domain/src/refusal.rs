//! Why a wish is refused: a closed list, worded for the clerk in everyday Japanese with what to do.

use std::fmt;

use crate::{
    id::ReceiptNumber,
    method::{Method, Validity},
    text::TextFault,
    time::CivilDate,
};

/// Why a command became no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The journal has no enrolment yet.
    NotEnrolled,
    /// The journal is enrolled already.
    AlreadyEnrolled,
    /// No day is open.
    DayNotOpen,
    /// A day is open already.
    DayAlreadyOpen(CivilDate),
    /// The open day is of another date than today.
    YesterdayNotClosed(CivilDate),
    /// The person confirmed another date than the clock's.
    DateDiffers {
        /// What the person confirmed.
        confirmed: CivilDate,
        /// What the clock says.
        clock: CivilDate,
    },
    /// A later day was closed already.
    DateBeforeLastClose(CivilDate),
    /// The clock is doubted.
    ClockInDoubt,
    /// The clock is not doubted.
    ClockNotInDoubt,
    /// No such operator.
    UnknownOperator,
    /// No price list for the day.
    NoPriceList(CivilDate),
    /// No lines, or too many.
    LineCount,
    /// No such item on the price list.
    UnknownItem(String),
    /// Quantity out of bounds.
    Quantity(String),
    /// No such ground for this item.
    UnknownGround(String),
    /// Owners mixed in one payment.
    MixedOwners,
    /// The amount leaves its bounds.
    AmountOutOfRange,
    /// No such sale, or it is not of this day.
    UnknownSale,
    /// The sale is not waiting for payment.
    SaleNotOpen,
    /// The sale costs nothing.
    NothingToPay,
    /// The sale costs something.
    NotFree,
    /// Too little cash was handed over.
    TooLittleTendered,
    /// More cash than a person hands over: a slip of the finger.
    TooMuchTendered,
    /// No such route, or it does not take this command.
    UnknownRoute,
    /// An item may not be paid by this method.
    MethodBarred {
        /// Item.
        item: String,
        /// Method.
        method: Method,
    },
    /// The centre set the route up so that nobody can say who owes or what is carried to the bank.
    RouteSetUpWrongly(String),
    /// The number of a coupon, an approval or a security was taken today already, by a sale that stands.
    ReferenceTaken {
        /// The number as it was keyed.
        reference: String,
        /// The receipt of the earlier sale.
        receipt: ReceiptNumber,
    },
    /// The terminal is busy with another attempt.
    TerminalBusy,
    /// The terminal's last result is unknown.
    TerminalHeld,
    /// The same amount by the same method is in doubt: a reason is needed.
    RepeatReasonNeeded,
    /// No such attempt.
    UnknownAttempt,
    /// The attempt is not running.
    AttemptNotRunning,
    /// The attempt's result is not unknown.
    AttemptNotInDoubt,
    /// The wallet or brand is not taken on this route.
    BrandNotTaken(String),
    /// The brand cannot be paid with on this day.
    BrandNotValid {
        /// Its name.
        brand: String,
        /// When it can.
        validity: Validity,
    },
    /// The sheet is not of this counter.
    SheetNotOurs(String),
    /// Not four digits.
    PayerDigits,
    /// A typed text breaks a guard.
    Text {
        /// Field, in Japanese.
        field: &'static str,
        /// Which guard.
        fault: TextFault,
    },
    /// The sale cannot be taken back here.
    NotVoidable,
    /// No such print job, or it is not waiting for a person.
    UnknownPrint,
    /// Two typed totals differ.
    TotalsDiffer,
    /// A payment is running.
    PaymentRunning,
    /// Sales are waiting for payment.
    SalesOpen(usize),
    /// Cash was not counted.
    CashNotCounted,
    /// Terminal totals are missing, or something differs: a reason is needed.
    ReasonNeeded(String),
    /// An inbox number is missing before this one.
    InboxGap {
        /// Expected number.
        expected: u64,
    },
}

impl Refusal {
    /// The stable word, for logs and the API.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotEnrolled => "not_enrolled",
            Self::AlreadyEnrolled => "already_enrolled",
            Self::DayNotOpen => "day_not_open",
            Self::DayAlreadyOpen(_) => "day_already_open",
            Self::YesterdayNotClosed(_) => "yesterday_not_closed",
            Self::DateDiffers { .. } => "date_differs",
            Self::DateBeforeLastClose(_) => "date_before_last_close",
            Self::ClockInDoubt => "clock_in_doubt",
            Self::ClockNotInDoubt => "clock_not_in_doubt",
            Self::UnknownOperator => "unknown_operator",
            Self::NoPriceList(_) => "no_price_list",
            Self::LineCount => "line_count",
            Self::UnknownItem(_) => "unknown_item",
            Self::Quantity(_) => "quantity",
            Self::UnknownGround(_) => "unknown_ground",
            Self::MixedOwners => "mixed_owners",
            Self::AmountOutOfRange => "amount_out_of_range",
            Self::UnknownSale => "unknown_sale",
            Self::SaleNotOpen => "sale_not_open",
            Self::NothingToPay => "nothing_to_pay",
            Self::NotFree => "not_free",
            Self::TooLittleTendered => "too_little_tendered",
            Self::TooMuchTendered => "too_much_tendered",
            Self::UnknownRoute => "unknown_route",
            Self::MethodBarred { .. } => "method_barred",
            Self::RouteSetUpWrongly(_) => "route_set_up_wrongly",
            Self::ReferenceTaken { .. } => "reference_taken",
            Self::TerminalBusy => "terminal_busy",
            Self::TerminalHeld => "terminal_held",
            Self::RepeatReasonNeeded => "repeat_reason_needed",
            Self::UnknownAttempt => "unknown_attempt",
            Self::AttemptNotRunning => "attempt_not_running",
            Self::AttemptNotInDoubt => "attempt_not_in_doubt",
            Self::BrandNotTaken(_) => "brand_not_taken",
            Self::BrandNotValid { .. } => "brand_not_valid",
            Self::SheetNotOurs(_) => "sheet_not_ours",
            Self::PayerDigits => "payer_digits",
            Self::Text { .. } => "text",
            Self::NotVoidable => "not_voidable",
            Self::UnknownPrint => "unknown_print",
            Self::TotalsDiffer => "totals_differ",
            Self::PaymentRunning => "payment_running",
            Self::SalesOpen(_) => "sales_open",
            Self::CashNotCounted => "cash_not_counted",
            Self::ReasonNeeded(_) => "reason_needed",
            Self::InboxGap { .. } => "inbox_gap",
        }
    }

    /// What to tell the clerk.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one sentence per refusal; splitting the list would hide gaps")]
    pub fn message_ja(&self) -> String {
        match self {
            Self::NotEnrolled => "この窓口はまだ登録されていません。管理者に登録コードをもらってください。".into(),
            Self::AlreadyEnrolled => "この窓口は登録済みです。".into(),
            Self::DayNotOpen => "業務が開始されていません。「業務開始」から始めてください。".into(),
            Self::DayAlreadyOpen(date) => format!("{}の業務がすでに開始されています。", date.to_japanese()),
            Self::YesterdayNotClosed(date) => {
                format!("{}の締めがまだです。先に「締め」をしてから、今日の業務を開始してください。", date.to_japanese())
            }
            Self::DateDiffers { confirmed, clock } => format!(
                "確認した日付（{}）と機械の時計（{}）が違います。時計を確かめてください。",
                confirmed.to_japanese(),
                clock.to_japanese()
            ),
            Self::DateBeforeLastClose(date) => {
                format!("{}まで締め済みです。それより前の日では開始できません。", date.to_japanese())
            }
            Self::ClockInDoubt => "機械の時計が疑わしいため止めています。「時計の確認」で正しい時刻か確かめてください。".into(),
            Self::ClockNotInDoubt => "時計の確認は必要ありません。".into(),
            Self::UnknownOperator => "担当者が登録されていません。一覧から選んでください。".into(),
            Self::NoPriceList(date) => format!("{}の単価表がありません。管理者に連絡してください。", date.to_japanese()),
            Self::LineCount => "明細は1行以上50行以内にしてください。".into(),
            Self::UnknownItem(item) => format!("項目「{item}」は単価表にありません。"),
            Self::Quantity(item) => format!("「{item}」の数は1から999までにしてください。"),
            Self::UnknownGround(item) => format!("「{item}」にその無料の理由は使えません。一覧から選んでください。"),
            Self::MixedOwners => {
                "収入の帰属が違うものを一回の支払にまとめられません。帰属ごとに分けて会計してください。".into()
            }
            Self::AmountOutOfRange => "金額が扱える範囲を超えています。数を確かめてください。".into(),
            Self::UnknownSale => "その取引は本日の一覧にありません。".into(),
            Self::SaleNotOpen => "その取引は支払待ちではありません。一覧で状態を確かめてください。".into(),
            Self::NothingToPay => "合計が0円です。「無料で発行」を選んでください。".into(),
            Self::NotFree => "有料の明細があります。支払方法を選んでください。".into(),
            Self::TooLittleTendered => "お預りが合計より少ないです。金額を確かめてください。".into(),
            Self::TooMuchTendered => "お預りが多すぎます。入力を確かめてください。".into(),
            Self::UnknownRoute => "その支払方法はこの窓口で使えません。".into(),
            Self::MethodBarred { item, method } => {
                format!("「{item}」は{}で支払えません。別の方法を選んでください。", method.label_ja())
            }
            Self::RouteSetUpWrongly(route) => {
                format!("支払方法「{route}」の登録が正しくないため使えません。管理者に連絡してください。")
            }
            Self::ReferenceTaken { reference, receipt } => format!(
                "番号「{reference}」は本日すでに領収書番号 {receipt} で受け取っています。番号を確かめてください。前の会計が誤りであれば、先に取り消してください。"
            ),
            Self::TerminalBusy => "端末は別の決済をしています。終わるまでお待ちください。".into(),
            Self::TerminalHeld => {
                "端末の前回の結果が分かりません。先に「結果不明」で確かめてください。ほかの支払方法は使えます。".into()
            }
            Self::RepeatReasonNeeded => {
                "同じ金額・同じ支払方法で結果不明の決済があります。別のお客様であれば理由を入れて進めてください。".into()
            }
            Self::UnknownAttempt => "その決済は見つかりません。".into(),
            Self::AttemptNotRunning => "その決済はもう終わっています。結果を見てください。".into(),
            Self::AttemptNotInDoubt => "その決済の結果は分かっています。".into(),
            Self::BrandNotTaken(brand) => format!("「{brand}」はこの支払方法で扱っていません。"),
            Self::BrandNotValid { brand, validity } => not_valid(brand, *validity),
            Self::SheetNotOurs(sheet) => {
                format!("QRシート番号「{sheet}」はこの窓口のものではありません。貼り替えの恐れがあるので責任者に知らせてください。")
            }
            Self::PayerDigits => "取引番号の下4桁を数字4つで入れてください。".into(),
            Self::Text { field, fault } => text_message(field, *fault),
            Self::NotVoidable => {
                "この取引はここでは取り消せません。締め後や前日までの分は「返金（戻出）」の手続きになります。".into()
            }
            Self::UnknownPrint => "その印刷は確認待ちではありません。".into(),
            Self::TotalsDiffer => "1回目と2回目の日計が違います。端末の日計票を見て、もう一度入れてください。".into(),
            Self::PaymentRunning => "決済が進行中です。終わってから操作してください。".into(),
            Self::SalesOpen(count) => {
                format!("支払待ちの取引が{count}件あります。会計するか「取引中止」にしてください。")
            }
            Self::CashNotCounted => "現金がまだ数えられていません。金種ごとの枚数を入れてください。".into(),
            Self::ReasonNeeded(what) => format!("{what}。理由を入れれば締められます。"),
            Self::InboxGap { expected } => format!("中央からのお知らせ {expected} 番が届いていません。"),
        }
    }
}

fn not_valid(brand: &str, validity: Validity) -> String {
    let since = match (validity.until, validity.from) {
        (Some(last), _) => format!("{}から使えません（前日で終了）", last.plus_days(1).to_japanese()),
        (None, Some(first)) => format!("{}から使えます", first.to_japanese()),
        (None, None) => "この日は使えません".to_owned(),
    };
    format!("「{brand}」は{since}。別の支払方法をご案内ください。")
}

fn text_message(field: &str, fault: TextFault) -> String {
    match fault {
        TextFault::Empty => format!("{field}を入れてください。"),
        TextFault::TooLong => format!("{field}が長すぎます。短くしてください。"),
        TextFault::CardNumber => {
            format!("{field}にカード番号のような数字があります。カード番号は記録できません。消してください。")
        }
        TextFault::Control => format!("{field}に使えない文字があります。"),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: {}", self.code())
    }
}

impl std::error::Error for Refusal {}

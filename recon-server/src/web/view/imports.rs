//! 資料取込: choose, look, then import; and the book of everything that ever came.
//!
//! Invariants: nothing is imported without a preview having been offered; a refused file says file, row, field, what was found
//! and the remedy; what was refused stays in the list (DESIGN 3.13).

use askama::Template;
use domain::money::Yen;

use super::{
    form::{Field, FormId},
    shell::Shell,
    words::{Link, Sum, Verdict},
};

/// A source of files to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChoice {
    /// Stable word.
    pub code: String,
    /// Name.
    pub label: String,
    /// What file it wants: format, encoding, where to get it.
    pub hint: String,
    /// Chosen before.
    pub chosen: bool,
}

/// A refused row or file, as the person who has to get a better one needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Row from 1; none when the whole file is meant.
    pub row: Option<u32>,
    /// 項目
    pub field: String,
    /// ファイルの内容
    pub found: String,
    /// 直し方
    pub remedy: String,
}

/// A gate of the file: what it declares and what was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// What is checked.
    pub name: String,
    /// ファイルの記載
    pub declared: String,
    /// 計算
    pub computed: String,
    /// Whether they agree.
    pub agrees: bool,
}

impl Gate {
    /// As a verdict for the badge.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        if self.agrees { Verdict::Agreed } else { Verdict::Differs }
    }
}

/// The first rows of a file, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// Row from 1.
    pub row: u32,
    /// 日時
    pub at: String,
    /// 種別
    pub kind: String,
    /// 番号・摘要
    pub reference: String,
    /// 円, signed.
    pub amount: Yen,
}

/// 取込前の確認
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "import_preview.html")]
pub struct PreviewPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form.
    pub form: FormId,
    /// Name of the source.
    pub source: String,
    /// File name.
    pub file: String,
    /// SHA-256, hex: what is imported is what was looked at.
    pub sha256: String,
    /// 対象期間
    pub period: String,
    /// Rows and yen by kind.
    pub totals: Vec<(String, Sum)>,
    /// Gates.
    pub gates: Vec<Gate>,
    /// Sentences worth knowing.
    pub remarks: Vec<String>,
    /// Refused rows; none means that it can be imported.
    pub refused: Vec<RefusedRow>,
    /// Refusals beyond those listed.
    pub refused_more: u32,
    /// First rows.
    pub rows: Vec<PreviewRow>,
    /// Rows in all.
    pub rows_count: usize,
    /// The same file was imported before.
    pub seen_before: Option<Link>,
    /// What it would change, of a source whose newer file stands in the place of the earlier ones.
    pub replaced: Vec<ReplacedPeriod>,
}

impl PreviewPage {
    /// Whether the button may be pressed.
    #[must_use]
    pub fn can_import(&self) -> bool {
        self.refused.is_empty() && self.gates.iter().all(|gate| gate.agrees)
    }
}

/// A line in the book of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// 受付番号
    pub number: String,
    /// Its receipt.
    pub href: String,
    /// 受付日時
    pub received_at: String,
    /// 資料
    pub source: String,
    /// File name.
    pub name: String,
    /// 対象期間 in pieces, none of which is broken over two lines.
    pub period: Vec<String>,
    /// 取込 or 拒否.
    pub accepted: bool,
    /// New, revised and unchanged rows, or the refusal.
    pub result: String,
    /// だれが
    pub uploader: String,
}

/// 資料取込
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "imports.html")]
pub struct ImportsPage {
    /// Frame.
    pub shell: Shell,
    /// Id of the form.
    pub form: FormId,
    /// Sources that come every day.
    pub sources: Vec<SourceChoice>,
    /// 支払明細 of a contract, and banks' files whose account must be said.
    pub more: Vec<SourceChoice>,
    /// What is wrong with the upload.
    pub file: Field,
    /// 対象期間, first day; statements only.
    pub from: Field,
    /// 対象期間, last day.
    pub to: Field,
    /// Largest file in MiB.
    pub file_mib_max: usize,
    /// Everything that came, newest first.
    pub files: Vec<FileLine>,
}

impl ImportsPage {
    /// Whether one of the rarer kinds is chosen: the list stands open then.
    #[must_use]
    pub fn more_chosen(&self) -> bool {
        self.more.iter().any(|source| source.chosen)
    }
}

/// One field of one row that a corrected file says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Row in the new file.
    pub row: u32,
    /// Key of the row.
    pub key: String,
    /// 項目
    pub field: String,
    /// これまで
    pub before: String,
    /// 改訂後
    pub after: String,
}

/// A row of an earlier file that this one has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestatedRow {
    /// 受付番号 and address of the earlier file.
    pub file: Link,
    /// 行 there.
    pub row: u32,
    /// これまで
    pub before: String,
    /// 行 here; none where nothing is like it.
    pub new_row: Option<u32>,
    /// このファイル
    pub after: String,
}

/// A row that a file added, changed or withdrew in the period that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedRow {
    /// 取下げ, 変更 or 追加.
    pub change: &'static str,
    /// 受付番号 of the earlier file; none of a row that was added.
    pub file: Option<Link>,
    /// 行 there.
    pub row: Option<u32>,
    /// これまで
    pub before: String,
    /// 行 in the new file.
    pub new_row: Option<u32>,
    /// このファイル
    pub after: String,
}

/// What a file changes in the period that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedPeriod {
    /// The period.
    pub period: String,
    /// 追加, 変更 (by how many yen), 取下げ.
    pub sums: [(&'static str, Sum); 3],
    /// The first of the rows.
    pub rows: Vec<ReplacedRow>,
    /// There are more than those listed.
    pub cut: bool,
}

/// 受付票 of one file
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "import_receipt.html")]
pub struct ReceiptPage {
    /// Frame.
    pub shell: Shell,
    /// The line of the book.
    pub line: FileLine,
    /// SHA-256, hex.
    pub sha256: String,
    /// 種別
    pub kind: String,
    /// Who entered it by hand and who approved, leading to the wish; none of a file.
    pub by_hand: Option<Link>,
    /// Why it was refused.
    pub refused: Vec<RefusedRow>,
    /// What it corrected, field by field.
    pub revisions: Vec<RevisionRow>,
    /// There are more than those listed.
    pub revisions_cut: bool,
    /// What it says otherwise than an earlier file of the same days, row by row.
    pub restated: Vec<RestatedRow>,
    /// There are more than those listed.
    pub restated_cut: bool,
    /// What it changed, of a source whose newer file stands in the place of the earlier ones.
    pub replaced: Vec<ReplacedPeriod>,
    /// The newest file that stands in its place, in part or in whole.
    pub replaced_by: Option<Link>,
}

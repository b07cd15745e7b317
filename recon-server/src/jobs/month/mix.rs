//! The mix table: how the month was paid, with shares (papers.md C12). Pure.
//!
//! Invariants: shares are made from integers, half up to a tenth of a percent; a note is written only where its fact holds for these
//! figures: rounded parts that do not add up, shares that are the same on either base, provisional money that is in the sums.

use domain::money::Yen;
use engine::outcome::{Figure, ReportLine};

use super::{Mix, MixKind, MixRow, Overpaid, days::Taken};

impl MixKind {
    /// Every kind, in the order of papers.
    pub const ALL: [Self; 8] = [
        Self::Cash,
        Self::Security,
        Self::Credit,
        Self::ElectronicMoney,
        Self::Code,
        Self::Cashless,
        Self::Voucher,
        Self::Deferred,
    ];

    /// The city's word.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Cash => "現金",
            Self::Security => "証券（定額小為替）",
            Self::Credit => "クレジットカード",
            Self::ElectronicMoney => "電子マネー",
            Self::Code => "QRコード決済",
            Self::Cashless => "キャッシュレス計",
            Self::Voucher => "利用券（クーポン）",
            Self::Deferred => "後納",
        }
    }

    /// One of the three parts of [`Self::Cashless`].
    #[must_use]
    pub const fn is_cashless(self) -> bool {
        matches!(self, Self::Credit | Self::ElectronicMoney | Self::Code)
    }

    /// Shown although no money came that way.
    const fn always(self) -> bool {
        self.is_cashless() || matches!(self, Self::Cashless)
    }
}

/// The table from what was taken and the lines that carry fees and provisional money.
pub fn mix(taken: &[Taken], lines: &[&ReportLine], overpaid: &[Overpaid], total_ja: &'static str) -> Mix {
    let of = |kind: MixKind| {
        let counts =
            |each: &&Taken| each.kind == kind || (kind == MixKind::Cashless && each.kind.is_cashless());
        taken.iter().filter(counts).fold(Figure::default(), |sum, each| sum.plus(each.figure))
    };
    let gross = taken.iter().fold(Yen::ZERO, |sum, each| sum.saturating_add(each.figure.amount));
    let commission = lines
        .iter()
        .filter(|line| line.method.is_claim())
        .fold(Yen::ZERO, |sum, line| sum.saturating_add(line.fee));
    let total = gross.saturating_sub(commission);
    let row = |kind: MixKind| {
        let Figure { count, amount } = of(kind);
        MixRow {
            kind,
            method: kind.label_ja().into(),
            count,
            yen: amount,
            percent: percent(tenths(amount, total)),
        }
    };
    let shown = |row: &MixRow| row.kind.always() || row.count != 0 || row.yen != Yen::ZERO;
    let rows: Vec<MixRow> = MixKind::ALL.into_iter().map(row).filter(shown).collect();
    let mut mix = Mix { rows, gross, commission, total, total_ja: total_ja.into(), notes: Vec::new() };
    mix.notes = notes(&mix, lines, overpaid);
    mix
}

/// Tenths of a percent, half up; none while the base is not positive.
fn tenths(part: Yen, base: Yen) -> Option<i128> {
    let (part, base) = (i128::from(part.get()), i128::from(base.get()));
    if base <= 0 {
        return None;
    }
    // Half away from zero: a month in which more was voided late than taken is written as it is.
    let doubled = part.abs().checked_mul(2_000)?.checked_add(base)?;
    Some(doubled / (base * 2) * part.signum())
}

/// `17.0`
fn percent(tenths: Option<i128>) -> String {
    let Some(tenths) = tenths else { return String::new() };
    let sign = if tenths < 0 { "▲" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

fn notes(mix: &Mix, lines: &[&ReportLine], overpaid: &[Overpaid]) -> Vec<String> {
    let mut notes = Vec::new();
    if mix.commission != Yen::ZERO {
        notes.push(format!(
            "収納総額 {}円 から送客手数料 {}円 を差し引くと {}円 です。総額で歳入に、手数料は歳出に記帳します。{}",
            mix.gross,
            mix.commission,
            mix.total,
            same_shares(mix)
        ));
    }
    notes.extend(rounding(mix));
    let provisional = lines.iter().fold(Figure::default(), |sum, line| sum.plus(line.provisional));
    if !provisional.is_zero() {
        notes.push(format!(
            "暫定 {}件 {}円 を含みます。会社の明細で確かめるまでは窓口の入力によります。",
            provisional.count, provisional.amount
        ));
    }
    if !overpaid.is_empty() {
        let sum = overpaid.iter().fold(Yen::ZERO, |sum, case| sum.saturating_add(case.amount));
        notes.push(format!(
            "過誤納(二重の支払いなど) {}件 {sum}円 は返すお金なので含めていません。",
            overpaid.len()
        ));
    }
    notes
}

/// What the shares would be of the gross, said only after looking. The published ones are those of the cashless rows.
fn same_shares(mix: &Mix) -> String {
    let of_gross = |row: &MixRow| percent(tenths(row.yen, mix.gross));
    let others: Vec<&MixRow> = mix.rows.iter().filter(|row| of_gross(row) != row.percent).collect();
    let told: Vec<String> = others.iter().map(|row| format!("{} {}%", row.method, of_gross(row))).collect();
    let told = told.join("、");
    if others.is_empty() {
        "割合はどちらを分母にしても同じです。".to_owned()
    } else if others.iter().any(|row| row.kind.is_cashless() || row.kind == MixKind::Cashless) {
        format!("割合は差引後の額に対するものです(総額に対しては {told})。")
    } else {
        format!(
            "キャッシュレスの割合はどちらを分母にしても同じです(ほかは差引後の額に対するもので、総額に対しては {told})。"
        )
    }
}

/// Where the rounded parts do not add up to the rounded subtotal.
fn rounding(mix: &Mix) -> Option<String> {
    let part = |row: &MixRow| tenths(row.yen, mix.total);
    let parts = mix.rows.iter().filter(|row| row.kind.is_cashless()).map(part).sum::<Option<i128>>()?;
    let whole = mix.rows.iter().find(|row| row.kind == MixKind::Cashless).and_then(part)?;
    if parts == whole {
        return None;
    }
    Some(format!(
        "割合は四捨五入のため、内訳を足すと{}%になりますが、キャッシュレス計は{}%です。",
        percent(Some(parts)),
        percent(Some(whole))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_tenth_goes_up() {
        for (part, base, text) in [
            (12_090, 560_284, "2.2"),
            (37_270, 560_284, "6.7"),
            (46_010, 560_284, "8.2"),
            (95_370, 560_284, "17.0"),
            (1, 2_000, "0.1"),
            (1, 2_001, "0.0"),
            (-1, 2_000, "▲0.1"),
            (2_000, 2_000, "100.0"),
            (5, 0, ""),
        ] {
            assert_eq!(percent(tenths(Yen::new(part), Yen::new(base))), text, "{part} of {base}");
        }
    }
}

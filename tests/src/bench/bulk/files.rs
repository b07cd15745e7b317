//! A seeded day of sales and its statement as two CSV files, shaped like those of the measured limits: 1.0 % exceptions (0.3 % missing in
//! the statement, 0.1 % missing in the sales, 0.4 % with another amount, 0.2 % twice in the statement), the statement fully shuffled.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use anyhow::Result;
use rand::{Rng as _, SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;

/// Sales of one terminal on one day.
const SALES_PER_TERMINAL: u32 = 50;
/// Buffer of a file that is written.
const BUFFER_LENGTH_BYTES: usize = 1 << 20;

/// What became of one sale on its way into the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// In both, alike.
    Plain,
    /// The company does not know it.
    NotInStatement,
    /// We do not know it.
    NotInSales,
    /// With another amount.
    OtherAmount,
    /// The company has it twice.
    TwiceInStatement,
}

/// One payment.
#[derive(Debug, Clone, Copy)]
pub struct Payment {
    number: u32,
    /// 13 digits.
    pub terminal: u64,
    /// 6 digits, different for each payment of a terminal.
    pub approval: u32,
    /// Yen.
    pub amount: u32,
    random: u64,
}

/// The payments of a day, and which of them each line of the statement is.
#[derive(Debug)]
pub struct Day {
    /// Payments.
    pub payments: Vec<Payment>,
    /// Places of payments, shuffled.
    pub lines: Vec<usize>,
    /// What must be found.
    pub truth: Truth,
}

/// A seeded day, not written anywhere.
///
/// # Errors
/// Where a number does not fit this machine.
pub fn day(payments: u32, seed: u64) -> Result<Day> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let terminals = payments.div_ceil(SALES_PER_TERMINAL).max(1);
    let salt = random.next_u64() | 1;
    let payments: Vec<_> = (0..payments).map(|number| Payment::new(number, terminals, salt)).collect();
    let (mut lines, mut truth) = (Vec::with_capacity(payments.len()), Truth::default());
    for (place, payment) in payments.iter().enumerate() {
        let fate = payment.fate();
        truth.count(fate);
        let times = match fate {
            Fate::NotInStatement => 0,
            Fate::TwiceInStatement => 2,
            Fate::Plain | Fate::NotInSales | Fate::OtherAmount => 1,
        };
        lines.extend(std::iter::repeat_n(place, times));
    }
    lines.shuffle(&mut random);
    Ok(Day { payments, lines, truth })
}

/// What the two files must be found to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Truth {
    /// Pairs that agree.
    pub matched: u64,
    /// Statement lines too many.
    pub duplicates: u64,
    /// Pairs with different amounts.
    pub amount_differs: u64,
    /// Sales without a line.
    pub only_sales: u64,
    /// Lines without a sale.
    pub only_statement: u64,
}

impl Truth {
    const fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Plain => self.matched += 1,
            Fate::NotInStatement => self.only_sales += 1,
            Fate::NotInSales => self.only_statement += 1,
            Fate::OtherAmount => self.amount_differs += 1,
            Fate::TwiceInStatement => {
                self.matched += 1;
                self.duplicates += 1;
            }
        }
    }
}

/// Writes `payments` payments of 1 July 2026 as two files.
///
/// # Errors
/// When the disk is full.
pub fn write(sales: &Path, statement: &Path, payments: u32, seed: u64) -> Result<Truth> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let terminals = payments.div_ceil(SALES_PER_TERMINAL).max(1);
    let mut truth = Truth::default();
    let mut lines: Vec<u32> = Vec::with_capacity(usize::try_from(payments)?);
    let mut salt = random.next_u64();
    salt |= 1;
    let mut out = BufWriter::with_capacity(BUFFER_LENGTH_BYTES, File::create(sales)?);
    writeln!(out, "sale_id,terminal,approval,date,time,amount,brand")?;
    for number in 0..payments {
        let payment = Payment::new(number, terminals, salt);
        let fate = payment.fate();
        truth.count(fate);
        if fate == Fate::TwiceInStatement {
            lines.push(number);
        }
        if fate != Fate::NotInStatement {
            lines.push(number);
        }
        if fate != Fate::NotInSales {
            payment.write_sale(&mut out)?;
        }
    }
    out.flush()?;
    lines.shuffle(&mut random);
    let mut out = BufWriter::with_capacity(BUFFER_LENGTH_BYTES, File::create(statement)?);
    writeln!(out, "line,terminal,approval,date,amount,fee")?;
    for (place, number) in lines.iter().enumerate() {
        Payment::new(*number, terminals, salt).write_line(place, &mut out)?;
    }
    out.flush()?;
    Ok(truth)
}

impl Payment {
    fn new(number: u32, terminals: u32, salt: u64) -> Self {
        let (terminal, nth) = (number % terminals, number / terminals);
        // 7,919 is prime to a million: the approval numbers of a terminal are all different.
        let approval = (u64::from(nth) * 7_919 + u64::from(terminal) * 104_729) % 1_000_000;
        let mut random = u64::from(number).wrapping_add(1).wrapping_mul(salt);
        random = (random ^ random >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        random ^= random >> 29;
        Self {
            number,
            terminal: 1_300_000_000_000 + u64::from(terminal) * 1_201,
            approval: u32::try_from(approval).unwrap_or_default(),
            amount: 100 + u32::try_from(random >> 40 & 0x3F).unwrap_or_default() * 50,
            random,
        }
    }

    /// What becomes of it.
    #[must_use]
    pub const fn fate(&self) -> Fate {
        match self.random % 1_000 {
            0..3 => Fate::NotInStatement,
            3 => Fate::NotInSales,
            4..8 => Fate::OtherAmount,
            8..10 => Fate::TwiceInStatement,
            _ => Fate::Plain,
        }
    }

    fn write_sale(&self, out: &mut impl std::io::Write) -> Result<()> {
        let (high, low) = (self.random >> 32, self.random & 0xFFFF_FFFF);
        let second = u64::from(self.number) % 28_800 + 30_600;
        let brand = ["VISA", "JCB", "PayPay", "nanaco", "WAON"][usize::try_from(high % 5)?];
        writeln!(
            out,
            "{low:08x}-{:04x}-7{:03x}-8{:03x}-{:012x},{:013},{:06},2026-07-01,{:02}:{:02}:{:02},{},{brand}",
            high & 0xFFFF,
            high >> 16 & 0xFFF,
            low & 0xFFF,
            self.number,
            self.terminal,
            self.approval,
            second / 3_600,
            second / 60 % 60,
            second % 60,
            self.amount
        )?;
        Ok(())
    }

    /// Yen of its line in the statement.
    #[must_use]
    pub fn line_amount(&self) -> u32 {
        if self.fate() == Fate::OtherAmount { self.amount + 100 } else { self.amount }
    }

    fn write_line(&self, place: usize, out: &mut impl std::io::Write) -> Result<()> {
        let amount = self.line_amount();
        let (terminal, approval) = (self.terminal, self.approval);
        writeln!(out, "{place:09},{terminal:013},{approval:06},2026-07-01,{amount},{}", amount / 50)?;
        Ok(())
    }
}

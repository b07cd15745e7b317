//! A column of numbers as offsets from the least of them, each in as few bytes as the greatest takes.

/// Appends a column.
pub fn write(to: &mut Vec<u8>, numbers: &[i64]) {
    let least = numbers.iter().copied().min().unwrap_or_default();
    let greatest = numbers.iter().map(|number| offset(*number, least)).max().unwrap_or_default();
    let width: u8 = match greatest {
        0 => 0,
        1..=0xFF => 1,
        0x100..=0xFFFF => 2,
        0x1_0000..=0xFFFF_FFFF => 4,
        _ => 8,
    };
    to.push(width);
    to.extend_from_slice(&least.to_le_bytes());
    let width = usize::from(width);
    to.reserve(numbers.len() * width);
    for number in numbers {
        to.extend_from_slice(offset(*number, least).to_le_bytes().get(..width).unwrap_or_default());
    }
}

/// How far a number is above the least: any two of 64 bits are less than 2^64 apart.
const fn offset(number: i64, least: i64) -> u64 {
    number.wrapping_sub(least).cast_unsigned()
}

/// A column that was read.
#[derive(Debug, Clone, Copy)]
pub struct Numbers<B> {
    pub least: i64,
    pub width: usize,
    pub offsets: B,
}

impl Numbers<&[u8]> {
    /// The same, which stays when the body is gone.
    pub fn kept(self) -> Numbers<Box<[u8]>> {
        Numbers { least: self.least, width: self.width, offsets: self.offsets.into() }
    }
}

impl<B: AsRef<[u8]>> Numbers<B> {
    /// All numbers of a column of so many rows.
    pub fn read_into(&self, rows: usize, to: &mut Vec<i64>) {
        fn each<const N: usize>(bytes: &[u8], to: &mut Vec<i64>, number: impl Fn([u8; N]) -> i64) {
            to.extend(bytes.as_chunks().0.iter().map(|bytes| number(*bytes)));
        }
        to.clear();
        let (bytes, least) = (self.offsets.as_ref(), self.least);
        match self.width {
            0 => to.resize(rows, least),
            1 => to.extend(bytes.iter().map(|byte| least.wrapping_add(i64::from(*byte)))),
            2 => each(bytes, to, |bytes| least.wrapping_add(i64::from(u16::from_le_bytes(bytes)))),
            4 => each(bytes, to, |bytes| least.wrapping_add(i64::from(u32::from_le_bytes(bytes)))),
            _ => each(bytes, to, |bytes| least.wrapping_add(i64::from_le_bytes(bytes))),
        }
    }

    /// The number of a row; none behind the last.
    pub fn get(&self, row: usize, rows: usize) -> Option<i64> {
        if row >= rows {
            return None;
        }
        let start = row.checked_mul(self.width)?;
        let bytes = self.offsets.as_ref().get(start..start.checked_add(self.width)?)?;
        let mut whole = [0; 8];
        whole.get_mut(..self.width)?.copy_from_slice(bytes);
        Some(self.least.wrapping_add(i64::from_le_bytes(whole)))
    }
}

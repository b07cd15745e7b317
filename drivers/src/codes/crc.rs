//! CRC-16/CCITT-FALSE over the UTF-8 bytes of a merchant's code (EMVCo MPM 1.1, 4.7.3; `protocols.md` 1.1).

/// Polynomial 1021, start FFFF, not reflected, nothing added at the end.
pub(super) fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, &byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_is_the_published_one() {
        assert_eq!(super::crc(b"123456789"), 0x29B1);
        assert_eq!(super::crc(b""), 0xFFFF);
    }
}

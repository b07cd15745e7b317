//! Bodies within their bounds: read at most so much, unpack at most so much.
//!
//! Invariant: nothing here ever allocates beyond the bound, whatever a length header or a compressed stream claims.

use std::io::Read;

use axum::body::{Body, Bytes};
use flate2::read::GzDecoder;
use journal::{frames::BATCH_LENGTH_MAX_BYTES, wire::ProblemCode};

use super::ApiProblem;

/// Longest body of a signed request as sent, in bytes: a batch that does not compress, and gzip's own frame.
pub const SIGNED_BODY_MAX_BYTES: usize = BATCH_LENGTH_MAX_BYTES + (64 << 10);
/// Longest body of an enrolment, in bytes.
pub const ENROLMENT_BODY_MAX_BYTES: usize = 4 << 10;

/// Reads a body of at most `max_bytes`.
pub async fn read_bounded(body: Body, max_bytes: usize) -> Result<Bytes, ApiProblem> {
    axum::body::to_bytes(body, max_bytes).await.map_err(|_| {
        ApiProblem::new(
            ProblemCode::TooLarge,
            format!("一度に送れるのは {max_bytes} バイトまでです。分けて送ってください。"),
        )
    })
}

/// The batch inside a body: gzip or as it is.
pub fn unpack(body: &[u8], content_encoding: &str) -> Result<Vec<u8>, ApiProblem> {
    let too_large = || {
        ApiProblem::new(
            ProblemCode::TooLarge,
            format!("展開すると {BATCH_LENGTH_MAX_BYTES} バイトを超えます。分けて送ってください。"),
        )
    };
    let unpacked = match content_encoding {
        "" | "identity" => body.to_vec(),
        "gzip" => gunzip(body).map_err(|_| {
            ApiProblem::new(ProblemCode::BadRequest, "圧縮された本文を展開できません。送り直してください。")
        })?,
        _ => {
            return Err(ApiProblem::new(
                ProblemCode::BadRequest,
                "content-encoding は gzip だけを受け付けます。",
            ));
        }
    };
    if unpacked.len() > BATCH_LENGTH_MAX_BYTES { Err(too_large()) } else { Ok(unpacked) }
}

/// At most one byte more than the bound: enough to see that it is too much.
fn gunzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let bound = u64::try_from(BATCH_LENGTH_MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut unpacked = Vec::new();
    GzDecoder::new(body).take(bound).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn unpacks_up_to_the_bound_and_not_a_byte_more() {
        assert_eq!(unpack(&gzip(b"abc"), "gzip").unwrap(), b"abc");
        assert_eq!(unpack(b"abc", "").unwrap(), b"abc");
        let full = vec![0; BATCH_LENGTH_MAX_BYTES];
        assert_eq!(unpack(&gzip(&full), "gzip").unwrap().len(), BATCH_LENGTH_MAX_BYTES);
        for (body, encoding, code) in [
            (gzip(&vec![0; BATCH_LENGTH_MAX_BYTES + 1]), "gzip", ProblemCode::TooLarge),
            (gzip(&vec![0; 64 << 20]), "gzip", ProblemCode::TooLarge),
            (vec![0; BATCH_LENGTH_MAX_BYTES + 1], "", ProblemCode::TooLarge),
            (b"not gzip".to_vec(), "gzip", ProblemCode::BadRequest),
            (gzip(b"abc")[..12].to_vec(), "gzip", ProblemCode::BadRequest),
            (b"abc".to_vec(), "br", ProblemCode::BadRequest),
        ] {
            assert_eq!(unpack(&body, encoding).unwrap_err().code(), code);
        }
    }
}

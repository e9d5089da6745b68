//! Entry point of the fuzz target on what comes before the first byte of a connection: any bytes, no panic.

use crate::net::{Next, parse};

/// Reads any bytes as a PROXY header, as they would come.
///
/// Panics if reading panics, if more is wanted than a header may have, or if nothing more is and it is not whole.
pub fn proxy_header(bytes: &[u8]) {
    let mut read = 0;
    while let Ok(next) = parse(&bytes[..read]) {
        let wanted = match next {
            Next::Whole(_) => return,
            Next::Bytes(count) => count,
            Next::Line(most) => {
                let ahead = &bytes[read..bytes.len().min(read + most)];
                match ahead.iter().position(|byte| *byte == b'\n') {
                    Some(end) => end + 1,
                    None if ahead.is_empty() => return,
                    None => ahead.len(),
                }
            }
        };
        assert!(wanted > 0 && read + wanted <= 1024, "{wanted} after {read}");
        read += wanted;
        if read > bytes.len() {
            return;
        }
    }
}

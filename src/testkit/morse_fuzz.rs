//! The entry point of the fuzz target of the Morse judge.

use crate::ham::callsign::Callsign;
use crate::ham::morse::{Key, Keying, judge};

/// Reads any bytes as downs and ups of a key and judges them against several calls.
///
/// Panics if judging panics, or if something is heard that was not keyed.
pub fn judge_any(bytes: &[u8]) {
    let (key, bytes) = match bytes.split_first() {
        Some((first, rest)) if first % 2 == 1 => (Key::Paddles, rest),
        Some((_, rest)) => (Key::Straight, rest),
        None => return,
    };
    // Two bytes a step forward, so that most inputs are in the order of time; an odd byte at the end is one backward.
    let mut now = 0_u32;
    let mut times: Vec<u32> = Vec::new();
    for step in bytes.chunks(2) {
        now = match step {
            [high, low] => now.wrapping_add(u32::from(u16::from_be_bytes([*high, *low]))),
            _ => now.wrapping_sub(1),
        };
        times.push(now);
    }
    let Ok(keying) = Keying::new(&times, key) else {
        return;
    };
    let heard = keying.read();
    assert_eq!(heard.elements.len() * 2, times.len(), "each mark is heard once");
    assert!(heard.wpm.is_finite(), "a speed is a number");
    for call in ["W1AW", "E5E", "JA1XYZ/P"] {
        let call = Callsign::parse(call).expect("a call");
        if let Ok(sent) = judge(&call, &keying) {
            assert_eq!(sent.marks, heard.elements.len(), "all marks are the call's");
        }
    }
}

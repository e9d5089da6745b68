//! Calls that are another one copied wrong.
//!
//! Only the likeness of two calls is judged here; that one is far more often reported, near in time and on the
//! same frequency is for whoever knows the other spots.

/// Whether one letter inserted, dropped or replaced makes one call the other.
pub fn distance_one(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() {
        (a.as_bytes(), b.as_bytes())
    } else {
        (b.as_bytes(), a.as_bytes())
    };
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => same < short.len() && short[same + 1..] == long[same + 1..],
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

/// Whether `bad` is `good` with the `T` or `E` in front that a dash or dot of noise becomes: `TN4ZR` for
/// `N4ZR`, the commonest mistake of machines.
pub fn leading_bust(bad: &str, good: &str) -> bool {
    bad.strip_prefix(['T', 'E']).is_some_and(|rest| rest == good)
}

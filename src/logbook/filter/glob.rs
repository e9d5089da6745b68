//! Patterns with `*` (any run of characters) and `?` (one character), without regard to case.
//!
//! Patterns are kept in upper case; texts may come in any case. Matching takes time linear in the text for
//! every pattern with one star and never more than pattern times text.

use smol_str::{SmolStr, StrExt};

/// A pattern such as `K1*`, `*/P` or `JA1XYZ`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob(SmolStr);

impl Glob {
    /// The pattern as written.
    pub(crate) fn new(pattern: &str) -> Glob {
        Glob(pattern.to_uppercase_smolstr())
    }

    /// The pattern as written, or, if it has no wildcard, everything that begins with it.
    pub(crate) fn prefix(word: &str) -> Glob {
        if word.contains(['*', '?']) {
            Glob::new(word)
        } else {
            Glob(smol_str::format_smolstr!("{}*", word.to_uppercase()))
        }
    }

    /// What every match begins with.
    pub(crate) fn literal_prefix(&self) -> &str {
        let end = self.0.find(['*', '?']).unwrap_or(self.0.len());
        &self.0[..end]
    }

    /// Whether the whole text fits the pattern.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let pattern = self.0.as_bytes();
        let text = text.as_bytes();
        let (mut p, mut t) = (0, 0);
        // Where the last star stood and how far it has swallowed: the only place to come back to.
        let mut star: Option<(usize, usize)> = None;
        while t < text.len() {
            match pattern.get(p) {
                Some(b'*') => {
                    star = Some((p, t));
                    p += 1;
                }
                Some(&c) if c == b'?' || c == text[t].to_ascii_uppercase() => {
                    p += 1;
                    t += 1;
                }
                _ => match star {
                    Some((at, swallowed)) => {
                        p = at + 1;
                        t = swallowed + 1;
                        star = Some((at, t));
                    }
                    None => return false,
                },
            }
        }
        pattern[p..].iter().all(|&c| c == b'*')
    }
}

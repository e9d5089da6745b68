//! The parameters of a request, as callbooks' clients write them: `&` or `;` between, in the address or in a form.
//!
//! They hold passwords: nothing here is ever logged or repeated.

use url::form_urlencoded;

/// Longest request that is read, in bytes.
pub(super) const LONGEST: usize = 8 << 10;

/// The parameters, names in small letters.
#[derive(Default)]
pub(super) struct Asked(Vec<(String, String)>);

impl Asked {
    /// The parameters of a query or a form; what does not fit is not read.
    pub(super) fn read(text: &str) -> Self {
        let text = text.get(..LONGEST).unwrap_or(text);
        let parts = text.split(['&', ';']).filter(|part| !part.is_empty());
        let pairs = parts.flat_map(|part| form_urlencoded::parse(part.as_bytes()));
        Self(
            pairs
                .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.into_owned()))
                .collect(),
        )
    }

    /// These, and then those of another part of the request.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The first parameter of this name, also an empty one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        pairs
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first parameter of this name without blanks around it, unless it is empty.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_separators_and_both_encodings_are_read() {
        let asked = Asked::read("Username=w1aw;password=a+b%26c%3Bd&agent=x;s=;callsign=%20K1ABC ");
        assert_eq!(asked.get("username"), Some("w1aw"));
        assert_eq!(asked.get("password"), Some("a b&c;d"));
        assert_eq!(asked.get("s"), Some(""));
        assert_eq!(asked.word("s"), None);
        assert_eq!(asked.word("callsign"), Some("K1ABC"));
        assert_eq!(asked.get("none"), None);
        let both = Asked::read("a=1").and(Asked::read("a=2&b=3"));
        assert_eq!((both.get("a"), both.get("b")), (Some("1"), Some("3")));
        assert_eq!(Asked::read("%ff=%fe&&;;=").get("x"), None);
    }
}

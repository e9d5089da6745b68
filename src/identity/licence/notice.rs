//! Events of a register, as plain data.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use crate::ham::callsign::Callsign;
use crate::identity::error::Error;
use crate::identity::tables::Person;

/// Longest licensee's id taken; the FCC's have ten digits.
const LONGEST_ID: usize = 30;

/// Whom a licence was given to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Licensee {
    /// The register: `fcc`, `ised`.
    #[schema(value_type = String)]
    pub(crate) authority: SmolStr,
    /// The licensee's id in the register, such as an FRN: stays when the call changes.
    #[schema(value_type = String)]
    pub(crate) id: SmolStr,
    #[schema(value_type = String)]
    pub(crate) first_name: SmolStr,
    #[schema(value_type = String)]
    pub(crate) last_name: SmolStr,
    #[schema(value_type = String)]
    pub(crate) postal_code: SmolStr,
}

/// Something that happened to a licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum LicenceEvent {
    /// A call was given to somebody who had none.
    Granted {
        #[schema(value_type = String)]
        call: Callsign,
        licensee: Licensee,
    },
    /// Particulars changed; the licensee as the register has them now.
    Changed {
        #[schema(value_type = String)]
        call: Callsign,
        licensee: Licensee,
    },
    /// A licensee has another call.
    CallChanged {
        #[schema(value_type = String)]
        from: Callsign,
        #[schema(value_type = String)]
        to: Callsign,
        licensee: Licensee,
    },
    /// The licence ran out; its holder may still renew it.
    Expired {
        #[schema(value_type = String)]
        call: Callsign,
    },
    /// The licence was given back or taken away.
    Cancelled {
        #[schema(value_type = String)]
        call: Callsign,
    },
    /// The call is somebody else's now.
    Reassigned {
        #[schema(value_type = String)]
        call: Callsign,
        licensee: Licensee,
    },
}

impl LicenceEvent {
    /// The call it is about; the new one, where it changed.
    pub(crate) fn call(&self) -> &Callsign {
        match self {
            Self::Granted { call, .. }
            | Self::Changed { call, .. }
            | Self::CallChanged { to: call, .. }
            | Self::Expired { call }
            | Self::Cancelled { call }
            | Self::Reassigned { call, .. } => call,
        }
    }
}

impl Licensee {
    /// Whether the id is the one that a person entered. An empty one is nobody's.
    pub(super) fn has_id(&self, id: &str) -> bool {
        !self.id.is_empty() && plain(&self.id) == plain(id)
    }

    /// Whether name and postal code are just those of a person: letters and digits alone are compared, all of them.
    pub(super) fn is_named_as(&self, person: &Person) -> bool {
        let pairs = [
            (self.first_name.as_str(), person.first_name.as_str()),
            (self.last_name.as_str(), person.last_name.as_str()),
        ];
        let same = |(own, other): &(&str, &str)| !plain(own).is_empty() && plain(own) == plain(other);
        pairs.iter().all(same) && same_place(&self.postal_code, &person.postal_code)
    }
}

/// Postal codes, of which one may have the four digits more that some have in the United States.
fn same_place(one: &str, other: &str) -> bool {
    let cut = |text: &str| {
        let text = plain(text);
        let american = text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        if american { text[..5].to_owned() } else { text }
    };
    !cut(one).is_empty() && cut(one) == cut(other)
}

/// Letters and digits, in one case.
pub(super) fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// A licensee's id as a person types it: letters, digits and hyphens; empty for none.
pub(in crate::identity) fn register_id(text: &str) -> Result<SmolStr, Error> {
    let text = text.trim();
    let fits = text.len() <= LONGEST_ID && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits {
        Ok(text.into())
    } else {
        Err(Error::BadRegisterId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licensee(first: &str, last: &str, postal: &str) -> Licensee {
        Licensee {
            authority: "fcc".into(),
            id: "0012345678".into(),
            first_name: first.into(),
            last_name: last.into(),
            postal_code: postal.into(),
        }
    }

    fn person(first: &str, last: &str, postal: &str) -> Person {
        Person {
            first_name: first.parse().unwrap(),
            last_name: last.parse().unwrap(),
            postal_code: postal.into(),
            register_id: SmolStr::default(),
        }
    }

    #[test]
    fn names_are_equal_or_not_and_never_similar() {
        let robert = licensee("ROBERT", "O'BRIEN", "94703-1234");
        assert!(robert.is_named_as(&person("Robert", "OBrien", "94703")));
        for (first, last, postal) in [
            ("Roberta", "O'Brien", "94703"),
            ("Bob", "O'Brien", "94703"),
            ("Robert", "O'Brian", "94703"),
            ("Robert", "O'Brien", "94704"),
            ("Robert", "O'Brien", ""),
            ("", "", ""),
        ] {
            assert!(
                !robert.is_named_as(&person(first, last, postal)),
                "{first} {last} {postal}"
            );
        }
        let nameless = licensee("", "", "");
        assert!(
            !nameless.is_named_as(&person("", "", "")),
            "nothing is not equal to nothing"
        );
    }

    #[test]
    fn no_pair_of_similar_names_counts_as_one_person() {
        // Pairs of different people that are over 0.85 by Ratcliff and Obershelp.
        for (one, other) in [
            ("Katherine Jones", "Catherine Jones"),
            ("John Smith", "Joan Smith"),
            ("Robert Smith", "Roberta Smith"),
            ("Marie Dubois", "Maria Dubois"),
            ("Daniel Garcia", "Danielle Garcia"),
        ] {
            let ((a, b), (c, d)) = (one.split_once(' ').unwrap(), other.split_once(' ').unwrap());
            assert!(
                !licensee(a, b, "94703").is_named_as(&person(c, d, "94703")),
                "{one}, {other}"
            );
        }
    }

    #[test]
    fn an_id_is_compared_without_its_hyphens_and_an_empty_one_is_nobodys() {
        assert!(licensee("", "", "").has_id("00-1234-5678"));
        assert!(!licensee("", "", "").has_id(""));
        assert!(!Licensee::default().has_id(""));
        assert!(register_id("<b>").is_err());
    }
}

//! Codes sent to a mailbox that belongs to a call: eight digits, kept only as a keyed mark, good for ten minutes and
//! five tries.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::config::Verify;
use crate::ham::callsign::Callsign;
use crate::identity::model::{AccountId, MailAddress};
use crate::web::Signer;

/// How many codes there are.
const SPACE: u32 = 100_000_000;
/// Draws from here on are thrown away: 2^32 is no multiple of `SPACE`, and the low codes would come more often.
const CUT: u32 = u32::MAX - u32::MAX % SPACE;
const DIGITS: usize = 8;

/// How long a code works.
pub(in crate::identity) const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Wrong codes until the right one works no more.
pub(in crate::identity) const MOST_TRIES: u32 = 5;

/// What is stored of a code.
pub(crate) type Mark = [u8; 16];

/// A code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::identity) struct MailCode(u32);

impl MailCode {
    /// An even draw from all codes; `random` gives fresh bytes.
    pub(super) fn draw(mut random: impl FnMut() -> [u8; 4]) -> Self {
        loop {
            let number = u32::from_be_bytes(random());
            if number < CUT {
                return Self(number % SPACE);
            }
        }
    }

    /// A code as a person types it: with blanks or dashes anywhere, and in full-width digits too.
    pub(super) fn typed(text: &str) -> Option<Self> {
        let mut digits = String::with_capacity(DIGITS);
        for letter in text.chars() {
            match letter {
                '0'..='9' => digits.push(letter),
                '\u{ff10}'..='\u{ff19}' => {
                    let digit = u32::from(letter) - 0xff10;
                    digits.push(char::from_digit(digit, 10)?);
                }
                '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => {}
                blank if blank.is_whitespace() => {}
                _ => return None,
            }
            if digits.len() > DIGITS {
                return None;
            }
        }
        let whole = digits.len() == DIGITS;
        whole.then(|| digits.parse().ok().map(Self)).flatten()
    }

    /// As it stands in the mail: `1234 5678`.
    pub(super) fn shown(self) -> String {
        format!("{:04} {:04}", self.0 / 10_000, self.0 % 10_000)
    }

    /// What is stored of it: worthless for another account, another call, another purpose.
    pub(super) fn mark(self, signer: &Signer, account: AccountId, call: &Callsign) -> Mark {
        let parts: [&[u8]; 3] = [
            &account.0.to_be_bytes(),
            call.as_str().as_bytes(),
            &self.0.to_be_bytes(),
        ];
        signer.tag("code by mail to a call's mailbox", &parts)
    }
}

impl std::fmt::Debug for MailCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailCode(..)")
    }
}

/// A class of addresses that belong to calls. Stored as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mailbox {
    /// `CALL@winlink.org`
    Winlink,
    /// `CALL@arrl.net`
    Arrl,
    /// The address in the register of licences.
    Register,
    /// One that this version does not know.
    #[serde(other)]
    Unknown,
}

impl Mailbox {
    /// All that can be asked for.
    pub(crate) const ALL: [Self; 3] = [Self::Winlink, Self::Arrl, Self::Register];

    /// The class of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mailbox| mailbox.as_str() == name)
    }

    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Winlink => "winlink",
            Self::Arrl => "arrl",
            Self::Register => "register",
            Self::Unknown => "unknown",
        }
    }

    /// Whether codes are sent there at all.
    pub(super) fn is_accepted(self, policy: &Verify) -> bool {
        match self {
            Self::Winlink => policy.winlink,
            Self::Arrl => policy.arrl,
            Self::Register => policy.register_mail,
            Self::Unknown => false,
        }
    }

    /// The call's address of a class where the call alone makes it.
    pub(super) fn of_call(self, call: &Callsign) -> Option<MailAddress> {
        let host = match self {
            Self::Winlink => "winlink.org",
            Self::Arrl => "arrl.net",
            Self::Register | Self::Unknown => return None,
        };
        let address = format_smolstr!("{}@{host}", call.base());
        address.parse().ok()
    }
}

/// A code that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCode {
    pub(crate) call: Callsign,
    pub(crate) mailbox: Mailbox,
    /// Where it went, as its owner may see it.
    #[serde(default)]
    pub(crate) to: SmolStr,
    #[serde(with = "serde_bytes")]
    pub(crate) mark: Mark,
    pub(crate) until: Timestamp,
    /// Wrong codes so far.
    #[serde(default)]
    pub(crate) tries: u32,
}

impl StoredCode {
    /// Wrong codes that are left.
    pub(crate) fn left(&self) -> u32 {
        MOST_TRIES.saturating_sub(self.tries)
    }
}

/// An address as somebody sees it who does not know it: `j***@e***.org`.
pub(super) fn masked(address: &MailAddress) -> SmolStr {
    let text = address.as_str();
    let (name, host) = text.rsplit_once('@').unwrap_or((text, ""));
    let (host, end) = host.rsplit_once('.').unwrap_or((host, ""));
    let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    format_smolstr!("{}***@{}***.{end}", first(name), first(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_drawn_evenly() {
        // The last draw that counts, one that does not, and a fresh one.
        let mut draws = [CUT, u32::MAX, CUT - 1].into_iter();
        let code = MailCode::draw(|| draws.next().unwrap().to_be_bytes());
        assert_eq!(code.shown(), "9999 9999");
        assert_eq!(CUT % SPACE, 0, "each code stands for as many draws");
        assert_eq!(MailCode::draw(|| 7_u32.to_be_bytes()).shown(), "0000 0007");
    }

    #[test]
    fn codes_are_read_however_they_are_typed() {
        for text in [
            "12345678",
            "1234 5678",
            " 1234-5678 ",
            "12 34 56 78",
            "１２３４\u{3000}５６７８",
            "1234\u{2013}5678",
            "1234\u{a0}5678",
        ] {
            assert_eq!(MailCode::typed(text), Some(MailCode(12_345_678)), "{text:?}");
        }
        for text in ["", "1234567", "123456789", "1234567x", "१२३४५६७८"] {
            assert_eq!(MailCode::typed(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_mark_is_worth_nothing_elsewhere() {
        let signer = Signer::new([7; 32]);
        let call = |text: &str| Callsign::parse(text).unwrap();
        let code = MailCode(12_345_678);
        let mark = code.mark(&signer, AccountId(1), &call("K1ABC"));
        assert_eq!(mark, code.mark(&signer, AccountId(1), &call("K1ABC")));
        for other in [
            code.mark(&signer, AccountId(2), &call("K1ABC")),
            code.mark(&signer, AccountId(1), &call("K1ABD")),
            MailCode(12_345_679).mark(&signer, AccountId(1), &call("K1ABC")),
            code.mark(&Signer::new([8; 32]), AccountId(1), &call("K1ABC")),
        ] {
            assert_ne!(mark, other);
        }
    }

    #[test]
    fn addresses_are_made_of_the_call_and_masked_where_they_are_not() {
        let call = Callsign::parse("dl/k1abc/p").unwrap();
        let winlink = Mailbox::Winlink.of_call(&call).unwrap();
        assert_eq!(winlink.as_str(), "K1ABC@winlink.org");
        assert!(Mailbox::Register.of_call(&call).is_none());
        assert_eq!(masked(&"joe.ham@example.org".parse().unwrap()), "j***@e***.org");
    }
}

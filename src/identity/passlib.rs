//! Password hashes in passlib's `$pbkdf2-sha512$` form, as Odoo and `shackbox hash-password` write them.
//!
//! Form: `$pbkdf2-sha512$<rounds>$<salt>$<checksum>`, salt and 64-byte checksum in passlib's base64. A hash string
//! comes from a configuration file or an import, so its cost is bounded before anything is computed.
//! New passwords of members are not hashed here: see `password.rs`.

use base64::Engine as _;
use base64::alphabet::Alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use sha2::Sha512;
use subtle::ConstantTimeEq;

/// How every such hash begins.
pub(super) const PREFIX: &str = "$pbkdf2-sha512$";
/// Rounds of new hashes: Odoo's floor, well above OWASP's 220,000.
const ROUNDS: u32 = 600_000;
/// A hash asking for more would only serve to burn the processor.
const MAX_ROUNDS: u32 = 10_000_000;
const MAX_SALT: usize = 1024;
const CHECKSUM: usize = 64;
/// What passlib calls "adapted" base64: `.` in the place of `+`, no padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./") {
        Ok(alphabet) => alphabet,
        Err(_) => panic!("the alphabet has 64 different letters"),
    },
    NO_PAD,
);

/// A parsed hash whose cost is within bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pbkdf2Hash {
    rounds: u32,
    salt: Vec<u8>,
    checksum: [u8; CHECKSUM],
}

impl Pbkdf2Hash {
    /// Reads the text form; the reason of a refusal is fit for a message.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let fields = text
            .strip_prefix(PREFIX)
            .ok_or("it does not begin with $pbkdf2-sha512$")?;
        let mut fields = fields.split('$');
        let (Some(rounds), Some(salt), Some(checksum), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err("it must have rounds, salt and checksum, separated by $");
        };
        if rounds.starts_with('0') || !rounds.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err("its rounds are no number");
        }
        let rounds = rounds
            .parse()
            .ok()
            .filter(|rounds| (1..=MAX_ROUNDS).contains(rounds));
        let rounds = rounds.ok_or("its rounds are not between 1 and 10,000,000")?;
        if salt.len() > MAX_SALT.div_ceil(3) * 4 {
            return Err("its salt is longer than 1 KiB");
        }
        let salt = BASE64
            .decode(salt)
            .map_err(|_| "its salt is not passlib base64")?;
        if salt.len() > MAX_SALT {
            return Err("its salt is longer than 1 KiB");
        }
        let checksum = Some(checksum)
            .filter(|text| text.len() == (CHECKSUM * 4).div_ceil(3))
            .and_then(|text| BASE64.decode(text).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or("its checksum is not 64 bytes of passlib base64")?;
        Ok(Self {
            rounds,
            salt,
            checksum,
        })
    }

    /// Hashes a password with a fresh random salt. Takes some 0.2 s.
    pub(super) fn of(password: &[u8], salt: [u8; 16]) -> Self {
        Self {
            rounds: ROUNDS,
            salt: salt.to_vec(),
            checksum: derive(password, &salt, ROUNDS),
        }
    }

    /// Whether `password` is the hashed one. Takes as long as the hash's rounds say.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        derive(password, &self.salt, self.rounds)
            .ct_eq(&self.checksum)
            .into()
    }
}

impl std::fmt::Display for Pbkdf2Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let salt = BASE64.encode(&self.salt);
        let checksum = BASE64.encode(self.checksum);
        write!(f, "{PREFIX}{}${salt}${checksum}", self.rounds)
    }
}

fn derive(password: &[u8], salt: &[u8], rounds: u32) -> [u8; CHECKSUM] {
    let mut checksum = [0; CHECKSUM];
    pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut checksum);
    checksum
}

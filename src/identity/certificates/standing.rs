//! Whether a certificate still stands at Logbook of the World: its one way to tell is a page for each number.
//!
//! There is no signed list and no OCSP. What cannot be found out counts as good, with a note: somebody else's server
//! must not decide whether a station's members can sign in.

use std::time::Duration;

use smol_str::SmolStr;

use super::{Certificates, SERVICE};
use crate::env::OutboundError;

/// Path of the page below the service's base address.
const PATH: &str = "lotw/crl";
/// How long somebody who signs in waits for it.
const PATIENCE: Duration = Duration::from_secs(8);
/// What is looked at of the answer.
const MOST_BYTES: usize = 64 << 10;
const OPENS: &str = "<Status>";
const CLOSES: &str = "</Status>";

/// What Logbook of the World says of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It stands; or only its time is over, which ends no proof.
    Good(SmolStr),
    /// It does not count any more.
    Gone(SmolStr),
    /// It could not be found out, for this reason.
    Unknown(String),
}

impl Standing {
    /// Reads an answer.
    pub(super) fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&body[..body.len().min(MOST_BYTES)]);
        let inside = text
            .split_once(OPENS)
            .and_then(|(_, rest)| rest.split_once(CLOSES));
        let Some((status, _)) = inside else {
            return Self::Unknown("the answer has no status".to_owned());
        };
        let status = status.trim();
        match status.to_ascii_lowercase().as_str() {
            "unrevoked" | "expired" => Self::Good(status.into()),
            "superceded" | "superseded" | "bad serial" | "revoked" => Self::Gone(status.into()),
            _ => Self::Unknown(format!("the status is {:?}", short(status))),
        }
    }

    /// A line for the proof's record.
    pub(super) fn note(&self) -> String {
        match self {
            Self::Good(said) | Self::Gone(said) => format!("LoTW says: {said}"),
            Self::Unknown(why) => format!("LoTW was not asked: {why}"),
        }
    }
}

impl Certificates {
    /// Asks about a certificate by its number, while somebody waits.
    pub(super) async fn standing_soon(&self, serial: &str) -> Standing {
        let asked = tokio::time::timeout(PATIENCE, self.standing(serial)).await;
        match asked {
            Ok(Ok(standing)) => standing,
            Ok(Err(OutboundError::Unknown(_))) => Standing::Unknown("sources.lotw is off".to_owned()),
            Ok(Err(error)) => Standing::Unknown(error.to_string()),
            Err(_) => Standing::Unknown("no answer in time".to_owned()),
        }
    }

    /// Asks about a certificate by its number.
    pub(super) async fn standing(&self, serial: &str) -> Result<Standing, OutboundError> {
        let reply = self
            .inner
            .outbound
            .get(SERVICE, PATH, &[("serial", serial)])
            .await?;
        Ok(Standing::read(&reply.body))
    }
}

fn short(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_answer_is_understood() {
        let read = |status: &str| Standing::read(format!("<html><Status>{status}</Status>").as_bytes());
        for good in ["Unrevoked", " Expired "] {
            assert!(matches!(read(good), Standing::Good(_)), "{good}");
        }
        for gone in ["Superceded", "Bad serial", "Revoked"] {
            assert_eq!(read(gone), Standing::Gone(gone.into()));
        }
        assert!(matches!(read("Maybe"), Standing::Unknown(_)));
        assert!(matches!(Standing::read(b"<h1>Moved</h1>"), Standing::Unknown(_)));
        assert!(matches!(Standing::read(b""), Standing::Unknown(_)));
    }
}

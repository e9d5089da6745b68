//! QRZ's XML service: a session, a call's entry, its biography.
//!
//! Everything is sent as a form, so that neither the password nor the session's key is part of an address. The
//! biography comes as the page itself; an error comes as XML in its place.

use std::sync::Arc;

use crate::ham::callsign::Callsign;

use super::callbook::{AGENT, Callbooks, Entry, odd, unreachable};
use super::refusal::Refusal;
use super::xml::Document;

const QRZ: &str = "QRZ";
const SERVICE: &str = "qrz";

/// What the service says in `Session/Error` when the key is not good any more.
const SESSION_OVER: [&str; 2] = ["session timeout", "invalid session key"];
/// What it says when the account is not.
const ACCOUNT: [&str; 3] = [
    "username/password incorrect",
    "username / password",
    "connection refused",
];

/// An answer.
enum Said {
    Document(Document),
    /// A biography.
    Page(Vec<u8>),
}

impl Callbooks {
    /// A call's entry at QRZ.
    pub(super) async fn qrz_entry(&self, call: &Callsign) -> Result<Entry, Refusal> {
        let Said::Document(document) = self.qrz_ask(("callsign", call)).await? else {
            return Err(odd(QRZ, "a page came for an entry"));
        };
        let answered = document.text("Callsign", "call");
        let answered = answered.ok_or_else(|| odd(QRZ, "an entry without a call"))?;
        Ok(Entry {
            call: answered.to_owned(),
            web: document.text("Callsign", "url").map(str::to_owned),
        })
    }

    /// A call's biography at QRZ, as the page it is; empty where there is none.
    pub(super) async fn qrz_biography(&self, call: &Callsign) -> Result<String, Refusal> {
        match self.qrz_ask(("html", call)).await? {
            Said::Page(page) => Ok(String::from_utf8_lossy(&page).into_owned()),
            // A session and no biography.
            Said::Document(_) => Ok(String::new()),
        }
    }

    /// Asks within a session, and once more in a new one where the old has ended.
    async fn qrz_ask(&self, (question, call): (&str, &Callsign)) -> Result<Said, Refusal> {
        let mut key = match self.qrz.key() {
            Some(key) => key,
            None => self.qrz_login().await?,
        };
        for last in [false, true] {
            let said = self.qrz_send(&[("s", &key), (question, call.as_str())]).await?;
            let Said::Document(document) = &said else {
                return Ok(said);
            };
            let error = document.text("Session", "Error").map(str::to_ascii_lowercase);
            let error = error.unwrap_or_default();
            let over =
                document.text("Session", "Key").is_none() && error.is_empty() || is_session_over(&error);
            match error.as_str() {
                _ if over && last => return Err(odd(QRZ, "sessions end at once")),
                _ if over => {
                    self.qrz.end();
                    key = self.qrz_login().await?;
                }
                "" => return Ok(said),
                other => return Err(refused(other, call)),
            }
        }
        Err(Refusal::Unreachable(QRZ))
    }

    async fn qrz_login(&self) -> Result<Arc<str>, Refusal> {
        let account = self.policy.qrz.as_ref().ok_or(Refusal::Off)?;
        let fields = [
            ("username", account.user.as_str()),
            ("password", account.password.reveal()),
            ("agent", AGENT),
        ];
        let Said::Document(document) = self.qrz_send(&fields).await? else {
            return Err(odd(QRZ, "a page came for a login"));
        };
        match (document.text("Session", "Key"), document.text("Session", "Error")) {
            (Some(key), None) => Ok(self.qrz.open(key)),
            (_, Some(error)) if is_account(&error.to_ascii_lowercase()) => {
                tracing::error!(source = QRZ, "QRZ refuses the account set under sources.qrz");
                Err(Refusal::StationAccount(QRZ))
            }
            _ => Err(odd(QRZ, "a login without a key")),
        }
    }

    async fn qrz_send(&self, fields: &[(&str, &str)]) -> Result<Said, Refusal> {
        let reply = self.outbound.post_form(SERVICE, "", fields).await;
        let body = reply.map_err(|error| unreachable(QRZ, &error))?.body;
        let head = body.get(..512).unwrap_or(&body);
        if memchr::memmem::find(head, b"<QRZDatabase").is_none() && !body.starts_with(b"<?xml") {
            return Ok(Said::Page(body));
        }
        let document = Document::read(&body).map_err(|_| odd(QRZ, "a reply that is no XML"))?;
        Ok(Said::Document(document))
    }
}

/// Whether an error of QRZ's, in small letters, says that the session has ended.
pub(crate) fn is_session_over(error: &str) -> bool {
    SESSION_OVER.iter().any(|text| error.starts_with(text))
}

/// Whether it says that the account is no good.
pub(crate) fn is_account(error: &str) -> bool {
    ACCOUNT.iter().any(|text| error.starts_with(text))
}

/// What an error of QRZ's means, in lower case.
fn refused(error: &str, call: &Callsign) -> Refusal {
    if error.starts_with("not found") {
        Refusal::NoEntry {
            place: QRZ,
            call: call.clone(),
        }
    } else if is_account(error) {
        Refusal::StationAccount(QRZ)
    } else {
        odd(QRZ, "an error that is not in its documentation")
    }
}

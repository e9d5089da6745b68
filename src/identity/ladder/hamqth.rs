//! `HamQTH`'s XML interface: a session, a call's entry, its biography.
//!
//! It takes everything in the address, which is never logged; so the service must be asked by HTTPS, as its default
//! address is.

use std::sync::Arc;

use crate::ham::callsign::Callsign;

use super::callbook::{AGENT, Callbooks, Entry, is_call, odd, unreachable};
use super::refusal::Refusal;
use super::xml::Document;

const HAMQTH: &str = "HamQTH";
const SERVICE: &str = "hamqth";

impl Callbooks {
    /// A call's entry at `HamQTH`.
    pub(super) async fn hamqth_entry(&self, call: &Callsign) -> Result<Entry, Refusal> {
        let document = self.hamqth_ask("xml.php", call).await?;
        let answered = document.text("search", "callsign");
        let answered = answered.ok_or_else(|| odd(HAMQTH, "an entry without a call"))?;
        Ok(Entry {
            call: answered.to_owned(),
            web: document.text("search", "web").map(str::to_owned),
        })
    }

    /// A call's biography at `HamQTH`; empty where there is none.
    pub(super) async fn hamqth_biography(&self, call: &Callsign) -> Result<String, Refusal> {
        let document = self.hamqth_ask("xml_bio.php", call).await?;
        // Where it says whose it is, it must be the call's.
        let other = |answered: &str| !is_call(answered, call);
        if document.text("search", "callsign").is_some_and(other) {
            return Err(Refusal::OtherCall {
                place: HAMQTH,
                call: call.clone(),
            });
        }
        Ok(document.text("search", "bio").unwrap_or_default().to_owned())
    }

    /// Asks within a session, and once more in a new one where the old has ended.
    async fn hamqth_ask(&self, path: &str, call: &Callsign) -> Result<Document, Refusal> {
        let mut id = match self.hamqth.key() {
            Some(id) => id,
            None => self.hamqth_login().await?,
        };
        for last in [false, true] {
            let query = [("id", &*id), ("callsign", call.as_str()), ("prg", AGENT)];
            let document = self.hamqth_send(path, &query).await?;
            let error = document.text("session", "error").map(str::to_ascii_lowercase);
            match error.as_deref() {
                None => return Ok(document),
                Some(error) if error.starts_with("callsign not found") => {
                    return Err(Refusal::NoEntry {
                        place: HAMQTH,
                        call: call.clone(),
                    });
                }
                Some(error) if error.starts_with("session does not exist") && !last => {
                    self.hamqth.end();
                    id = self.hamqth_login().await?;
                }
                Some(_) => return Err(odd(HAMQTH, "an error that is not in its documentation")),
            }
        }
        Err(Refusal::Unreachable(HAMQTH))
    }

    async fn hamqth_login(&self) -> Result<Arc<str>, Refusal> {
        let account = self.policy.hamqth.as_ref().ok_or(Refusal::Off)?;
        let query = [
            ("u", account.user.as_str()),
            ("p", account.password.reveal()),
            ("prg", AGENT),
        ];
        let document = self.hamqth_send("xml.php", &query).await?;
        if let Some(id) = document.text("session", "session_id") {
            return Ok(self.hamqth.open(id));
        }
        match document.text("session", "error") {
            Some(error) if error.to_ascii_lowercase().starts_with("wrong user name") => {
                tracing::error!(
                    source = HAMQTH,
                    "HamQTH refuses the account set under sources.hamqth"
                );
                Err(Refusal::StationAccount(HAMQTH))
            }
            _ => Err(odd(HAMQTH, "a login without a session")),
        }
    }

    async fn hamqth_send(&self, path: &str, query: &[(&str, &str)]) -> Result<Document, Refusal> {
        let reply = self.outbound.get(SERVICE, path, query).await;
        let body = reply.map_err(|error| unreachable(HAMQTH, &error))?.body;
        Document::read(&body).map_err(|_| odd(HAMQTH, "a reply that is no XML"))
    }
}

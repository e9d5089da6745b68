//! QRZ's public page of a call: for stations that have no account there, off unless switched on.
//!
//! The pages are made for people. So: one request per click of a person, few in a day, none for a day after the
//! first refusal, an honest name, and nothing that gets around what keeps programs out. Counting is the store's, before
//! anything is asked.

use crate::env::OutboundError;
use crate::ham::callsign::Callsign;

use super::callbook::{Callbooks, is_call, unreachable};
use super::refusal::Refusal;

pub(super) const QRZ_PAGE: &str = "QRZ's page";

/// What fetching came to.
pub(super) enum Fetched {
    Page(String),
    /// The site asks to be left alone.
    Unwelcome,
}

impl Callbooks {
    /// The page of a call.
    pub(super) async fn qrz_page(&self, call: &Callsign) -> Result<Fetched, Refusal> {
        if self.policy.qrz_page.is_none() {
            return Err(Refusal::Off);
        }
        let path = format!("db/{}", call.as_str());
        let page = match self.outbound.get("qrz_page", &path, &[]).await {
            Ok(reply) => String::from_utf8_lossy(&reply.body).into_owned(),
            Err(OutboundError::Status {
                status: 403 | 429, ..
            }) => {
                tracing::warn!("QRZ refused a page: none is asked for within a day");
                return Ok(Fetched::Unwelcome);
            }
            Err(error) => return Err(unreachable(QRZ_PAGE, &error)),
        };
        if is_page_of(&page, call) {
            Ok(Fetched::Page(page))
        } else {
            Err(Refusal::OtherCall {
                place: QRZ_PAGE,
                call: call.clone(),
            })
        }
    }
}

/// Whether a page's title begins with the call: `K1ABC - Callsign Lookup by QRZ Ham Radio`.
fn is_page_of(page: &str, call: &Callsign) -> bool {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|at| {
        let rest = &page[at + "<title>".len()..];
        rest.split('<').next()
    });
    let first = title.and_then(|title| title.split_whitespace().next());
    first.is_some_and(|first| is_call(first, call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_by_its_title() {
        let call = Callsign::parse("K1ABC").unwrap();
        assert!(is_page_of("<html><TITLE>K1ABC - Callsign Lookup</TITLE>", &call));
        for other in ["<title>K1ABD - K1ABC</title>", "<title></title>", "K1ABC", ""] {
            assert!(!is_page_of(other, &call), "{other}");
        }
    }
}

//! `HamQTH`'s XML interface, asked with somebody's account.
//!
//! It takes everything in the address, which is never logged; so the service must be asked by HTTPS, as its default
//! address is.

use super::model::{Found, Login, Site, Trouble, call, joined, text};
use crate::env::Outbound;
use crate::identity::ladder::{AGENT, XmlDocument};

const SITE: Site = Site::Hamqth;

/// Looks a call up within the session, or in a new one where there is none or it has ended.
pub(super) async fn look_up(
    outbound: &Outbound,
    login: &Login,
    session: &mut Option<String>,
    wanted: &str,
) -> Result<Found, Trouble> {
    for _ in 0..2 {
        // Stays where it is: a question that is given up in the middle ends no session.
        let id = match &*session {
            Some(id) => id.clone(),
            None => session.insert(sign_in(outbound, login).await?).clone(),
        };
        let query = [("id", id.as_str()), ("callsign", wanted), ("prg", AGENT)];
        let document = send(outbound, &query).await?;
        let error = error_of(&document);
        if error.starts_with("session does not exist") {
            *session = None;
            continue;
        }
        if error.is_empty() {
            return found(&document);
        }
        return Err(refused(&error));
    }
    Err(Trouble::odd(SITE, "sessions end at once"))
}

/// Begins a session; its number.
pub(super) async fn sign_in(outbound: &Outbound, login: &Login) -> Result<String, Trouble> {
    let query = [
        ("u", login.user.as_str()),
        ("p", login.password.reveal()),
        ("prg", AGENT),
    ];
    let document = send(outbound, &query).await?;
    match document.text("session", "session_id") {
        Some(id) => Ok(id.to_owned()),
        None => Err(refused(&error_of(&document))),
    }
}

async fn send(outbound: &Outbound, query: &[(&str, &str)]) -> Result<XmlDocument, Trouble> {
    let reply = outbound.get(SITE.outbound(), "xml.php", query).await;
    let body = reply.map_err(|error| Trouble::of(SITE, &error))?.body;
    let document = XmlDocument::read(&body).map_err(|_| Trouble::odd(SITE, "a reply that is no XML"))?;
    if document.has("session") || document.has("search") {
        Ok(document)
    } else {
        Err(Trouble::odd(SITE, "a reply of something else"))
    }
}

fn error_of(document: &XmlDocument) -> String {
    let error = document.text("session", "error").unwrap_or_default();
    error.to_ascii_lowercase()
}

fn refused(error: &str) -> Trouble {
    if let Some(known) = Trouble::told(error) {
        known
    } else if error.starts_with("wrong user name") {
        Trouble::WrongPassword
    } else {
        Trouble::odd(SITE, "an error that is not in its documentation")
    }
}

fn found(document: &XmlDocument) -> Result<Found, Trouble> {
    let field = |name| document.text("search", name);
    let flag = |name| match field(name) {
        Some("Y" | "y") => Some(true),
        Some("N" | "n") => Some(false),
        _ => None,
    };
    Ok(Found {
        call: call(SITE, field("callsign"))?,
        name: text(field("adr_name").or_else(|| field("nick"))),
        grid: text(field("grid")),
        qth: joined(
            &[field("qth").or_else(|| field("adr_city")), field("us_state")],
            ", ",
        ),
        country: text(field("country").or_else(|| field("adr_country"))),
        class: text(None),
        qsl_via: text(field("qsl_via")),
        lotw: flag("lotw"),
        eqsl: flag("eqsl"),
        bureau: flag("qsl"),
        direct: flag("qsldirect"),
        limited: false,
    })
}

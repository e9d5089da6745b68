//! QRZ's XML service, asked with somebody's account.
//!
//! Everything is sent as a form, so that neither the password nor the session's key is part of an address.

use super::model::{Found, Login, Site, Trouble, call, joined, text};
use crate::env::Outbound;
use crate::identity::ladder::{AGENT, XmlDocument, is_qrz_account_error, is_qrz_session_over};

const SITE: Site = Site::Qrz;

/// Looks a call up within the session, or in a new one where there is none or it has ended.
pub(super) async fn look_up(
    outbound: &Outbound,
    login: &Login,
    session: &mut Option<String>,
    wanted: &str,
) -> Result<Found, Trouble> {
    for _ in 0..2 {
        // Stays where it is: a question that is given up in the middle ends no session.
        let key = match &*session {
            Some(key) => key.clone(),
            None => session.insert(sign_in(outbound, login).await?).clone(),
        };
        let fields = [("s", key.as_str()), ("callsign", wanted), ("agent", AGENT)];
        let document = send(outbound, &fields).await?;
        let error = error_of(&document);
        let has_key = document.text("Session", "Key").is_some();
        if is_qrz_session_over(&error) || error.is_empty() && !has_key {
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

/// Begins a session; its key.
pub(super) async fn sign_in(outbound: &Outbound, login: &Login) -> Result<String, Trouble> {
    let fields = [
        ("username", login.user.as_str()),
        ("password", login.password.reveal()),
        ("agent", AGENT),
    ];
    let document = send(outbound, &fields).await?;
    let error = error_of(&document);
    match document.text("Session", "Key") {
        Some(key) if error.is_empty() => Ok(key.to_owned()),
        _ => Err(refused(&error)),
    }
}

async fn send(outbound: &Outbound, fields: &[(&str, &str)]) -> Result<XmlDocument, Trouble> {
    let reply = outbound.post_form(SITE.outbound(), "", fields).await;
    let body = reply.map_err(|error| Trouble::of(SITE, &error))?.body;
    let document = XmlDocument::read(&body).map_err(|_| Trouble::odd(SITE, "a reply that is no XML"))?;
    if document.has("Session") {
        Ok(document)
    } else {
        Err(Trouble::odd(SITE, "a reply without a session"))
    }
}

fn error_of(document: &XmlDocument) -> String {
    let error = document.text("Session", "Error").unwrap_or_default();
    error.to_ascii_lowercase()
}

fn refused(error: &str) -> Trouble {
    if let Some(known) = Trouble::told(error) {
        known
    } else if is_qrz_account_error(error) {
        Trouble::WrongPassword
    } else {
        Trouble::odd(SITE, "an error that is not in its documentation")
    }
}

fn found(document: &XmlDocument) -> Result<Found, Trouble> {
    let field = |name| document.text("Callsign", name);
    let flag = |name| match field(name) {
        Some("1" | "Y") => Some(true),
        Some("0" | "N") => Some(false),
        _ => None,
    };
    let whole = joined(&[field("fname"), field("name")], " ");
    let message = document.text("Session", "Message").unwrap_or_default();
    Ok(Found {
        call: call(SITE, field("call"))?,
        name: field("name_fmt").map_or(whole, |name| text(Some(name))),
        grid: text(field("grid")),
        qth: joined(&[field("addr2"), field("state")], ", "),
        country: text(field("land").or_else(|| field("country"))),
        class: text(field("class")),
        qsl_via: text(field("qslmgr")),
        lotw: flag("lotw"),
        eqsl: flag("eqsl"),
        direct: flag("mqsl"),
        bureau: None,
        limited: document.text("Session", "SubExp") == Some("non-subscriber")
            || message.to_ascii_lowercase().contains("subscription"),
    })
}

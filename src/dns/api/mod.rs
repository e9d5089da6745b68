//! Names and zones over HTTP, as JSON and as master files.
//!
//! `{zone}` in a path is what the caller calls a zone: the origin of one, or a member's name that is shown as if it were
//! one, with or without the dot at its end. Names in bodies are relative to it. Rights, rules and quotas are the
//! domain's; here texts become values and errors become problems, once. A change is answered when queries are answered
//! with it: `state` says `live`, or `pending` (202) where the serving side was not ready in time. What programs call that
//! know no JSON of ours is beside it: [`dyndns`] for routers, [`acme`] for certificate clients, by a [`credential`]. The
//! pages do the same by the same functions, and show the same values.

pub(crate) mod acme;
pub(crate) mod applied;
mod changes;
pub(crate) mod credential;
pub(crate) mod dyndns;
pub(crate) mod files;
pub(crate) mod history;
pub(crate) mod lookup;
pub(crate) mod records;
mod rights;
pub(crate) mod templates;
pub(crate) mod tokens;
mod types;
pub(crate) mod view;
pub(crate) mod zones;

#[cfg(test)]
mod tests;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use smol_str::SmolStr;
use utoipa_axum::routes;

use super::Dns;
use super::error::Error;
use super::model::Fault;
use super::name::Name;
use super::rules::owner;
use crate::web::{Access, Problem, Result, Routes, Signer};

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct DnsState {
    pub(crate) dns: Dns,
    pub(crate) signer: Signer,
}

/// All routes of this domain's JSON.
pub(crate) fn routes(state: DnsState) -> Routes {
    let access = Access::Key("dns.write");
    let person = Access::Session;
    Routes::new()
        .api(access, routes!(zones::list, zones::create))
        .api(access, routes!(zones::show, zones::change, zones::remove))
        .api(access, routes!(records::list, records::create))
        .api(access, routes!(records::change, records::remove))
        .api(access, routes!(changes::make))
        .api(access, routes!(history::list))
        .api(access, routes!(history::undo))
        .api(person, routes!(tokens::list, tokens::create))
        .api(person, routes!(tokens::revoke))
        .api(access.upload(), routes!(files::import))
        .api(access.stream(), routes!(files::export))
        .api(person, routes!(rights::list, rights::give))
        .api(person, routes!(rights::take_back))
        .api(access, routes!(templates::fill))
        .api(access, routes!(types::list))
        .api(access, routes!(lookup::look))
        .with_state(state)
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Store(error) => error.into(),
            Error::Denied(denied) => denied.into(),
            Error::NoZone(_) | Error::NoName(_) | Error::NoToken => Self::not_found(text),
            Error::NoEntry(_) => Self::new(StatusCode::GONE, "undo_gone", text),
            Error::NotGranted { .. } => {
                Self::forbidden("not_granted", text.clone()).rule("name", "not-granted", text)
            }
            Error::OutOfZone { .. } => {
                Self::unprocessable("out_of_zone", text.clone()).rule("name", "out-of-zone", text)
            }
            Error::Suspended { why, .. } => Self::forbidden("name_suspended", text).with("why", why.as_str()),
            Error::Rules(faults) => refused(&text, &faults),
            Error::Quota { most, .. } => Self::unprocessable("quota", text).with("most", most),
            Error::TooFast(wait) => Self::too_many(wait),
            Error::Changed => Self::precondition_failed(text),
            Error::ZoneExists(_) => Self::conflict("zone_exists", text.clone()).field("name", text),
            Error::Configured(_) => Self::conflict("configured", text),
            Error::NotUndone(_) => Self::conflict("not_undone", text),
            Error::BadZone(_) => Self::unprocessable("bad_zone", text),
            Error::Pending(version) => Self::unavailable("pending", text, std::time::Duration::from_secs(5))
                .with("serial", version.serial()),
        }
    }
}

/// 422 with every rule that a change would break.
fn refused(text: &str, faults: &[Fault]) -> Problem {
    let begin = Problem::unprocessable("rules", text);
    faults.iter().fold(begin, |problem, fault| {
        let field = match fault.index {
            Some(index) => format!("changes[{index}].{}", fault.field),
            None => fault.field.to_owned(),
        };
        problem.rule(field, fault.rule.as_str(), fault.text.clone())
    })
}

/// The same error about a single record: its fields have no number.
fn of_one(error: Error) -> Problem {
    let Error::Rules(mut faults) = error else {
        return error.into();
    };
    for fault in &mut faults {
        fault.index = None;
    }
    // What is put in place of something else is told of once.
    faults.dedup();
    Error::Rules(faults).into()
}

/// The name in a path or a parameter, which is absolute however it is written.
pub(crate) fn absolute(text: &str) -> std::result::Result<Name, String> {
    owner::from_input(text, &Name::root())
}

/// What the path calls the zone.
pub(crate) fn top(text: &str) -> Result<Name> {
    absolute(text).map_err(|_| Problem::not_found(format!("there is no zone {text}")))
}

/// A name as it is shown: without the dot at its end.
pub(crate) fn shown(name: &Name) -> String {
    let text = name.to_string();
    match text.strip_suffix('.') {
        Some(short) if !short.is_empty() => short.to_owned(),
        _ => text,
    }
}

/// The mark of records as a header.
fn etag(mark: &str) -> HeaderValue {
    HeaderValue::try_from(format!("\"{mark}\"")).expect("a mark is digits and letters")
}

/// The mark named in `If-Match`, where the request has one other than `*`.
fn expected(headers: &HeaderMap) -> Result<Option<SmolStr>> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let mark = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let mark =
        mark.ok_or_else(|| Problem::precondition_failed("If-Match names no state of these records"))?;
    Ok(Some(SmolStr::new(mark)))
}

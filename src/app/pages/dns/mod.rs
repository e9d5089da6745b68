//! Names and zones: which ones there are, and who may change them.
//!
//! A member sees names of their own and what was shared; whoever governs names sees every zone and every member's name
//! besides. What stands in a name is on a page of its own, [`name`]; rights and rules are the domain's.

pub(super) mod change;
mod clients;
pub(super) mod file;
pub(super) mod name;
mod rows;

use axum::response::Response;
use serde::Deserialize;

use self::rows::{name_row, path_of, zone_row};
use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::{Reader, quoted};
use super::views::{DnsPage, ZoneRow};
use crate::dns::api::zones::ZoneView;
use crate::dns::api::{DnsState, absolute, shown, top};
use crate::dns::error::Error;
use crate::dns::model::{Applied, NameState};
use crate::dns::read::{self, NameLine, ZoneLine};
use crate::dns::rules::owner::label_of;
use crate::dns::{grants, write};
use crate::identity::{Actor, Role};
use crate::store::Read;
use crate::web::{Problem, Query, Result};

/// Members' names of a page.
const NAMES: usize = 50;

/// Which members' names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sought {
    q: String,
    state: String,
    after: String,
}

/// What is read for the list.
struct Found {
    own: Vec<ZoneLine>,
    zones: Vec<ZoneLine>,
    names: Vec<NameLine>,
    count: usize,
}

/// `/dns`
pub(super) async fn list(reader: Reader, Query(sought): Query<Sought>) -> Result<Response> {
    page(&reader, Again::default(), sought).await
}

/// Makes a zone; suspends or restores a member's name.
pub(super) async fn change_list(reader: Reader, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &fields).await {
        Ok((path, done)) => reader.go_on(&path, done),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["zone"]);
            page(&reader, again.keeping(&fields, &["zone"]), Sought::default()).await
        }
    }
}

async fn carry_out(reader: &Reader, fields: &Fields) -> Result<(String, Done)> {
    let (dns, actor) = (&reader.app.services.dns, &reader.visitor.actor);
    let back = || format!("/dns?q={}#names", quoted(fields.text("q")));
    match fields.action() {
        "zone" => {
            let origin = absolute(fields.text("zone")).map_err(|text| Problem::invalid("zone", text))?;
            if origin.is_root() {
                return Err(Problem::invalid("zone", "which name?"));
            }
            let path = path_of(&shown(&origin));
            let made = dns.create_zone(actor, origin).await.map_err(|error| match error {
                Error::ZoneExists(_) => Problem::invalid("zone", error.to_string()),
                other => other.into(),
            });
            made.map(|_| (path, Done::ZoneMade))
        }
        "suspend" => {
            let name = top(fields.text("name"))?;
            turned(dns.suspend_name(actor, name).await, Done::NameSuspended).map(|done| (back(), done))
        }
        "restore" => {
            let name = top(fields.text("name"))?;
            turned(dns.restore_name(actor, name).await, Done::NameRestored).map(|done| (back(), done))
        }
        _ => Err(fields.unknown()),
    }
}

/// What is told of a change: that it is made, or that it is stored and answered in a moment.
fn turned(result: std::result::Result<Applied, Error>, done: Done) -> Result<Done> {
    match result {
        Ok(_) => Ok(done),
        Err(Error::Pending(_)) => Ok(Done::RecordsPending),
        Err(error) => Err(error.into()),
    }
}

async fn page(reader: &Reader, again: Again, sought: Sought) -> Result<Response> {
    let dns = reader.app.services.dns.clone();
    let actor = reader.actor();
    let governs = grants::governs(&actor);
    let wanted = Sought {
        q: sought.q.trim().to_ascii_lowercase(),
        ..sought
    };
    let (q, state, after) = (wanted.q.clone(), wanted.state.clone(), wanted.after.clone());
    let gathered = reader.gather(move |r, _| found(r, &actor, (&q, &state, &after)));
    let (shelf, mut found) = gathered.await?;
    let more = (found.names.len() > NAMES).then(|| {
        found.names.truncate(NAMES);
        found.names.last().map(|line| shown(&line.name))
    });
    let own: Vec<ZoneRow> = found.own.iter().map(|line| row(reader, line)).collect();
    let would = would(reader);
    let page = DnsPage {
        form: again.form,
        standing: standing(reader, &own, &would),
        zones: found.zones.iter().map(|line| row(reader, line)).collect(),
        names: found.names.iter().map(|line| name_row(reader, line)).collect(),
        count: found.count as u64,
        more: more.flatten().map_or_else(String::new, |after| {
            let (q, state) = (quoted(&wanted.q), quoted(&wanted.state));
            format!("/dns?q={q}&state={state}&after={}#names", quoted(&after))
        }),
        own,
        would: if dns.settings.base.is_some() {
            would
        } else {
            String::new()
        },
        governs,
        secondaries: dns.settings.secondaries.join(", "),
        q: wanted.q,
        state: wanted.state,
        frame: reader.frame("dns", reader.t.s("nav.dns"), shelf),
    };
    reader.show(again.status, &page)
}

fn found(r: &Read, actor: &Actor, (q, state, after): (&str, &str, &str)) -> Result<Found> {
    let lines = match read::zones(r, actor) {
        Ok(lines) => lines,
        // Whoever may not have names is told how one may, not refused.
        Err(Error::Denied(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let governs = grants::governs(actor);
    // All zones come behind what the reader has a hand in.
    let (zones, own): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .partition(|line| governs && line.top == line.origin);
    let mut found = Found {
        own,
        zones,
        names: Vec::new(),
        count: 0,
    };
    if governs {
        let all = read::names(r, actor, (None, usize::MAX), |line| is_wanted(line, q, state))?;
        found.count = all.len();
        let after = (!after.is_empty()).then(|| absolute(after).ok()).flatten();
        let rest = all
            .into_iter()
            .skip_while(|line| after.is_some() && after.as_ref() != Some(&line.name));
        let skipped = usize::from(after.is_some());
        found.names = rest.skip(skipped).take(NAMES + 1).collect();
    }
    Ok(found)
}

fn is_wanted(line: &NameLine, q: &str, state: &str) -> bool {
    let state_is = match line.held.state {
        NameState::Live => "live",
        NameState::Suspended { .. } => "suspended",
        NameState::Released { .. } => "released",
    };
    let named = || shown(&line.name).contains(q) || line.held.call.to_ascii_lowercase().contains(q);
    (state.is_empty() || state == state_is) && (q.is_empty() || named())
}

fn row(reader: &Reader, line: &ZoneLine) -> ZoneRow {
    let view = ZoneView::of(line, &reader.app.services.dns);
    zone_row(reader, view)
}

/// The name that the reader has or would have.
fn would(reader: &Reader) -> String {
    let base = reader.app.services.dns.settings.base.as_ref();
    let call = reader.account.as_ref().and_then(|account| account.call.call());
    match (base, call) {
        (Some(base), Some(call)) => format!("{}.{}", label_of(call), shown(&base.zone.origin)),
        _ => String::new(),
    }
}

/// Why the reader has a name of their own, or has none.
fn standing(reader: &Reader, own: &[ZoneRow], would: &str) -> &'static str {
    let Some(account) = &reader.account else {
        return "listener";
    };
    if own.iter().any(|row| row.name == would) {
        "has"
    } else if reader.app.services.dns.settings.base.is_none() {
        "none"
    } else if account.role == Role::Swl {
        "listener"
    } else if write::entitled(account).is_none() {
        "proof"
    } else {
        "coming"
    }
}

/// What the API's functions work with.
fn state_of(reader: &Reader) -> DnsState {
    reader.app.dns_state()
}

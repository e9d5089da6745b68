//! One name: its records, what the world sees of it, the programs that change it, and what was changed.
//!
//! The page is whole without script. Its script sends single changes to the API and fetches this page anew, so that
//! there is one place where a record becomes a row. What is asked in the address (a search, a record to edit, a question
//! to the name server, a token whose lines to show) is all the state there is.

use axum::response::Response;
use serde::Deserialize;

use super::clients::Client;
use super::rows::{answer_row, history_row, path_of, record_row, span, token_line, when, zone_row};
use crate::app::pages::fields::Again;
use crate::app::pages::reader::{Reader, quoted};
use crate::app::pages::say;
use crate::app::pages::views::{
    Answer, ClientLines, DnsNamePage, Looking, RecordRow, TokenLine, TypeChoice, sentence,
};
use crate::dns::api::history::LineView;
use crate::dns::api::lookup::{self, LookupView};
use crate::dns::api::tokens::TokenView;
use crate::dns::api::view::{RecordView, records_of};
use crate::dns::api::zones::ZoneView;
use crate::dns::api::{absolute, shown};
use crate::dns::error::Error;
use crate::dns::grants::{self, Opened};
use crate::dns::model::Version;
use crate::dns::name::Name;
use crate::dns::read::{self, Line, NameLine, ZoneLine};
use crate::dns::rr::RecordType;
use crate::dns::rules::help;
use crate::identity::Actor;
use crate::store::Read;
use crate::web::{Path, Query, Result, Sensitive};

/// Records of a page.
const ROWS: usize = 500;
/// Changes of a page.
const CHANGES: usize = 10;
/// Times that others may keep a record, in seconds.
const TTLS: [u32; 7] = [60, 300, 900, 3_600, 14_400, 43_200, 86_400];
/// Times that a heartbeat may last, in seconds.
const LASTING: [u32; 5] = [600, 3_600, 21_600, 86_400, 604_800];
/// Types that one asks a name server for.
const ASKED: [&str; 14] = [
    "A", "AAAA", "CNAME", "MX", "TXT", "SRV", "LOC", "NS", "SOA", "CAA", "HTTPS", "HINFO", "PTR", "ANY",
];

/// What of the name is looked at.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(in crate::app::pages) struct Asked {
    /// Records that have this in them.
    pub(super) q: String,
    /// Records behind this one: type, colon, whole name.
    pub(super) after: String,
    /// The record that is being changed.
    pub(super) edit: String,
    /// A question to the name server: its name.
    pub(super) look: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The token whose lines are shown.
    pub(super) token: String,
    /// Changes before this one.
    pub(super) before: Option<u64>,
}

/// What is shown besides what is stored.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Which form was refused: its `do`.
    pub(super) refused: String,
    /// A token just made.
    pub(super) token: String,
}

/// What is read for the page.
struct Found {
    opened: Opened,
    line: ZoneLine,
    records: Vec<RecordView>,
    /// What the next page of records begins behind.
    behind: Option<String>,
    history: Vec<Line>,
    tokens: Vec<TokenView>,
}

/// `/dns/{name}`
pub(in crate::app::pages) async fn show(
    reader: Reader,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    page(&reader, (&name, asked), Again::default(), Shown::default()).await
}

pub(super) async fn page(
    reader: &Reader,
    (name, asked): (&str, Asked),
    again: Again,
    beside: Shown,
) -> Result<Response> {
    let top = crate::dns::api::top(name)?;
    let (actor, sought, zone) = (reader.actor(), asked.clone(), top.clone());
    let gathered = reader.gather(move |r, _| Ok(found(r, &actor, &zone, &sought)?));
    let (shelf, found) = gathered.await?;
    let zone = zone_row(reader, ZoneView::of(&found.line, &reader.app.services.dns));
    let path = path_of(&zone.name);
    let may_edit = matches!(zone.state, "live" | "pending");
    let governs = grants::governs(&reader.visitor.actor);
    let held = found
        .opened
        .holding
        .as_ref()
        .filter(|(own, _)| governs && *own == top);
    let held = held.map(|(name, held)| NameLine {
        name: name.clone(),
        held: held.clone(),
    });
    let older = older(&found.history, &path);
    let tokens: Vec<_> = found
        .tokens
        .into_iter()
        .map(|view| token_line(reader, view, &asked.token))
        .collect();
    let (lines_for, lines) = lines(reader, &zone.name, &tokens);
    let is_secret = !beside.token.is_empty();
    let page = DnsNamePage {
        frame: reader.frame("dns", &zone.name, shelf),
        form: again.form,
        refused: beside.refused,
        held: held.map(|line| super::rows::name_row(reader, &line)),
        records: rows(reader, found.records, &top, &asked.edit),
        more: found.behind.map_or_else(String::new, |after| {
            format!("{path}?after={}#records", quoted(&after))
        }),
        q: asked.q.clone(),
        types: types(),
        ttls: TTLS.map(span).to_vec(),
        looking: looking(reader, &top, &asked),
        asked_types: &ASKED,
        tokens,
        new_token: beside.token,
        lines_for,
        lines,
        lasting: LASTING.map(span).to_vec(),
        grid: reader.grid(),
        history: history(reader, found.history, &top, may_edit),
        older,
        may_edit,
        path,
        zone,
    };
    let mut response = reader.show(again.status, &page)?;
    if is_secret {
        response.extensions_mut().insert(Sensitive);
    }
    Ok(response)
}

fn found(r: &Read, actor: &Actor, top: &Name, asked: &Asked) -> std::result::Result<Found, Error> {
    let (opened, line) = read::zone(r, actor, top)?;
    let before = asked.before.map(Version);
    let (records, behind) = records(r, &opened, asked)?;
    let tokens = match read::tokens(r, actor, Some(top)) {
        Ok(tokens) => tokens,
        // Who looks in for somebody sees the records, not what opens them.
        Err(Error::Denied(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(Found {
        records,
        behind,
        history: read::history(r, &opened, before, CHANGES + 1)?,
        tokens: tokens.into_iter().map(TokenView::of).collect(),
        opened,
        line,
    })
}

/// A page of records; those that a search wants, of all there are.
fn records(
    r: &Read,
    opened: &Opened,
    asked: &Asked,
) -> std::result::Result<(Vec<RecordView>, Option<String>), Error> {
    let q = asked.q.trim().to_lowercase();
    let after = asked.after.split_once(':').and_then(|(kind, name)| {
        let kind = kind.parse::<RecordType>().ok()?;
        Some((absolute(name).ok()?, kind))
    });
    let most = if q.is_empty() { ROWS + 1 } else { usize::MAX };
    let mut lines = read::records(r, opened, after.as_ref(), most)?;
    let behind = (q.is_empty() && lines.len() > ROWS).then(|| {
        lines.truncate(ROWS);
        let last = lines.last().expect("there are more than none");
        format!("{}:{}", last.kind, shown(&last.name))
    });
    let views = lines.iter().flat_map(|line| records_of(line, &opened.top));
    let wanted = views.filter(|view| q.is_empty() || has(view, &q));
    Ok((wanted.collect(), behind))
}

/// Whether a record has all words of a search in it.
fn has(view: &RecordView, q: &str) -> bool {
    let text = format!("{} {} {}", view.name, view.kind, view.content).to_lowercase();
    q.split_whitespace().all(|word| text.contains(word))
}

fn rows(reader: &Reader, views: Vec<RecordView>, top: &Name, edited: &str) -> Vec<RecordRow> {
    let mut rows: Vec<RecordRow> = Vec::with_capacity(views.len());
    for view in views {
        let mut row = record_row(reader, view, top, edited);
        row.again = rows.last().is_some_and(|before| before.name == row.name);
        rows.push(row);
    }
    rows
}

fn history(
    reader: &Reader,
    lines: Vec<Line>,
    top: &Name,
    may_edit: bool,
) -> Vec<crate::app::pages::views::HistoryRow> {
    let lines = lines.into_iter().take(CHANGES);
    let views = lines.map(|line| LineView::of(line, top));
    views.map(|view| history_row(reader, view, may_edit)).collect()
}

/// The address of older changes, where there are any.
fn older(lines: &[Line], path: &str) -> String {
    let last = (lines.len() > CHANGES).then(|| lines.get(CHANGES - 1)).flatten();
    last.map_or_else(String::new, |line| {
        format!("{path}?before={}#history", line.version.0)
    })
}

fn types() -> Vec<TypeChoice> {
    let choice = |help: &help::TypeHelp| TypeChoice {
        kind: help.kind.to_string(),
        title: help.title,
        text: help.text,
        example: (help.owner, help.example),
        usual: help.usual,
        fields: help.fields.to_vec(),
    };
    help::TYPES.iter().map(choice).collect()
}

/// The lines for the token that is looked at; for the name itself while there is none.
fn lines(reader: &Reader, name: &str, tokens: &[TokenLine]) -> (String, Vec<ClientLines>) {
    let account = reader.account.as_ref();
    let user = account.map_or_else(String::new, |account| account.call.as_str().to_ascii_lowercase());
    let chosen = tokens.iter().find(|token| token.chosen);
    let client = Client {
        origin: &origin(reader),
        name: chosen.map_or(name, |token| &token.name),
        user: &user,
    };
    let lines = match chosen.map(|token| token.scope) {
        Some("acme") => client.acme(),
        Some(_) => client.dyndns(),
        None => client.dyndns().into_iter().chain(client.acme()).collect(),
    };
    (client.name.to_owned(), lines)
}

/// Where programs reach this server: as configured, else as the reader did.
fn origin(reader: &Reader) -> String {
    let config = &reader.app.services.config;
    if config.web.public_url.is_some() || reader.host.is_empty() {
        return config.public_origin();
    }
    let (scheme, listen, usual) = match config.web.tls.listen {
        Some(listen) => ("https", listen, 443),
        None => ("http", config.web.listen, 80),
    };
    match listen.port() {
        port if port == usual => format!("{scheme}://{}", reader.host),
        port => format!("{scheme}://{}:{port}", reader.host),
    }
}

/// Asks the name server what the address asks for.
fn looking(reader: &Reader, top: &Name, asked: &Asked) -> Looking {
    let typed = asked.look.trim();
    let kind = if asked.kind.is_empty() { "A" } else { &asked.kind };
    let mut looking = Looking {
        name: if typed.is_empty() {
            shown(top)
        } else {
            typed.to_owned()
        },
        kind: kind.to_ascii_uppercase(),
        ..Looking::default()
    };
    if !typed.is_empty() {
        match lookup::asked(&reader.app.services.dns, &meant(typed, top), kind) {
            Ok(view) => looking.answer = Some(answer(reader, view)),
            Err(problem) => {
                let body = problem.body();
                let first = body.errors.first().map(|error| error.message.as_str());
                looking.error = sentence(first.unwrap_or(&body.detail));
            }
        }
    }
    looking
}

/// The whole name that somebody means on this page: `www` and `@` are of the name the page is about.
fn meant(typed: &str, top: &Name) -> String {
    let is_whole = typed.ends_with('.') || (typed.contains('.') && !typed.starts_with('_'));
    if is_whole || absolute(typed).is_ok_and(|name| name.is_at_or_below(top)) {
        typed.to_owned()
    } else if typed == "@" {
        shown(top)
    } else {
        format!("{typed}.{}", shown(top))
    }
}

fn answer(reader: &Reader, view: LookupView) -> Answer {
    let settings = &reader.app.services.dns.settings;
    let server = settings.nameservers.first().map(shown);
    let server = server.unwrap_or_else(|| reader.host.clone());
    let is_empty = view.answer.is_empty();
    let soa = view.authority.iter().find(|record| record.kind == "SOA");
    let nothing_for = soa.filter(|_| is_empty).map(|soa| say::seconds(soa.ttl));
    let beside = view.authority.into_iter().chain(view.additional);
    Answer {
        colour: match view.status.as_str() {
            "NOERROR" if !is_empty => "good",
            "NOERROR" | "NXDOMAIN" => "warn",
            _ => "bad",
        },
        line: format!("dig @{server} {} {}", view.name, view.kind),
        name: view.name,
        kind: view.kind,
        status: view.status,
        meaning: sentence(view.meaning),
        authoritative: view.authoritative,
        size: view.size,
        rows: view.answer.into_iter().map(answer_row).collect(),
        beside: beside.map(answer_row).collect(),
        nothing_for: nothing_for.unwrap_or_default(),
        at: when(reader, reader.now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_of_this_name_unless_it_is_whole() {
        let top = absolute("k6bp.club.example").unwrap();
        let of = |typed| meant(typed, &top);
        assert_eq!(of("www"), "www.k6bp.club.example");
        assert_eq!(of("@"), "k6bp.club.example");
        assert_eq!(of("_sip._udp"), "_sip._udp.k6bp.club.example");
        assert_eq!(of("w1aw.club.example"), "w1aw.club.example");
        assert_eq!(of("example."), "example.");
        assert_eq!(of("rig.k6bp.club.example"), "rig.k6bp.club.example");
    }
}

//! Records that hams want, filled in: the place from the grid square, and how an `AllStar` or `EchoLink` node is found.
//!
//! A template is a change set: it is shown, and made only where that is asked for.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applied::Outcome;
use super::changes::ChangeView;
use super::{DnsState, of_one, top, view};
use crate::dns::model::{Change, ChangeSet};
use crate::dns::name::Name;
use crate::dns::rdata;
use crate::dns::rr::{RecordType, RrSet, Ttl};
use crate::dns::settings::address;
use crate::ham::grid::Grid;
use crate::identity::api::gate::Who;
use crate::identity::{self, Actor, GridPrecision};
use crate::web::{Json, Path, Problem, ProblemBody, Result};

/// Where `AllStar` nodes listen (IAX2).
const IAX: u16 = 4569;
/// Where `EchoLink` listens for voice.
const ECHOLINK: u16 = 5198;
/// How long others may keep the way to a node, in seconds.
const SHORT: Ttl = Ttl::new(60).expect("a minute is short");
/// The lowest place of a LOC record: 100 km below sea level; and the highest that anybody stands at, in metres.
const ALTITUDES: std::ops::RangeInclusive<i32> = -100_000..=100_000;

/// What a template is filled with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateBody {
    /// Where the records go; the top where it is left out.
    #[serde(default)]
    pub(crate) name: String,
    /// `loc`: the grid square; the account's own, as exact as it shows it to others, where it is left out.
    #[schema(example = "CM87wj")]
    pub(crate) grid: Option<String>,
    /// `loc`: metres above the sea.
    #[serde(default)]
    pub(crate) altitude_m: i32,
    /// `allstar`: the number of the node.
    #[schema(example = "2560")]
    pub(crate) node: Option<String>,
    /// `allstar`: the node's address, where it is not at a name.
    #[schema(value_type = Option<String>)]
    pub(crate) address: Option<IpAddr>,
    /// `allstar`: the name that the node is at, which a router may keep up to date; the top where neither is given.
    pub(crate) target: Option<String>,
    /// `allstar`: where it listens, if not at the usual port.
    pub(crate) port: Option<u16>,
    /// `allstar`: whether `EchoLink` is there too.
    #[serde(default)]
    pub(crate) echolink: bool,
    /// Whether the records are made; they are only shown otherwise.
    #[serde(default)]
    pub(crate) apply: bool,
}

/// A template, filled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateView {
    /// What it does, as a change set.
    pub(crate) changes: Vec<ChangeView>,
    /// What it came to, where it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Outcome>,
}

/// Fills a template: `loc`, the station's place from its grid square; `allstar`, how a node is found (SRV, TXT, address).
#[utoipa::path(post, path = "/api/v1/dns/zones/{zone}/templates/{template}", tag = "dns", params(
    ("zone" = String, Path, description = "a zone, or a name of the caller's"),
    ("template" = String, Path, description = "`loc` or `allstar`")), request_body = TemplateBody, responses(
    (status = 200, body = TemplateView), (status = 202, body = TemplateView), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn fill(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path((zone, template)): Path<(String, String)>,
    Json(body): Json<TemplateBody>,
) -> Result<Response> {
    let view = filled(&state, &actor, (&top(&zone)?, &template), &body).await?;
    let status = view
        .outcome
        .map_or(StatusCode::OK, |outcome| outcome.status(StatusCode::OK));
    Ok((status, Json(view)).into_response())
}

/// Fills a template for a zone, and makes it where that is asked for.
pub(crate) async fn filled(
    state: &DnsState,
    actor: &Actor,
    (top, template): (&Name, &str),
    body: &TemplateBody,
) -> Result<TemplateView> {
    let (asker, asked) = (actor.clone(), top.clone());
    let opened = state
        .dns
        .store
        .read(move |r| crate::dns::read::zone(r, &asker, &asked).map(drop));
    opened.await?;
    let name = view::name_of(&body.name, top, "")?;
    let changes = match template {
        "loc" => loc(state, actor, name, body).await?,
        "allstar" => allstar(&name, top, body)?,
        _ => return Err(Problem::not_found("there are the templates loc and allstar")),
    };
    let shown = changes.iter().map(|change| ChangeView::of(change, top)).collect();
    let mut view = TemplateView {
        changes: shown,
        outcome: None,
    };
    if body.apply {
        let done = state.dns.apply(actor, top, ChangeSet::from(changes)).await;
        view.outcome = Some(Outcome::of(done).map_err(of_one)?);
    }
    Ok(view)
}

async fn loc(state: &DnsState, actor: &Actor, name: Name, body: &TemplateBody) -> Result<Vec<Change>> {
    let grid = match &body.grid {
        Some(text) => text
            .trim()
            .parse::<Grid>()
            .map_err(|error| Problem::invalid("grid", error.to_string()))?,
        None => own_grid(state, actor).await?,
    };
    if !ALTITUDES.contains(&body.altitude_m) {
        return Err(Problem::invalid(
            "altitude_m",
            "metres above the sea, at most 100 km up or down",
        ));
    }
    let text = rdata::location_of_grid(&grid, body.altitude_m);
    let set = set_of(name, RecordType::LOC, Ttl::DEFAULT, &[text])?;
    Ok(vec![Change::put(set)])
}

/// The account's grid square, no more exactly than it shows it to others.
async fn own_grid(state: &DnsState, actor: &Actor) -> Result<Grid> {
    let none = || Problem::invalid("grid", "say which grid square; your settings show none to others");
    let account = actor.account().ok_or_else(none)?;
    let found = state.dns.store.read(move |r| identity::read::account(r, account));
    let account = found.await?.ok_or_else(none)?;
    let grid = account.grid.ok_or_else(none)?;
    match account.privacy.grid_precision {
        GridPrecision::Exact => Ok(grid),
        GridPrecision::Square => {
            let text = grid.as_str();
            text.get(..4).unwrap_or(text).parse().map_err(|_| none())
        }
        GridPrecision::None => Err(none()),
    }
}

/// As `app_rpt` asks: `_iax._udp.<node>` for the place, then that name's addresses and TXT.
fn allstar(name: &Name, top: &Name, body: &TemplateBody) -> Result<Vec<Change>> {
    let node = body.node.as_deref().unwrap_or_default().trim();
    if node.is_empty() || node.len() > 7 || !node.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Problem::invalid("node", "the node's number, up to seven digits"));
    }
    let below = |label: &str, name: &Name| {
        let placed = name.child(label.as_bytes());
        placed.map_err(|error| Problem::invalid("name", error.to_string()))
    };
    let own = below(node, name)?;
    let at = match (&body.target, body.address) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(
                "target",
                "give an address or a target, not both",
            ));
        }
        (Some(text), None) => {
            view::name_of(text, top, "").map_err(|_| Problem::invalid("target", "is no name"))?
        }
        (None, Some(_)) => own.clone(),
        (None, None) => top.clone(),
    };
    let service = |label: &str, port: u16| {
        let place = below(label, &below("_udp", &own)?)?;
        let text = format!("10 10 {port} {at}");
        Ok::<_, Problem>(Change::put(set_of(place, RecordType::SRV, SHORT, &[text])?))
    };
    let port = body.port.unwrap_or(IAX);
    let mut changes = vec![service("_iax", port)?];
    if body.echolink {
        changes.push(service("_echolink", ECHOLINK)?);
    }
    let mut texts = format!("\"NN={node}\" \"PT={port}\"");
    if let Some(own_address) = body.address {
        texts.push_str(&format!(" \"IP={own_address}\""));
        let (kind, datum) = address(own_address);
        changes.push(Change::put(RrSet::single(own.clone(), kind, SHORT, datum)));
    }
    changes.push(Change::put(set_of(own, RecordType::TXT, SHORT, &[texts])?));
    Ok(changes)
}

fn set_of(name: Name, kind: RecordType, ttl: Ttl, texts: &[String]) -> Result<RrSet> {
    let data = texts.iter().map(|text| rdata::read(kind, text, &name));
    let data: std::result::Result<Vec<_>, _> = data.collect();
    let data = data.map_err(|error| Problem::invalid("content", error.to_string()))?;
    RrSet::new(name, kind, ttl, data).map_err(Problem::internal)
}

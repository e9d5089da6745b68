//! Whole zones, and all records of a member's name, as master files.
//!
//! A file for a zone replaces the zone and is an administrator's business: all that the protocol allows is taken. A file
//! for a member's name is a change set like any other, by the policy of edits; its SOA and NS records, which every
//! export of another server has, are left out, since those of the club's zone hold.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::{IntoParams, ToSchema};

use super::applied::Outcome;
use super::{DnsState, expected, shown, top};
use crate::dns::error::Error;
use crate::dns::master::defect::Defect;
use crate::dns::master::{self, Contents, Options};
use crate::dns::model::{Change, ChangeSet};
use crate::dns::name::Name;
use crate::dns::read::{self, SetLine};
use crate::dns::rr::{RecordType, RrSet};
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::web::{Json, Path, Problem, ProblemBody, Query, Result, Whole};

/// The type of master files (RFC 4027).
const TEXT: &str = "text/dns; charset=utf-8";
/// Defects told of in an error.
const TOLD: usize = 50;
/// Most records of a file for a member's name.
const MOST: usize = 50_000;

/// How a file is taken.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(crate) struct ImportParams {
    /// Only says what would be taken.
    #[serde(default)]
    pub(crate) check: bool,
    /// Of a member's name: records that the file does not have are taken away.
    #[serde(default)]
    pub(crate) replace: bool,
}

/// What a file came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsImport)]
pub(crate) struct ImportView {
    /// Records in the file.
    pub(crate) records: usize,
    /// Names and types in the file.
    pub(crate) sets: usize,
    /// Sets left out, since the club's zone has its own.
    pub(crate) skipped: usize,
    /// What was taken, perhaps not as it was meant.
    pub(crate) notes: Vec<DefectView>,
    /// What it came to; absent where it was only checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Outcome>,
}

/// Something in a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsDefect)]
pub(crate) struct DefectView {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) field: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) text: String,
}

/// Takes a master file. A zone's is replaced by it (administrators only), and made where there is none; records of a
/// member's name are put in place of those of the same name and type.
#[utoipa::path(post, path = "/api/v1/dns/zones/{zone}/import", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's"), ImportParams),
    request_body(content = String, content_type = "text/dns"), responses(
    (status = 200, body = ImportView), (status = 202, body = ImportView), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 412, body = ProblemBody),
    (status = 422, body = ProblemBody, description = "`errors` names lines"), (status = 429, body = ProblemBody)))]
pub(super) async fn import(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
    Query(params): Query<ImportParams>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response> {
    let wish = Wish {
        params,
        expected: expected(&headers)?,
    };
    let view = taken(&state, &actor, top(&zone)?, (wish, body)).await?;
    let status = view
        .outcome
        .map_or(StatusCode::OK, |outcome| outcome.status(StatusCode::OK));
    Ok((status, Json(view)).into_response())
}

/// How a file is to be taken, and into which state of the records.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    pub(crate) params: ImportParams,
    pub(crate) expected: Option<SmolStr>,
}

/// Takes a master file, or says what would be taken.
pub(crate) async fn taken(
    state: &DnsState,
    actor: &Actor,
    top: Name,
    (wish, body): (Wish, Bytes),
) -> Result<ImportView> {
    let there = there(state, actor, &top).await?;
    let whole = there.as_ref().is_none_or(|(whole, _)| *whole);
    let mut options = Options::of(top.clone());
    if !whole {
        options.most_records = MOST;
    }
    let read = tokio::task::spawn_blocking(move || master::contents(&body, &options));
    let mut contents = read.await.map_err(Problem::internal)?;
    if !contents.is_whole() {
        return Err(unreadable(&contents));
    }
    let all = contents.sets.len();
    if !whole {
        contents.sets.retain(|set| !is_head(set, &top));
    }
    let mut view = ImportView {
        records: contents.records,
        sets: all,
        skipped: all - contents.sets.len(),
        notes: contents.defects.iter().map(DefectView::of).collect(),
        outcome: None,
    };
    if wish.params.check {
        return Ok(view);
    }
    let done = if whole {
        state.dns.import_zone(actor, top, contents.sets).await
    } else {
        let before = there.filter(|_| wish.params.replace).map(|(_, lines)| lines);
        let set = ChangeSet {
            changes: changes(contents.sets, &before.unwrap_or_default()),
            expected: wish.expected,
        };
        state.dns.apply(actor, &top, set).await
    };
    view.outcome = Some(Outcome::of(done)?);
    Ok(view)
}

/// All records at and below a name as a master file.
#[utoipa::path(get, path = "/api/v1/dns/zones/{zone}/export", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's")), responses(
    (status = 200, body = String, content_type = "text/dns"), (status = 404, body = ProblemBody)))]
pub(super) async fn export(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
) -> Result<Response> {
    let top = top(&zone)?;
    let named = shown(&top);
    let text = written(&state, &actor, top).await?;
    let name: String = named
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let disposition =
        HeaderValue::try_from(format!("attachment; filename=\"{name}.zone\"")).map_err(Problem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(TEXT)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, text).into_response())
}

/// All records at and below a name, as they are written in a master file.
pub(crate) async fn written(state: &DnsState, actor: &Actor, top: Name) -> Result<String> {
    let actor = actor.clone();
    let written = state.dns.store.read(move |r| {
        let (opened, _) = read::zone(r, &actor, &top)?;
        let lines = read::records(r, &opened, None, usize::MAX)?.into_iter();
        let sets = lines.filter_map(|line| line.set.to_rrset(line.name, line.kind));
        let sets: Vec<RrSet> = sets.collect();
        Ok::<_, Error>(master::write(&opened.top, &sets))
    });
    Ok(written.await?)
}

/// Whether it is a whole zone, and what it has; none where an administrator asks for one that is not there.
async fn there(state: &DnsState, actor: &Actor, top: &Name) -> Result<Option<(bool, Vec<SetLine>)>> {
    let (asker, top) = (actor.clone(), top.clone());
    let found = state.dns.store.read(move |r| {
        let (opened, _) = read::zone(r, &asker, &top)?;
        let lines = if opened.is_whole() {
            Vec::new()
        } else {
            read::records(r, &opened, None, usize::MAX)?
        };
        Ok::<_, Error>((opened.is_whole(), lines))
    });
    match found.await {
        Ok(found) => Ok(Some(found)),
        Err(Error::NoZone(_)) if crate::dns::grants::governs(actor) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What a file does to a name's records.
fn changes(sets: Vec<RrSet>, before: &[SetLine]) -> Vec<Change> {
    let gone = before.iter().filter(|line| {
        let kept = |set: &RrSet| *set.name() == line.name && set.kind() == line.kind;
        !sets.iter().any(kept)
    });
    let gone = gone.map(|line| Change::Remove {
        name: line.name.clone(),
        kind: line.kind,
    });
    let mut changes: Vec<Change> = gone.collect();
    changes.extend(sets.into_iter().map(Change::put));
    changes
}

/// Whether it is what only a zone of its own has.
fn is_head(set: &RrSet, top: &Name) -> bool {
    set.name() == top && matches!(set.kind(), RecordType::SOA | RecordType::NS)
}

fn unreadable(contents: &Contents) -> Problem {
    let errors: Vec<&Defect> = contents
        .defects
        .iter()
        .filter(|defect| defect.is_error())
        .collect();
    let count = errors.len() + contents.more_defects;
    let begin = Problem::unprocessable(
        "bad_master_file",
        format!("{count} lines could not be read; nothing was changed"),
    );
    errors.into_iter().take(TOLD).fold(begin, |problem, defect| {
        let place = format!("line {}, column {}: {}", defect.line, defect.column, defect.field);
        problem.rule(place, defect.rule, defect.text.clone())
    })
}

impl DefectView {
    fn of(defect: &Defect) -> Self {
        Self {
            line: defect.line,
            column: defect.column,
            field: defect.field,
            rule: defect.rule,
            text: defect.text.clone(),
        }
    }
}

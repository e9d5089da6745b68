//! The audit trail over HTTP: by pages, and all of it as a table for other programs.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::IdentityState;
use super::gate::Who;
use crate::identity::actor::Actor;
use crate::identity::model::AccountId;
use crate::identity::service::Identity;
use crate::identity::tables::AuditLine;
use crate::identity::trail::{Place, TrailFilter};
use crate::web::{Cursor, Json, Problem, ProblemBody, Query, Result, Signer};

/// Most lines in one answer.
const MOST_LINES: usize = 1000;

/// A line of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditItem {
    #[schema(value_type = String, format = "date-time")]
    time: Timestamp,
    /// Who did it.
    who: String,
    /// What: `account.added`, `account.standing`, `key.created`, ...
    action: String,
    /// The account it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    detail: String,
}

/// The newest lines first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditList {
    items: Vec<AuditItem>,
    /// Where the next page starts; none at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which lines of the audit trail, and how many.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct AuditQuery {
    /// Text in the name of who did it.
    who: String,
    /// The number of the account it was done to.
    #[param(value_type = Option<u32>)]
    account: String,
    /// How the act begins: `account`, `key.created`.
    action: String,
    /// Not before this time or date.
    from: String,
    /// Not after this time or date.
    to: String,
    cursor: String,
    /// How many lines, 100 where left out, at most 1000.
    limit: Option<usize>,
}

impl AuditQuery {
    /// The filter in domain types; a refusal names the parameter.
    pub(crate) fn filter(&self) -> Result<TrailFilter> {
        let account = self.account.trim();
        let account = match account.parse() {
            Ok(number) => Some(AccountId(number)),
            Err(_) if account.is_empty() => None,
            Err(_) => return Err(Problem::invalid("account", "is the number of an account")),
        };
        Ok(TrailFilter {
            who: self.who.trim().to_owned(),
            account,
            action: self.action.trim().to_owned(),
            from: time("from", &self.from, "T00:00:00Z")?,
            until: time("to", &self.to, "T23:59:59.999999999Z")?,
        })
    }

    /// Where a page starts.
    pub(crate) fn after(&self, signer: &Signer) -> Result<Option<Place>> {
        if self.cursor.is_empty() {
            return Ok(None);
        }
        let cursor = Cursor::open(signer, &self.shape(), &self.cursor)?;
        let read = || {
            let (time, number) = cursor.0.split_first_chunk::<16>()?;
            let time = Timestamp::from_nanosecond(i128::from_be_bytes(*time)).ok()?;
            Some((time, u64::from_be_bytes(number.try_into().ok()?)))
        };
        read()
            .map(Some)
            .ok_or_else(|| Problem::bad_request("bad_cursor", "the cursor is of an older version"))
    }

    /// The cursor of the page behind a line.
    pub(crate) fn behind(&self, signer: &Signer, (time, number): Place) -> String {
        let bytes = [&time.as_nanosecond().to_be_bytes()[..], &number.to_be_bytes()].concat();
        Cursor(bytes).seal(signer, &self.shape())
    }

    /// What was asked for, by the parameters' names.
    pub(crate) fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("who", &self.who),
            ("account", &self.account),
            ("action", &self.action),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// The query that asks for the same lines.
    pub(crate) fn shared(&self) -> String {
        let given = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(given)
            .finish()
    }

    /// The query that asks for the page behind a cursor.
    pub(crate) fn link(&self, cursor: &str) -> String {
        format!("{}&cursor={cursor}", self.shared())
            .trim_start_matches('&')
            .to_owned()
    }

    fn shape(&self) -> String {
        format!(
            "audit {:?}",
            [&self.who, &self.account, &self.action, &self.from, &self.to]
        )
    }
}

fn time(name: &'static str, text: &str, rest: &str) -> Result<Option<Timestamp>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let whole = if text.len() == 10 {
        format!("{text}{rest}")
    } else {
        text.to_owned()
    };
    let read = whole.parse().map(Some);
    read.map_err(|_| Problem::invalid(name, "is a time or a date, such as 2026-11-21"))
}

/// Who changed what about accounts, sessions and keys.
#[utoipa::path(get, path = "/api/v1/admin/audit", tag = "admin", params(AuditQuery), responses(
    (status = 200, body = AuditList), (status = 403, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Query(query): Query<AuditQuery>,
) -> Result<Json<AuditList>> {
    let limit = query.limit.unwrap_or(100).clamp(1, MOST_LINES);
    let after = query.after(&state.signer)?;
    let mut lines = state
        .identity
        .audit(&actor, query.filter()?, after, limit + 1)
        .await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let last = lines.last().filter(|_| more);
    let next = last.map(|(place, _)| query.behind(&state.signer, *place));
    let item = |((time, _), line): (Place, AuditLine)| AuditItem {
        time,
        who: line.who.into(),
        action: line.action.into(),
        account: line.account,
        detail: line.detail.into(),
    };
    Ok(Json(AuditList {
        items: lines.into_iter().map(item).collect(),
        next,
    }))
}

/// The same lines, all of them, as comma-separated values.
#[utoipa::path(get, path = "/api/v1/admin/audit.csv", tag = "admin", params(AuditQuery), responses(
    (status = 200, content_type = "text/csv"), (status = 403, body = ProblemBody)))]
pub(super) async fn csv(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Query(query): Query<AuditQuery>,
) -> Result<Response> {
    let filter = query.filter()?;
    let mut reading = Reading {
        identity: state.identity,
        actor,
        filter,
        after: None,
        ended: false,
    };
    // What may not be read is refused before anything is sent.
    let first = reading.next().await?.unwrap_or_default();
    let head = Bytes::from_static(b"time,who,action,account,detail\r\n");
    let first = [head, first].map(Ok::<_, std::io::Error>);
    let rest = stream::try_unfold(reading, async |mut reading: Reading| {
        let piece = reading
            .next()
            .await
            .map_err(|_| std::io::Error::other("the store failed"))?;
        Ok(piece.map(|piece| (piece, reading)))
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(stream::iter(first), rest));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, body).into_response())
}

/// The trail, a thousand lines at a time.
struct Reading {
    identity: Identity,
    actor: Actor,
    filter: TrailFilter,
    after: Option<Place>,
    ended: bool,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.ended {
            return Ok(None);
        }
        let lines = self
            .identity
            .audit(&self.actor, self.filter.clone(), self.after, MOST_LINES)
            .await?;
        self.ended = lines.len() < MOST_LINES;
        self.after = lines.last().map(|(place, _)| *place);
        let mut out = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        for ((time, _), line) in lines {
            let account = line
                .account
                .map(|account| account.to_string())
                .unwrap_or_default();
            let fields = [
                time.to_string(),
                safe(&line.who),
                line.action.to_string(),
                account,
                safe(&line.detail),
            ];
            out.write_record(fields).map_err(Problem::internal)?;
        }
        let bytes = out.into_inner().map_err(Problem::internal)?;
        Ok(Some(Bytes::from(bytes)))
    }
}

/// A text that spreadsheets do not take for a formula.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

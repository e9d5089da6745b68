//! What a holder wants of a record.
//!
//! Whoever has proven the call changes it in person, at a browser; administrators also by a key. The pages do the same
//! by the same functions. Who has no account asks for a removal: [`removals`](super::removals).

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CallbookState;
use crate::callbook::generation::Found;
use crate::callbook::place;
use crate::callbook::view::{Onlooker, RecordView, Subject, Viewer, words};
use crate::callbook::wishes::error::Error;
use crate::callbook::wishes::form::{Fault, Typed};
use crate::callbook::wishes::model::{Consent, Wishes};
use crate::callbook::wishes::read::{self, Own};
use crate::callbook::wishes::write::{self, Terms, Wanted};
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::web::{Json, Path, Problem, ProblemBody, Result};

/// What a holder wants shown in the place of the register's words, and to whom. Empty texts leave the register's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CallbookOwn)]
pub(crate) struct OwnBody {
    /// What the holder is called.
    #[schema(max_length = 100, example = "Annie")]
    pub(crate) name: String,
    /// City or place of the station.
    #[schema(max_length = 100)]
    pub(crate) qth: String,
    /// Locator of four to twelve characters.
    #[schema(example = "CM87uv")]
    pub(crate) grid: String,
    pub(crate) qsl: QslBody,
    /// Address of a picture, HTTPS.
    #[schema(max_length = 500)]
    pub(crate) picture: String,
    /// Address of the holder's page, HTTPS.
    #[schema(max_length = 500)]
    pub(crate) web: String,
    /// Shown to nobody unless `consent.email` opens it.
    #[schema(max_length = 254)]
    pub(crate) email: String,
    /// Plain text, line breaks kept.
    #[schema(max_length = 4000)]
    pub(crate) bio: String,
    pub(crate) consent: Consent,
    /// Whether the record says no more than whether the call is licensed, and its class.
    pub(crate) opted_out: bool,
}

/// How a holder confirms contacts; what is left out is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CallbookQslWays)]
pub(crate) struct QslBody {
    /// A manager's call, or the way in the holder's words.
    #[schema(max_length = 100)]
    pub(crate) via: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bureau: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) direct: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lotw: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) eqsl: Option<bool>,
}

impl OwnBody {
    /// Wishes as they are typed.
    pub(crate) fn of(wishes: &Wishes) -> Self {
        let Typed {
            name,
            qth,
            grid,
            via,
            bureau,
            direct,
            lotw,
            eqsl,
            picture,
            web,
            email,
            bio,
        } = Typed::of(&wishes.own);
        Self {
            name,
            qth,
            grid,
            qsl: QslBody {
                via,
                bureau,
                direct,
                lotw,
                eqsl,
            },
            picture,
            web,
            email,
            bio,
            consent: wishes.consent,
            opted_out: wishes.opted_out,
        }
    }

    fn read(self) -> std::result::Result<Wanted, Error> {
        let typed = Typed {
            name: self.name,
            qth: self.qth,
            grid: self.grid,
            via: self.qsl.via,
            bureau: self.qsl.bureau,
            direct: self.qsl.direct,
            lotw: self.qsl.lotw,
            eqsl: self.qsl.eqsl,
            picture: self.picture,
            web: self.web,
            email: self.email,
            bio: self.bio,
        };
        Ok(Wanted {
            own: typed.read().map_err(Error::Form)?,
            consent: self.consent,
            opted_out: self.opted_out,
        })
    }
}

/// What the holder of a call wants of its record, with an `ETag`. For the holder, signed in, and administrators.
#[utoipa::path(get, path = "/api/v1/callbook/{call}/own", tag = "callbook", params(("call" = String, Path)),
    responses((status = 200, body = OwnBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(call): Path<String>,
) -> Result<Response> {
    let (_, own) = own(&state, &actor, &call).await?;
    Ok(tagged(&own))
}

/// Puts these wishes in the place of the former ones: what is left out is the register's again, and closed. The mail
/// address is read from the own words alone. Honours `If-Match`.
#[utoipa::path(put, path = "/api/v1/callbook/{call}/own", tag = "callbook", params(("call" = String, Path)),
    request_body = OwnBody, responses((status = 200, body = OwnBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn put(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(call): Path<String>,
    headers: HeaderMap,
    Json(body): Json<OwnBody>,
) -> Result<Response> {
    let expected = expected(&headers)?;
    let own = change(&state, &actor, &call, body, expected).await?;
    Ok(tagged(&own))
}

/// Gives the record the register's words back and closes what was opened. Whoever is not listed stays so.
#[utoipa::path(delete, path = "/api/v1/callbook/{call}/own", tag = "callbook", params(("call" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 412, body = ProblemBody)))]
pub(super) async fn remove(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(call): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode> {
    clear(&state, &actor, &call, expected(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The record of a call, and what was wished for it.
pub(crate) async fn own(state: &CallbookState, actor: &Actor, call: &str) -> Result<(Found, Own)> {
    let (found, book) = (found(state, call)?, &state.callbook);
    let (actor, licence, now) = (actor.clone(), found.entry.licence.clone(), book.now());
    let read = book.store().read(move |r| read::own(r, &actor, &licence, now));
    Ok((found, read.await?))
}

/// Puts wishes in the place of the former ones, unless these are not of the expected revision.
pub(crate) async fn change(
    state: &CallbookState,
    actor: &Actor,
    call: &str,
    body: OwnBody,
    expected: Option<u64>,
) -> Result<Own> {
    let (actor, licence, book) = (actor.clone(), found(state, call)?.entry.licence, &state.callbook);
    let now = book.now();
    let changed = book.store().write(move |tx| {
        // Whoever may not is told that, and not what is wrong with the fields.
        read::own(tx, &actor, &licence, now)?;
        write::change(tx, &actor, &licence, body.read()?, Terms { expected, now })?;
        read::own(tx, &actor, &licence, now)
    });
    Ok(changed.await?)
}

/// Gives the record the register's words back.
pub(crate) async fn clear(
    state: &CallbookState,
    actor: &Actor,
    call: &str,
    expected: Option<u64>,
) -> Result<()> {
    let (actor, licence, book) = (actor.clone(), found(state, call)?.entry.licence, &state.callbook);
    let now = book.now();
    let cleared = book
        .store()
        .write(move |tx| write::clear(tx, &actor, &licence, Terms { expected, now }));
    cleared.await?;
    Ok(())
}

/// The record of a call as somebody of this kind sees it with these wishes, from nowhere in particular.
pub(crate) fn seen_by(state: &CallbookState, found: &Found, wishes: &Wishes, viewer: Viewer) -> RecordView {
    let inner = &state.callbook.inner;
    let by = Onlooker {
        viewer,
        station: None,
        today: words::today(&found.authority, state.callbook.now()),
    };
    let subject = Subject {
        authority: &found.authority,
        entry: &found.entry,
        asked: None,
        entity: place::entity(&found.entry.licence, &found.authority),
        wishes,
    };
    inner.mask.show(subject, by, &inner.entities)
}

/// What the registers have of a call.
pub(super) fn found(state: &CallbookState, call: &str) -> Result<Found> {
    let unknown = || Problem::not_found(format!("no register here has {call}"));
    state.callbook.found(call)?.ok_or_else(unknown)
}

fn tagged(own: &Own) -> Response {
    let tag = HeaderValue::try_from(format!("\"{}\"", own.revision)).expect("a tag of digits");
    ([(header::ETAG, tag)], Json(OwnBody::of(&own.wishes))).into_response()
}

/// The revision named in `If-Match`, where the request has one other than `*`.
fn expected(headers: &HeaderMap) -> Result<Option<u64>> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let revision = inside.and_then(|text| text.parse().ok());
    revision
        .map(Some)
        .ok_or_else(|| Problem::precondition_failed("If-Match names no version of this"))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Store(error) => error.into(),
            Error::Denied(denied) => denied.into(),
            Error::NotHolder(_) => Self::forbidden("not_holder", text),
            Error::Form(faults) => refused(&text, faults),
            Error::Changed => Self::precondition_failed(text),
            Error::NotListed(_) => Self::conflict("not_listed", text),
            Error::Asked(_) => Self::conflict("removal_waits", text),
            Error::TooMany => Self::new(StatusCode::TOO_MANY_REQUESTS, "removals_wait", text),
            Error::Full => Self::new(StatusCode::SERVICE_UNAVAILABLE, "removals_full", text),
            Error::NoRequest(_) => Self::not_found(text),
            Error::Decided(_) => Self::conflict("removal_decided", text),
            Error::OtherHolder(_) => Self::conflict("other_holder", text),
        }
    }
}

fn refused(text: &str, faults: Vec<Fault>) -> Problem {
    let begin = Problem::unprocessable("invalid", text);
    faults
        .into_iter()
        .fold(begin, |problem, fault| problem.field(fault.field, fault.text))
}

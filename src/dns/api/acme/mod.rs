//! Proofs for certificates: TXT records at `_acme-challenge`, put and taken by certificate clients (RFC 8555 8.4).
//!
//! lego's provider `httpreq` fixed the two calls: `POST /present` and `POST /cleanup`, either with the record (`fqdn`,
//! `value`) or, in its mode RAW, with what the record is made of (`domain`, `token`, `keyAuth`). acme.sh speaks the same
//! as `dns_acmeproxy`; hooks of others send a form. A call is answered when the record is: clients then ask the
//! authority at once. Several values stand side by side, and each goes by itself after a day.

#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::credential::{Known, Shown, Strikes};
use crate::dns::Dns;
use crate::dns::model::{Applied, Change, ChangeSet, TokenScope};
use crate::dns::name::Name;
use crate::dns::rr::{Rdata, RecordType, Ttl};
use crate::dns::rules::owner;
use crate::identity::Actor;
use crate::identity::api::gate::Visitor;
use crate::web::{Access, Problem, Result, Routes, Whole, parse_json};

/// Where proofs stand.
const LABEL: &str = "_acme-challenge";
/// How long others may keep one, in seconds.
const SHORT: Ttl = Ttl::new(60).expect("a minute is short");
/// How long one stands that nobody takes away.
const LASTS: SignedDuration = SignedDuration::from_hours(24);

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct AcmeState {
    pub(crate) dns: Dns,
    pub(crate) strikes: Strikes,
}

/// The routes.
pub(crate) fn routes(state: AcmeState) -> Routes {
    Routes::new()
        .page(Access::Public, "/present", post(present))
        .page(Access::Public, "/cleanup", post(cleanup))
        .with_state(state)
}

async fn present(
    State(state): State<AcmeState>,
    visitor: Visitor,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response> {
    carry_out(&state, &visitor, &headers, (&body, Act::Present)).await
}

async fn cleanup(
    State(state): State<AcmeState>,
    visitor: Visitor,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response> {
    carry_out(&state, &visitor, &headers, (&body, Act::Clean)).await
}

/// What is done with a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Present,
    Clean,
}

/// A body as clients send it.
#[derive(Debug, Default, Deserialize)]
struct Body {
    #[serde(default)]
    fqdn: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    domain: String,
    #[serde(default, rename = "keyAuth", alias = "key_auth")]
    key_auth: String,
}

/// A proof, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Proof {
    place: Name,
    value: String,
}

async fn carry_out(
    state: &AcmeState,
    visitor: &Visitor,
    headers: &HeaderMap,
    (body, act): (&[u8], Act),
) -> Result<Response> {
    // Whoever is nobody learns nothing of what a body should be.
    let by = match &visitor.actor {
        Actor::Guest => {
            let shown = Shown::of(headers);
            let from = (&state.strikes, visitor.browser.address);
            match shown.known(&state.dns, TokenScope::Acme, from).await? {
                Known::Token(token) => Some(token),
                Known::Nobody => return Ok(unknown()),
                Known::TooOften(wait) => return Err(Problem::too_many(wait)),
            }
        }
        _ => None,
    };
    let proof = Body::read(headers, body)?.proof()?;
    let change = vec![proof.change(act, &state.dns)?];
    let done = match by {
        Some(token) => state.dns.apply_by_token(&token, change).await,
        None => {
            state
                .dns
                .apply(&visitor.actor, &proof.place, ChangeSet::from(change))
                .await
        }
    };
    Ok(answer(&proof, done?))
}

fn answer(proof: &Proof, applied: Applied) -> Response {
    let place = proof.place.to_string();
    let text = json!({"fqdn": place, "value": proof.value, "serial": applied.version.serial(), "changed": applied.changed});
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text.to_string()).into_response()
}

/// 401 that asks for a password, as these clients have one.
fn unknown() -> Response {
    let problem = Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthenticated",
        "show a token for certificates: as the password of Basic authentication, or as a bearer token",
    );
    let mut response = problem.into_response();
    let asks = HeaderValue::from_static("Basic realm=\"ACME\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, asks);
    response
}

impl Body {
    /// JSON, or a form.
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self> {
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        // curl says that it sends a form when it sends JSON by -d.
        if !is_form || body.trim_ascii_start().starts_with(b"{") {
            return parse_json(body);
        }
        let mut read = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            let field = match &*name {
                "fqdn" => &mut read.fqdn,
                "value" => &mut read.value,
                "domain" => &mut read.domain,
                "keyAuth" | "key_auth" => &mut read.key_auth,
                _ => continue,
            };
            *field = value.into_owned();
        }
        Ok(read)
    }

    fn proof(&self) -> Result<Proof> {
        let value = if self.value.is_empty() && !self.key_auth.is_empty() {
            BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.key_auth.as_bytes()))
        } else {
            self.value.trim().to_owned()
        };
        if value.is_empty() || value.len() > 255 || !value.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(Problem::invalid(
                "value",
                "the text of the proof, up to 255 visible characters",
            ));
        }
        let (field, text) = if self.fqdn.trim().is_empty() {
            ("domain", self.domain.trim().trim_start_matches("*."))
        } else {
            ("fqdn", self.fqdn.trim())
        };
        if text.is_empty() {
            return Err(Problem::invalid(
                "fqdn",
                "the name of the record, or the domain that is proven",
            ));
        }
        let named = owner::from_input(text, &Name::root()).map_err(|text| Problem::invalid(field, text))?;
        let place = if field == "fqdn" || named.labels().next() == Some(LABEL.as_bytes()) {
            named
        } else {
            let placed = named.child(LABEL.as_bytes());
            placed.map_err(|error| Problem::invalid(field, error.to_string()))?
        };
        Ok(Proof { place, value })
    }
}

impl Proof {
    fn change(&self, act: Act, dns: &Dns) -> Result<Change> {
        // One string, which is at most 255 octets.
        let length = u8::try_from(self.value.len()).map_err(Problem::internal)?;
        let wire = [&[length], self.value.as_bytes()].concat();
        let datum = Rdata::new(wire).map_err(Problem::internal)?;
        let (name, kind) = (self.place.clone(), RecordType::TXT);
        Ok(match act {
            Act::Present => Change::Add {
                name,
                kind,
                ttl: SHORT,
                datum,
                until: dns.now().checked_add(LASTS).ok(),
            },
            Act::Clean => Change::Take { name, kind, datum },
        })
    }
}

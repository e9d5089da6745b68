//! What the world sees: a question put to the serving side as a packet, and its answer read again as a packet.
//!
//! Nothing is looked up in the records here; what is shown is what was answered, by the same rules and from the same
//! zones as for everybody. Asked as by TCP, so that nothing is cut off.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DnsState, absolute, shown};
use crate::dns::Dns;
use crate::dns::answer::Inquiry;
use crate::dns::name::Name;
use crate::dns::rdata;
use crate::dns::rr::{Rdata, RecordType};
use crate::web::{Json, Problem, ProblemBody, Query, Result};

/// Header of a packet.
const HEADER: usize = 12;
/// Flags of the second line of the header.
const AUTHORITATIVE: u16 = 0x0400;

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct LookupParams {
    /// The whole name.
    #[param(example = "www.k6bp.club.example")]
    name: String,
    /// The type; `A` where it is left out.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
}

/// What was answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsLookup)]
pub(crate) struct LookupView {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// `NOERROR`, `NXDOMAIN` (no such name), `REFUSED` (no zone of ours), or another by its number.
    pub(crate) status: String,
    /// What that means, in words.
    pub(crate) meaning: &'static str,
    /// Whether the answer is our own, not a referral to others.
    pub(crate) authoritative: bool,
    pub(crate) answer: Vec<Answered>,
    pub(crate) authority: Vec<Answered>,
    pub(crate) additional: Vec<Answered>,
    /// Octets of the packet.
    pub(crate) size: usize,
}

/// A record of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Answered {
    /// The whole name.
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) ttl: u32,
    pub(crate) content: String,
}

/// What the world sees: asks the name server itself, as a resolver would.
#[utoipa::path(get, path = "/api/v1/dns/lookup", tag = "dns", params(LookupParams), responses(
    (status = 200, body = LookupView), (status = 422, body = ProblemBody)))]
pub(super) async fn look(
    State(state): State<DnsState>,
    Query(params): Query<LookupParams>,
) -> Result<Json<LookupView>> {
    let kind = params.kind.as_deref().unwrap_or("A");
    asked(&state.dns, &params.name, kind).map(Json)
}

/// What the name server answers to a question as somebody typed it.
pub(crate) fn asked(dns: &Dns, name: &str, kind: &str) -> Result<LookupView> {
    let name = absolute(name).map_err(|text| Problem::invalid("name", text))?;
    let kind = super::view::kind_of(kind, "")?;
    let zones = dns.live.zones();
    let mut inquiry = Inquiry::new();
    let reply = inquiry
        .ask(&zones.load(), &name, kind)
        .ok_or_else(|| Problem::internal("the name server gave no answer to a question of our own"))?;
    let read = Packet(reply).read((&name, kind));
    read.ok_or_else(|| Problem::internal("the name server's answer could not be read"))
}

/// An answer's octets.
struct Packet<'a>(&'a [u8]);

impl Packet<'_> {
    fn read(&self, (name, kind): (&Name, RecordType)) -> Option<LookupView> {
        let (flags, questions) = (self.number(2)?, self.number(4)?);
        let mut at = HEADER;
        for _ in 0..questions {
            self.name(&mut at)?;
            at += 4;
        }
        let mut sections = [const { Vec::new() }; 3];
        for (section, count) in sections.iter_mut().zip([6, 8, 10]) {
            for _ in 0..self.number(count)? {
                section.push(self.record(&mut at)?);
            }
        }
        let (status, meaning) = status(flags & 15);
        let [answer, authority, additional] = sections;
        Some(LookupView {
            name: shown(name),
            kind: kind.to_string(),
            meaning: match status.as_str() {
                "NOERROR" if answer.is_empty() && flags & AUTHORITATIVE == 0 => {
                    "others are responsible for this name"
                }
                "NOERROR" if answer.is_empty() => "the name is there and has no such records",
                _ => meaning,
            },
            status,
            authoritative: flags & AUTHORITATIVE != 0,
            answer,
            authority,
            additional,
            size: self.0.len(),
        })
    }

    fn record(&self, at: &mut usize) -> Option<Answered> {
        let name = self.name(at)?;
        let kind = RecordType(self.number(*at)?);
        let ttl = u32::from(self.number(*at + 4)?) << 16 | u32::from(self.number(*at + 6)?);
        let begin = *at + 10;
        *at = begin + usize::from(self.number(*at + 8)?);
        let datum = self.data(kind, begin, *at)?;
        Some(Answered {
            name: shown(&name),
            kind: kind.to_string(),
            ttl,
            content: rdata::write(kind, &datum),
        })
    }

    /// Data with their names written out; only those of the oldest types may be compressed (RFC 3597 4).
    fn data(&self, kind: RecordType, mut at: usize, end: usize) -> Option<Rdata> {
        let (before, names) = match kind {
            RecordType::NS | RecordType::CNAME | RecordType::PTR => (0, 1),
            RecordType::MX => (2, 1),
            RecordType::SOA => (0, 2),
            _ => (0, 0),
        };
        let mut data = self.0.get(at..at + before)?.to_vec();
        at += before;
        for _ in 0..names {
            data.extend_from_slice(self.name(&mut at)?.wire());
        }
        data.extend_from_slice(self.0.get(at..end)?);
        Rdata::new(data).ok()
    }

    fn name(&self, at: &mut usize) -> Option<Name> {
        let (mut wire, mut here, mut after) = (Vec::new(), *at, None);
        loop {
            let length = usize::from(*self.0.get(here)?);
            if length >= 0xc0 {
                let target = usize::from(self.number(here)? & 0x3fff);
                after.get_or_insert(here + 2);
                // Backwards only: this ends.
                here = (target < here).then_some(target)?;
                continue;
            }
            if wire.len() > crate::dns::name::MAX_NAME {
                return None;
            }
            wire.extend_from_slice(self.0.get(here..=here + length)?);
            here += 1 + length;
            if length == 0 {
                break;
            }
        }
        *at = after.unwrap_or(here);
        Name::from_wire(&wire).ok()
    }

    fn number(&self, at: usize) -> Option<u16> {
        let octets = self.0.get(at..)?.first_chunk()?;
        Some(u16::from_be_bytes(*octets))
    }
}

/// An outcome's name, and what it means.
fn status(rcode: u16) -> (String, &'static str) {
    let (name, meaning) = match rcode {
        0 => ("NOERROR", "answered"),
        1 => ("FORMERR", "the question is malformed"),
        3 => ("NXDOMAIN", "there is no such name"),
        4 => ("NOTIMP", "this is not done here"),
        5 => ("REFUSED", "the name is in no zone of this server"),
        6 => ("YXDOMAIN", "the name that this one stands for would be too long"),
        other => return (format!("RCODE{other}"), "an unusual answer"),
    };
    (name.to_owned(), meaning)
}

//! One call: its licence, where it is, who had it, what the reader has to do with it.
//!
//! The register's part comes through the mask. The reader's contacts are of the logbook in use, the spots out of the
//! cluster's memory. Services elsewhere are asked by the page's script: nothing here waits for the outside.

use axum::http::StatusCode;
use axum::response::Response;

use super::callbook;
use super::rows::{card, chip, credit, day, ended, path_of, source, way};
use crate::app::pages::dx::spots_of;
use crate::app::pages::reader::Reader;
use crate::app::pages::say;
use crate::app::pages::views::{
    CallbookNonePage, CallbookRecordPage, CreditRow, FormerRow, Grouped, Labelled, LicenceCard, Linked,
    QsoRow, Where,
};
use crate::callbook::Ask;
use crate::callbook::model::{Authority, Standing};
use crate::callbook::place::credit::of as of_register;
use crate::callbook::view::record::{FormerView, QslView};
use crate::callbook::view::{RecordView, Viewer};
use crate::dns::api::{absolute, shown};
use crate::dns::grants;
use crate::dns::model::NameState;
use crate::dns::rules::owner::label_of;
use crate::ham::callsign::Callsign;
use crate::identity::Found;
use crate::logbook::read::lookup;
use crate::store::Read;
use crate::web::{Path, Problem, Result, Text};

/// Calls named where one is not found.
const SIMILAR: usize = 6;
/// Spots of the call.
const SPOTS: usize = 10;

/// What the program itself knows of a call, beside the register.
#[derive(Default)]
struct Beside {
    book: String,
    contacts: Vec<QsoRow>,
    count: u64,
    dns: String,
}

/// `/callbook/{call}`
pub(in crate::app::pages) async fn show(reader: Reader, Path(asked): Path<String>) -> Result<Response> {
    let found = callbook(&reader)
        .lookup(&reader.visitor.actor, &asked)
        .await
        .map_err(Problem::from)?;
    match found {
        Some(record) => known(&reader, record).await,
        None => unknown(&reader, asked.trim()).await,
    }
}

async fn known(reader: &Reader, record: RecordView) -> Result<Response> {
    let t = reader.t;
    let call = Callsign::parse(&record.call).ok();
    let (sought, now) = (call.clone(), reader.now);
    let gathered = reader.gather(move |r, shelf| {
        let Some(call) = sought else {
            return Ok(Beside::default());
        };
        let dns = name_of(r, &call)?;
        let Some(opened) = shelf.current() else {
            return Ok(Beside {
                dns,
                ..Beside::default()
            });
        };
        let worked = lookup::worked(r, opened.id, &call)?;
        let rows = worked.last.iter();
        Ok(Beside {
            book: opened.book.call.to_string(),
            contacts: rows
                .map(|(number, contact)| say::row(opened.id, *number, contact, now))
                .collect(),
            count: worked.count,
            dns,
        })
    });
    let (shelf, beside) = gathered.await?;
    let heard = reader.account.is_some() || reader.app.services.config.limits.firehose_public;
    let spots = match &call {
        Some(call) if heard => spots_of(reader, call, SPOTS).await?,
        _ => Vec::new(),
    };
    let page = CallbookRecordPage {
        path: path_of(&record.call),
        standing: chip(t, &record),
        meaning: meaning(t, &record),
        guest: record.viewer == Viewer::Guest,
        holder: record.viewer == Viewer::Holder,
        governs: record.viewer == Viewer::Administrator,
        address: record.address_lines(),
        facts: facts(t, &record),
        qsl: record.qsl.as_ref().map(|ways| qsl(t, ways)).unwrap_or_default(),
        bio: lines(&record.bio),
        place: place(reader, &record),
        history: record
            .history
            .iter()
            .map(|former| former_row(t, former))
            .collect(),
        book: beside.book,
        contacts: beside.contacts,
        contact_count: Grouped(beside.count),
        heard,
        spots,
        dns: beside.dns,
        member: member(reader, &record.call),
        credit: credit_of(reader, &record)?,
        frame: reader.frame("callbook", &record.call, shelf),
        asked: record.asked.unwrap_or_default(),
        class: record.class.unwrap_or_default(),
        keeper: record.authority_name,
        opted_out: record.opted_out,
        email: record.email,
        web: record.web,
        picture: record.picture,
        name: record.name,
        call: record.call,
    };
    reader.show(StatusCode::OK, &page)
}

/// The words that the register's terms ask for; none for a list that asks for none.
fn credit_of(reader: &Reader, record: &RecordView) -> Result<Option<CreditRow>> {
    let known = Authority::parse(&record.authority)
        .ok()
        .and_then(|of| of_register(&of));
    let Some(known) = known else {
        return Ok(None);
    };
    let mut credits = callbook(reader).credits()?.into_iter();
    Ok(credits.find(|view| view.owner == known.owner).map(credit))
}

/// The page about a call that no register has.
async fn unknown(reader: &Reader, asked: &str) -> Result<Response> {
    let t = reader.t;
    let shown: String = asked.chars().take(40).collect();
    let call = Callsign::parse(asked).ok();
    let credits = callbook(reader).credits()?;
    let registers = credits.iter().filter(|credit| credit.taken.is_some());
    let owners: Vec<_> = registers.map(|credit| credit.owner.as_str()).collect();
    let looked = if owners.is_empty() {
        t.s("callbook.looked_nowhere").to_owned()
    } else {
        t.f("callbook.looked", &[("registers", &owners.join(", "))])
    };
    let table = reader.app.logbook.countries.table();
    let entity = call.as_ref().and_then(|call| {
        let found = table.resolve(call.as_str(), reader.now);
        let zone = found.cq_zone.map(|zone| zone.to_string()).unwrap_or_default();
        found
            .entity
            .map(|_| t.f("callbook.by_prefix", &[("entity", found.name), ("zone", &zone)]))
    });
    let page = CallbookNonePage {
        frame: reader.frame("callbook", &shown, reader.shelf().await),
        is_call: call.is_some(),
        entity: entity.unwrap_or_default(),
        similar: match &call {
            Some(call) => similar(reader, call).await,
            None => Vec::new(),
        },
        asked: shown,
        looked,
    };
    reader.show(StatusCode::NOT_FOUND, &page)
}

/// Calls that begin as this one does, for a slip in its last letters.
async fn similar(reader: &Reader, call: &Callsign) -> Vec<LicenceCard> {
    let text = call.as_str();
    let starts = [1, 2].into_iter().filter_map(|less| {
        let start = text.get(..text.len().checked_sub(less)?)?;
        (start.len() >= 3).then(|| format!("{start}*"))
    });
    for q in starts {
        let ask = Ask {
            q,
            cursor: None,
            limit: SIMILAR,
        };
        // Without them the page still says what it has to.
        if let Ok(found) = callbook(reader).search(&reader.visitor.actor, ask).await
            && !found.items.is_empty()
        {
            return found.items.into_iter().map(|hit| card(reader, hit)).collect();
        }
    }
    Vec::new()
}

/// What the licence's state means for its holder and for those who hear the call.
fn meaning(t: Text<'static>, record: &RecordView) -> &'static str {
    match record.standing {
        Standing::Grace => t.s("callbook.grace_means"),
        Standing::Expired => t.s("callbook.expired_means"),
        Standing::Cancelled => t.s("callbook.cancelled_means"),
        Standing::Reserved => t.s("callbook.reserved_means"),
        Standing::Active => "",
    }
}

fn facts(t: Text<'static>, record: &RecordView) -> Vec<Linked> {
    let mut facts = Facts(Vec::new());
    let days = &record.days;
    facts.plain(t.s("callbook.granted"), days.granted.map(day));
    facts.plain(
        t.s("callbook.effective"),
        days.effective.filter(|of| days.granted != Some(*of)).map(day),
    );
    facts.plain(t.s("callbook.expires"), days.expires.map(day));
    facts.plain(t.s("callbook.cancelled_on"), days.cancelled.map(day));
    facts.plain(t.s("callbook.last_action"), days.last_action.map(day));
    if record.vanity {
        facts.plain(t.s("callbook.vanity"), Some(t.s("callbook.vanity_is").to_owned()));
    }
    if let Some(before) = &record.previous_call {
        let note = record.previous_class.clone().unwrap_or_default();
        facts.call(t.s("callbook.previous"), before, note);
    }
    if let Some(trustee) = &record.trustee {
        match &trustee.call {
            Some(call) => facts.call(t.s("callbook.trustee"), call, trustee.name.clone()),
            None => facts.plain(t.s("callbook.trustee"), Some(trustee.name.clone())),
        }
    }
    if let Some(dxcc) = &record.dxcc {
        let zones = [
            dxcc.continent.map(str::to_owned),
            dxcc.cq_zone.map(|zone| format!("CQ {zone}")),
            dxcc.itu_zone.map(|zone| format!("ITU {zone}")),
        ];
        let zones: Vec<_> = zones.into_iter().flatten().collect();
        facts.0.push(Linked {
            label: t.s("callbook.entity"),
            text: dxcc.name.clone(),
            href: String::new(),
            note: zones.join(" · "),
        });
    }
    facts.plain(t.s("callbook.frn"), Some(record.frn.clone()));
    facts.plain(t.s("callbook.licensee"), Some(record.licensee.clone()));
    facts.plain(t.s("callbook.attention"), Some(record.attention.clone()));
    facts.0
}

/// Facts as they are gathered; what is not known makes none.
struct Facts(Vec<Linked>);

impl Facts {
    fn plain(&mut self, label: &'static str, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.0.push(Linked {
                label,
                text,
                href: String::new(),
                note: String::new(),
            });
        }
    }

    fn call(&mut self, label: &'static str, call: &str, note: String) {
        self.0.push(Linked {
            label,
            text: call.to_owned(),
            href: path_of(call),
            note,
        });
    }
}

fn qsl(t: Text<'static>, ways: &QslView) -> Vec<Labelled> {
    let said = |label: &str, answer: Option<bool>| {
        answer.map(|yes| Labelled {
            label: label.to_owned(),
            value: t
                .s(if yes {
                    "callbook.qsl_yes"
                } else {
                    "callbook.qsl_no"
                })
                .to_owned(),
        })
    };
    let via = Some(&ways.via).filter(|via| !via.is_empty()).map(|via| Labelled {
        label: t.s("callbook.qsl_via").to_owned(),
        value: via.clone(),
    });
    let answers = [
        via,
        said(t.s("callbook.qsl_bureau"), ways.bureau),
        said(t.s("callbook.qsl_direct"), ways.direct),
        said("LoTW", ways.lotw),
        said("eQSL", ways.eqsl),
    ];
    answers.into_iter().flatten().collect()
}

fn place(reader: &Reader, record: &RecordView) -> Option<Where> {
    let at = record.place.as_ref()?;
    Some(Where {
        grid: at.grid.to_string(),
        source: source(reader.t, at.source),
        lat: at.lat,
        lon: at.lon,
        exact: at.exact,
        way: record.path.map(|path| way(reader, path)).unwrap_or_default(),
        home: reader.grid(),
    })
}

fn former_row(t: Text<'static>, former: &FormerView) -> FormerRow {
    let place = [former.city.as_str(), former.state.as_str()];
    let place: Vec<_> = place.into_iter().filter(|part| !part.is_empty()).collect();
    let days = &former.days;
    FormerRow {
        name: former.name.clone(),
        place: place.join(", "),
        class: former.class.clone().unwrap_or_default(),
        status: ended(t, former.status),
        from: days.granted.or(days.effective).map(day).unwrap_or_default(),
        to: days.cancelled.or(days.expires).map(day).unwrap_or_default(),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The call's own name in the members' zone, where it is answered for.
fn name_of(r: &Read, call: &Callsign) -> Result<String> {
    let Some((zone, row)) = grants::base(r)? else {
        return Ok(String::new());
    };
    let Ok(name) = absolute(&format!("{}.{}", label_of(call), shown(&row.origin))) else {
        return Ok(String::new());
    };
    let held = grants::holding_of(r, zone, &row.origin, &name)?;
    let own = held.filter(|(_, held)| held.state == NameState::Live && held.call == call.as_str());
    Ok(own.map(|(name, _)| shown(&name)).unwrap_or_default())
}

/// The page of the member who has the call, where they want to be found.
fn member(reader: &Reader, call: &str) -> String {
    let found = reader.app.services.identity.look_up(&reader.visitor.actor, call);
    match found {
        Ok(Found::Member(seen)) => format!("/directory/{}", super::quoted(seen.call.as_str())),
        _ => String::new(),
    }
}

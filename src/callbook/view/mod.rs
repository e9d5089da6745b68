//! The one mask: what whom is shown of a licence, and the only way by which one leaves the domain.
//!
//! Invariants:
//! - Who is looking, what the holder opened, and whether the holder asked not to be listed decide everything
//!   ([`Sight`]); what is not shown is not in the [`RecordView`] at all, whatever format is made of it.
//! - Nothing shown is computed from something that is not: bearings, pins and the entity of the address included.
//! - The register's record and the holder's own words are put together here, at reading; neither changes the other.
//!
//! Not here: whether somebody is the holder (`wishes::read`), how formats look (`compat`).

mod name;
pub(crate) mod place;
pub(crate) mod record;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Authority, Days, Entry, Former, HolderKind, Licence, Standing};
use super::wishes::model::{Consent, Override, QslWays, Wishes};
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::{EntityId, Resolver};
use crate::ham::geo::LatLon;
use record::{Codes, DaysView, EntityView, FormerView, QslView, TrusteeView};

pub(crate) use name::is_club;
pub(crate) use place::Scatter;
pub(crate) use record::RecordView;

/// Who is looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Viewer {
    /// Not signed in.
    Guest,
    /// Signed in, or an API key with `callbook.read`.
    Member,
    /// Whose call it is, proven.
    Holder,
    Administrator,
}

/// Somebody who looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Onlooker {
    pub(crate) viewer: Viewer,
    /// Their own station, for bearing and distance.
    pub(crate) station: Option<LatLon>,
    /// In the register's own calendar ([`words::today`]).
    pub(crate) today: Date,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) authority: &'a Authority,
    pub(crate) entry: &'a Entry,
    /// The form that was asked for, where another one answered.
    pub(crate) asked: Option<&'a Callsign>,
    /// The entity by the address (`place::entity`), where that says more than the call.
    pub(crate) entity: Option<EntityId>,
    pub(crate) wishes: &'a Wishes,
}

/// Which parts of a record are shown.
#[expect(clippy::struct_excessive_bools, reason = "each is a part of a record")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sight {
    /// State, days, place to four characters, history, the holder's words about QSLs and themselves.
    licence: bool,
    /// Name, city, area of the postcode, earlier calls.
    person: bool,
    /// Street, post-office box, whole postcode.
    street: bool,
    position: bool,
    email: bool,
    /// Attention line and the register's numbers of the holder.
    office: bool,
}

impl Sight {
    const NOTHING: Self = Self {
        licence: false,
        person: false,
        street: false,
        position: false,
        email: false,
        office: false,
    };

    fn of(viewer: Viewer, kind: HolderKind, wishes: &Wishes) -> Self {
        let own = matches!(viewer, Viewer::Holder | Viewer::Administrator);
        if wishes.opted_out && !own {
            return Self::NOTHING;
        }
        let Consent {
            street,
            position,
            email,
            public,
        } = wishes.consent;
        let club = is_club(kind);
        // Whether what was opened to members is open to this one.
        let among = own || viewer == Viewer::Member || public;
        Self {
            licence: true,
            person: among || club,
            street: own || club || among && street,
            position: own || club || among && position,
            email: own || among && email,
            office: viewer == Viewer::Administrator,
        }
    }
}

/// Shows licences.
#[derive(Debug, Clone)]
pub(crate) struct Mask {
    scatter: Scatter,
}

impl Mask {
    /// A mask whose pins are scattered by this installation's key.
    pub(crate) fn new(installation: &[u8; 32]) -> Self {
        Self {
            scatter: Scatter::new(installation),
        }
    }

    /// The licence as the onlooker may see it.
    pub(crate) fn show(&self, subject: Subject<'_>, by: Onlooker, entities: &Resolver) -> RecordView {
        let Subject { entry, wishes, .. } = subject;
        let licence = &entry.licence;
        let sight = Sight::of(by.viewer, licence.holder.kind, wishes);
        let mut record = bare(subject, by, entities, sight);
        if sight.licence {
            add_licence(&mut record, entry, sight);
            self.add_place(&mut record, subject, by, sight);
            add_own_words(&mut record, &wishes.own);
        }
        if sight.person {
            add_person(&mut record, licence, &wishes.own, sight);
        }
        if sight.street {
            record.street = name::place(&licence.address.street);
            record.po_box = licence.address.po_box.to_string();
            record.codes.number = licence.number;
        }
        if sight.email {
            record.email = wishes.own.email.to_string();
        }
        if sight.office {
            record.attention = name::person(&licence.address.attention);
            record.frn = licence.holder.person.to_string();
            record.licensee = licence.holder.licensee.to_string();
        }
        record
    }

    fn add_place(&self, record: &mut RecordView, subject: Subject<'_>, by: Onlooker, sight: Sight) {
        let licence = &subject.entry.licence;
        let Some(known) = place::known(subject.wishes.own.grid, licence.place) else {
            return;
        };
        let shown = place::shown(&self.scatter, &licence.call, known, sight.position);
        record.grid = Some(shown.grid);
        record.grid_source = Some(shown.source);
        record.path = by
            .station
            .map(|station| place::path(station, known, sight.position));
        record.place = Some(shown);
    }
}

/// What everybody sees, also of whoever asked not to be listed: whether there is a licence, and its class.
fn bare(subject: Subject<'_>, by: Onlooker, entities: &Resolver, sight: Sight) -> RecordView {
    let licence = &subject.entry.licence;
    let standing = licence.standing(by.today);
    let by_address = subject.entity.filter(|_| sight.licence);
    let dxcc = entity(&licence.call, by_address, by.today, entities);
    let country = words::country(subject.authority).map(str::to_owned);
    let country = country.or_else(|| dxcc.as_ref().map(|dxcc| dxcc.name.clone()));
    RecordView {
        call: licence.call.to_string(),
        asked: subject.asked.map(ToString::to_string),
        licensed: standing == Standing::Active,
        status: status(standing),
        standing,
        class: licence
            .class
            .as_ref()
            .map(words::class)
            .filter(|class| !class.is_empty()),
        authority: subject.authority.to_string(),
        authority_name: words::keeper(subject.authority).to_owned(),
        country: country.unwrap_or_default(),
        dxcc,
        viewer: by.viewer,
        opted_out: subject.wishes.opted_out,
        codes: Codes {
            class: licence.class.clone(),
            status: Some(licence.status),
            ..Codes::default()
        },
        ..RecordView::empty(by.viewer)
    }
}

/// What the register says of the licence, not of the person.
fn add_licence(record: &mut RecordView, entry: &Entry, sight: Sight) {
    let licence = &entry.licence;
    record.kind = Some(licence.holder.kind);
    record.state = licence.address.region.to_string();
    record.days = days(licence.days);
    let address = &licence.address;
    let has_street = !address.street.is_empty() || !address.po_box.is_empty();
    record.street_withheld = has_street && !sight.street;
    let former = entry.former.iter();
    record.history = former.map(|former| former_view(former, sight.person)).collect();
}

fn add_person(record: &mut RecordView, licence: &Licence, own: &Override, sight: Sight) {
    let named = name::of(&licence.holder);
    record.name = named.whole;
    record.first_name = named.first;
    record.middle_name = named.middle;
    record.last_name = named.last;
    record.suffix = named.suffix;
    record.city = name::place(&licence.address.city);
    if !own.name.is_empty() {
        // What the holder is called goes before the register's; the family name stays what it is.
        record.name = own.name.to_string();
    }
    if !own.qth.is_empty() {
        record.city = own.qth.to_string();
    }
    let postcode = licence.address.postcode.as_str();
    record.zip = if sight.street {
        whole_postcode(postcode)
    } else {
        postcode_area(postcode).to_owned()
    };
    record.vanity = licence.vanity;
    if let Some(previous) = &licence.previous {
        record.previous_call = Some(previous.call.to_string());
        record.previous_class = previous.class.as_ref().map(words::class);
        record.codes.previous_class.clone_from(&previous.class);
    }
    record.trustee = licence.trustee.as_ref().map(|trustee| TrusteeView {
        call: trustee.call.as_ref().map(ToString::to_string),
        name: name::person(&trustee.name),
    });
}

/// What the holder wrote to be read.
fn add_own_words(record: &mut RecordView, own: &Override) {
    record.web = own.web.to_string();
    record.picture = own.picture.to_string();
    record.bio = own.bio.to_string();
    record.qsl = (own.qsl != QslWays::default()).then(|| QslView {
        via: own.qsl.via.to_string(),
        bureau: own.qsl.bureau,
        direct: own.qsl.direct,
        lotw: own.qsl.lotw,
        eqsl: own.qsl.eqsl,
    });
}

fn former_view(former: &Former, named: bool) -> FormerView {
    let shown = |text: String| if named { text } else { String::new() };
    FormerView {
        name: shown(name::of(&former.holder).whole),
        city: shown(name::place(&former.city)),
        state: shown(former.region.to_string()),
        class: former.class.as_ref().map(words::class),
        status: former.status,
        days: days(former.days),
    }
}

fn days(days: Days) -> DaysView {
    DaysView {
        granted: days.granted.map(|day| day.0),
        effective: days.effective.map(|day| day.0),
        expires: days.expires.map(|day| day.0),
        cancelled: days.cancelled.map(|day| day.0),
        last_action: days.last_action.map(|day| day.0),
    }
}

const fn status(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Grace | Standing::Expired => "expired",
        Standing::Cancelled => "cancelled",
        Standing::Reserved => "reserved",
    }
}

/// The entity that the address says, else the one of the call.
fn entity(
    call: &Callsign,
    by_address: Option<EntityId>,
    today: Date,
    entities: &Resolver,
) -> Option<EntityView> {
    let noon = today.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp();
    let by_call = entities.resolve(call.as_str(), noon);
    if let Some(entity) = by_address.filter(|own| by_call.entity != Some(*own)) {
        let entity = entities.entity(entity)?;
        return Some(EntityView {
            entity: entity.id.0,
            name: entity.name.to_string(),
            continent: Some(entity.continent.as_str()),
            cq_zone: Some(entity.cq_zone),
            itu_zone: entity.itu_zone,
        });
    }
    Some(EntityView {
        entity: by_call.entity?.0,
        name: by_call.name.to_owned(),
        continent: by_call.continent.map(crate::ham::dxcc::Continent::as_str),
        cq_zone: by_call.cq_zone,
        itu_zone: by_call.itu_zone,
    })
}

/// The part of a postcode that is of a town or quarter: 5 digits in the US, the first three of Canada's. Of the
/// others nobody knows here how few houses they mean.
fn postcode_area(postcode: &str) -> &str {
    let digits = postcode.bytes().all(|b| b.is_ascii_digit());
    let canada = postcode.len() == 6 && is_canadian(postcode);
    match postcode.len() {
        5 | 9 if digits => &postcode[..5],
        6 if canada => &postcode[..3],
        _ => "",
    }
}

/// The postcode as it is written on a letter.
fn whole_postcode(postcode: &str) -> String {
    let digits = postcode.bytes().all(|b| b.is_ascii_digit());
    match postcode.len() {
        9 if digits => format!("{}-{}", &postcode[..5], &postcode[5..]),
        6 if is_canadian(postcode) => format!("{} {}", &postcode[..3], &postcode[3..]),
        _ => postcode.to_owned(),
    }
}

fn is_canadian(postcode: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at % 2 {
        0 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit(),
    };
    postcode.bytes().enumerate().all(fits)
}

//! Where a licence is, from its address alone: no address leaves the program.
//!
//! Best first: what the register says itself, the centre of the postcode, of the city, of the state or province, of
//! the DXCC entity. A postcode that lies outside its state is a misprint and is passed over; military post offices
//! (AA, AE, AP) say nothing about a place. Tables are searched as they lie in the program: nothing is unpacked.
//! Not here: the holder's own word (overrides), what of a position is shown (`view`).

pub(crate) mod credit;
mod region;
mod table;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;

pub(crate) use region::{Country, Region};

use super::model::{Authority, Licence, Place, PlaceSource};
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::{EntityId, Resolver};
use crate::ham::geo::{LatLon, distance_km};
use crate::ham::grid::Grid;

const GUANTANAMO: EntityId = EntityId(105);
/// A degree's part within which 0,0 is "not known": registers write zeros for a missing position.
const NOTHING: f64 = 0.01;

static RESOLVER: LazyLock<Arc<Resolver>> = LazyLock::new(Resolver::shared);

/// Where the holder of a licence is, as well as the licence tells; `None` when it tells nothing.
pub(crate) fn locate(licence: &Licence, authority: &Authority) -> Option<Place> {
    if let Some(given) = licence.place.filter(|given| !is_missing(given.at)) {
        return Some(given);
    }
    let country = Country::of(authority, &licence.call);
    if country == Some(Country::US) && region::is_military(&licence.address) {
        return None;
    }
    let region = country.and_then(|country| region_in(country, licence));
    let by_address = country.and_then(|country| by_address(country, region, licence));
    by_address.or_else(|| {
        let entity = entity(licence, authority)?;
        Some(Place {
            at: RESOLVER.entity(entity)?.position,
            source: PlaceSource::Dxcc,
        })
    })
}

/// The DXCC entity of a licence. In the US the address decides, both ways: a call with a 7 whose holder lives in
/// Alaska is in Alaska, one that begins with KL7 and has moved to Texas is not. The call decides where the address
/// says nothing, of registers that list no addresses, and of KG4 with two letters, which is Guantanamo Bay.
pub(crate) fn entity(licence: &Licence, authority: &Authority) -> Option<EntityId> {
    if is_guantanamo(&licence.call) {
        return Some(GUANTANAMO);
    }
    region_of(licence, authority)
        .filter(|region| region.country == Country::US)
        .map(|region| region.entity)
        .or_else(|| entity_of_call(&licence.call))
}

/// The state, province or prefecture of a licence.
pub(crate) fn region_of(licence: &Licence, authority: &Authority) -> Option<&'static Region> {
    region_in(Country::of(authority, &licence.call)?, licence)
}

/// All states, provinces and prefectures: by country, then as the country lists them.
#[cfg(test)]
pub(crate) fn regions() -> &'static [Region] {
    region::all()
}

/// The locator of a place: six characters where it is known to a town, four where only to a region or country.
pub(crate) fn grid(place: Place) -> Grid {
    let pairs = match place.source {
        PlaceSource::User | PlaceSource::Register | PlaceSource::Zip | PlaceSource::City => 3,
        PlaceSource::Region | PlaceSource::Dxcc => 2,
    };
    Grid::from_latlon(place.at, pairs)
}

/// Whether a position is the 0,0 that stands for none.
pub(crate) fn is_missing(at: LatLon) -> bool {
    at.lat().abs() < NOTHING && at.lon().abs() < NOTHING
}

fn region_in(country: Country, licence: &Licence) -> Option<&'static Region> {
    let address = &licence.address;
    country.region(&address.region).or_else(|| match country {
        Country::US => country.region(region::of_zip(&address.postcode)?),
        _ => None,
    })
}

fn by_address(country: Country, region: Option<&'static Region>, licence: &Licence) -> Option<Place> {
    let address = &licence.address;
    let place = |at: LatLon, source: PlaceSource| Place { at, source };
    let fits = |at: &LatLon| region.is_none_or(|region| distance_km(region.at(), *at) <= region.reach_km);
    let by_code = match country {
        Country::US => table::us_zip(&address.postcode),
        Country::CA => table::ca_fsa(&address.postcode),
        Country::AU | Country::JP => None,
    };
    if let Some(at) = by_code.filter(fits) {
        return Some(place(at, PlaceSource::Zip));
    }
    let region = region?;
    table::city(country.code(), region.code, &address.city)
        .map(|at| place(at, PlaceSource::City))
        .or_else(|| Some(place(region.at(), PlaceSource::Region)))
}

/// KG4 and two letters; with one or three it is a call of the mainland.
fn is_guantanamo(call: &Callsign) -> bool {
    let suffix = call.base().strip_prefix("KG4");
    suffix.is_some_and(|suffix| suffix.len() == 2 && suffix.bytes().all(|b| b.is_ascii_uppercase()))
}

/// By the table built in: a register's calls follow what holds now, without an end in sight.
fn entity_of_call(call: &Callsign) -> Option<EntityId> {
    RESOLVER.resolve(call.base(), Timestamp::MAX).entity
}

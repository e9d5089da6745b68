//! From the cells of a row to a licence.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::super::rows::{of_call, postcode};
use super::map::{ColumnMap, Field, class};
use crate::callbook::model::{
    Class, Day, HolderKind, Licence, Place, PlaceSource, Previous, Status, Trustee,
};
use crate::ham::callsign::Callsign;
use crate::ham::geo::LatLon;
use crate::ham::grid::Grid;

/// A value that was left out.
#[derive(Debug, Clone)]
pub(super) struct Remark {
    pub(super) field: Field,
    pub(super) what: String,
}

/// What a row has of the fields a map names.
pub(super) struct Cells<'c>(pub(super) BTreeMap<Field, &'c str>);

impl Cells<'_> {
    fn text(&self, field: Field) -> &str {
        self.0.get(&field).copied().unwrap_or_default()
    }

    fn owned(&self, field: Field) -> SmolStr {
        self.text(field).into()
    }
}

/// The meaning of a status; `None` where the map does not tell it. Without a word about it a licence is active.
pub(super) fn status(map: &ColumnMap, text: &str) -> Option<Status> {
    let values = &map.status;
    if text.is_empty() {
        return Some(values.missing.unwrap_or(Status::Active));
    }
    let known = values.known.get(&text.to_lowercase()).copied();
    known.or_else(|| match text.to_lowercase().as_str() {
        "active" => Some(Status::Active),
        "expired" => Some(Status::Expired),
        "cancelled" => Some(Status::Cancelled),
        _ => None,
    })
}

/// The licence of a row, and the values that it had to do without.
pub(super) fn licence(map: &ColumnMap, call: Callsign, cells: &Cells<'_>) -> (Licence, Vec<Remark>) {
    let mut remarks = Vec::new();
    let mut licence = of_call(call);
    licence.status = status(map, cells.text(Field::Status)).unwrap_or(Status::Other);
    licence.class = class_of(map, cells.text(Field::Class));
    put_holder(&mut licence, map, cells, &mut remarks);
    put_address(&mut licence, cells);
    let mut day = |field| day(map, cells, field, &mut remarks);
    licence.days.granted = day(Field::Granted);
    licence.days.effective = day(Field::Effective);
    licence.days.expires = day(Field::Expires);
    licence.days.cancelled = day(Field::Cancelled);
    let mut call = |field| {
        read(cells, field, "no callsign", &mut remarks, |text| {
            Callsign::parse(text).ok()
        })
    };
    licence.previous = call(Field::Previous).map(|call| Previous { call, class: None });
    let trustee = call(Field::TrusteeCall);
    let name = cells.owned(Field::TrusteeName);
    licence.trustee = (trustee.is_some() || !name.is_empty()).then_some(Trustee { call: trustee, name });
    let number = read(cells, Field::Number, "no whole number", &mut remarks, |text| {
        text.parse().ok()
    });
    licence.number = number.unwrap_or_default();
    licence.place = place(map, cells, &mut remarks);
    (licence, remarks)
}

fn put_holder(licence: &mut Licence, map: &ColumnMap, cells: &Cells<'_>, remarks: &mut Vec<Remark>) {
    let kind = |text: &str| map.kind.known.get(&text.to_lowercase()).copied();
    let holder = &mut licence.holder;
    holder.kind = read(
        cells,
        Field::Kind,
        "a kind that the map does not know",
        remarks,
        kind,
    )
    .or(map.kind.missing)
    .unwrap_or(HolderKind::Person);
    holder.name = cells.owned(Field::Name);
    holder.first = cells.owned(Field::First);
    holder.middle = cells.owned(Field::Middle);
    holder.last = cells.owned(Field::Last);
    holder.suffix = cells.owned(Field::Suffix);
    holder.person = cells.owned(Field::Person);
}

fn put_address(licence: &mut Licence, cells: &Cells<'_>) {
    let address = &mut licence.address;
    address.attention = cells.owned(Field::Attention);
    address.street = cells.owned(Field::Street);
    address.po_box = cells.owned(Field::PoBox);
    address.city = cells.owned(Field::City);
    address.region = cells.owned(Field::Region);
    address.postcode = postcode(cells.text(Field::Postcode));
}

fn class_of(map: &ColumnMap, text: &str) -> Option<Class> {
    if text.is_empty() {
        return map.class.missing.clone();
    }
    let known = map.class.known.get(&text.to_lowercase()).cloned();
    Some(known.unwrap_or_else(|| class(text)))
}

fn day(map: &ColumnMap, cells: &Cells<'_>, field: Field, remarks: &mut Vec<Remark>) -> Option<Day> {
    let what = format!("no date of the form {}", map.dates.as_str());
    read(cells, field, &what, remarks, |text| map.dates.read(text))
}

/// A position in degrees, else the middle of a locator. Zeros stand for none.
fn place(map: &ColumnMap, cells: &Cells<'_>, remarks: &mut Vec<Remark>) -> Option<Place> {
    let degrees = |text: &str| {
        let text = if map.decimal_comma {
            text.replace(',', ".")
        } else {
            text.to_owned()
        };
        text.parse::<f64>().ok().filter(|degrees| degrees.is_finite())
    };
    let lat = read(cells, Field::Lat, "no number of degrees", remarks, degrees);
    let lon = read(cells, Field::Lon, "no number of degrees", remarks, degrees);
    let at = lat.zip(lon).and_then(|(lat, lon)| match LatLon::new(lat, lon) {
        Ok(at) => (lat != 0.0 || lon != 0.0).then_some(at),
        Err(error) => {
            let (field, what) = (Field::Lat, error.to_string());
            remarks.push(Remark { field, what });
            None
        }
    });
    let grid = |text: &str| text.parse::<Grid>().ok().filter(|grid| !grid.is_placeholder());
    let at = at.or_else(|| read(cells, Field::Grid, "no locator", remarks, grid).map(|grid| grid.centre()));
    at.map(|at| Place {
        at,
        source: PlaceSource::Register,
    })
}

/// The value of a cell that is not empty, or a remark.
fn read<T>(
    cells: &Cells<'_>,
    field: Field,
    what: &str,
    remarks: &mut Vec<Remark>,
    value: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let text = cells.text(field);
    if text.is_empty() {
        return None;
    }
    let value = value(text);
    if value.is_none() {
        let what = what.to_owned();
        remarks.push(Remark { field, what });
    }
    value
}

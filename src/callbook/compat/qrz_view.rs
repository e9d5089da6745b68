//! A record in the fields of QRZ's XML service. Fields without anything in them are left out, as QRZ does.

use super::fields::{
    class_letter, family_name, holder_letter, is_person, iso, located_by, own_name, position, street_line,
};
use super::xml::{Xml, clean, escaped};
use crate::callbook::model::Authority;
use crate::callbook::view::record::RecordView;
use crate::ham::dxcc::Entity;

/// What stands in `Callsign`.
pub(super) fn callsign(xml: &mut Xml, record: &RecordView) {
    xml.text("call", &record.call);
    xml.text("xref", record.asked.as_deref().unwrap_or_default());
    let dxcc = record.dxcc.as_ref();
    xml.number("dxcc", dxcc.map(|dxcc| dxcc.entity));
    name(xml, record);
    xml.text("attn", &record.attention);
    xml.text("addr1", &street_line(record));
    xml.text("addr2", &record.city);
    xml.text("state", &record.state);
    xml.text("zip", &record.zip);
    xml.text("country", &record.country);
    if let Some(place) = position(record) {
        xml.text("lat", &place.lat);
        xml.text("lon", &place.lon);
        xml.text("grid", &place.grid);
    }
    xml.text("land", dxcc.map_or("", |dxcc| &dxcc.name));
    xml.text("efdate", &iso(record.days.effective.or(record.days.granted)));
    xml.text("expdate", &iso(record.days.expires));
    xml.text("p_call", record.previous_call.as_deref().unwrap_or_default());
    xml.text("class", &class_letter(record.codes.class.as_ref()));
    xml.text("codes", &codes(record));
    xml.text("trustee", &trustee(record));
    xml.text("email", &record.email);
    xml.text("url", &record.web);
    if !record.bio.is_empty() {
        xml.value("bio", &record.bio.len().to_string());
    }
    xml.text("image", &record.picture);
    xml.number("cqzone", dxcc.and_then(|dxcc| dxcc.cq_zone));
    xml.number("ituzone", dxcc.and_then(|dxcc| dxcc.itu_zone));
    if let Some(qsl) = &record.qsl {
        xml.text("qslmgr", &qsl.via);
        for (name, way) in [("eqsl", qsl.eqsl), ("mqsl", qsl.direct), ("lotw", qsl.lotw)] {
            xml.number(name, way.map(u8::from));
        }
    }
    xml.value("geoloc", located_by(record));
}

fn name(xml: &mut Xml, record: &RecordView) {
    let first = [&record.first_name, &record.middle_name];
    let first: Vec<&str> = first
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    if is_person(record) {
        xml.text("fname", &first.join(" "));
    }
    xml.text(
        "name",
        format!("{} {}", family_name(record), record.suffix).trim(),
    );
    xml.text("nickname", own_name(record).unwrap_or_default());
    xml.text("name_fmt", &record.name);
}

/// `HA` or `HV` of the FCC's licences, and the letter of who holds it. Of others there is none.
fn codes(record: &RecordView) -> String {
    if record.authority != Authority::FCC.as_str() || record.kind.is_none() || record.name.is_empty() {
        return String::new();
    }
    let service = if record.vanity { "HV" } else { "HA" };
    format!("{service}{}", holder_letter(record.kind))
}

fn trustee(record: &RecordView) -> String {
    let Some(trustee) = &record.trustee else {
        return String::new();
    };
    let parts = [trustee.call.as_deref().unwrap_or_default(), &trustee.name];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// What stands in `DXCC`.
pub(super) fn entity(xml: &mut Xml, entity: &Entity) {
    xml.value("dxcc", &entity.id.to_string());
    xml.text("name", &entity.name);
    xml.text("continent", entity.continent.as_str());
    xml.number("ituzone", entity.itu_zone);
    xml.value("cqzone", &entity.cq_zone.to_string());
    xml.value("lat", &format!("{:.2}", entity.position.lat()));
    xml.value("lon", &format!("{:.2}", entity.position.lon()));
    xml.text("notes", if entity.deleted { "deleted" } else { "" });
}

/// The biography as a page: the holder's words are text, whatever they look like.
pub(super) fn biography(record: &RecordView) -> String {
    let call = escaped(&clean(&record.call));
    let lines = record.bio.lines().map(|line| escaped(&clean(line)));
    let text = lines.collect::<Vec<_>>().join("<br>\n");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{call}</title></head>\n\
         <body>\n<p>{text}</p>\n</body></html>\n"
    )
}

//! All fields of a contact for reading, in labelled groups; the pages' script shows the same ones.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::say;
use super::views::{FieldGroup, Labelled};
use crate::ham::freq::Hertz;
use crate::logbook::view::{QslView, QsoView};
use crate::web::{Problem, Result, Text};

/// Groups with the API's names of their fields and the texts that label them; an own name stands for itself.
const GROUPS: [(&str, &[(&str, &str)]); 4] = [
    (
        "js.group.contact",
        &[
            ("call", "js.field.call"),
            ("start", "js.field.start"),
            ("end", "js.field.end"),
            ("freq_hz", "js.field.freq"),
            ("band", "js.field.band"),
            ("mode", "js.field.mode"),
            ("submode", "js.field.submode"),
            ("rst_sent", "js.field.sent"),
            ("rst_rcvd", "js.field.rcvd"),
            ("name", "js.field.name"),
            ("qth", "js.field.qth"),
            ("grid", "js.field.grid"),
            ("comment", "js.field.comment"),
            ("notes", "js.field.notes"),
        ],
    ),
    (
        "js.group.place",
        &[
            ("country", "js.field.country"),
            ("dxcc", "js.field.dxcc"),
            ("continent", "js.field.continent"),
            ("cq_zone", "js.field.cq"),
            ("itu_zone", "js.field.itu"),
            ("state", "js.field.state"),
            ("county", "js.field.county"),
            ("iota", "IOTA"),
            ("pota", "POTA"),
            ("sota", "SOTA"),
            ("wwff", "WWFF"),
        ],
    ),
    (
        "js.group.station",
        &[
            ("station_call", "js.field.station_call"),
            ("operator", "js.field.operator"),
            ("my_grid", "js.field.my_grid"),
            ("tx_power", "js.field.power"),
            ("my_iota", "js.field.my_iota"),
            ("my_pota", "js.field.my_pota"),
            ("my_sota", "js.field.my_sota"),
            ("my_wwff", "js.field.my_wwff"),
            ("prop_mode", "js.field.prop"),
            ("sat_name", "js.field.sat"),
            ("sat_mode", "js.field.sat_mode"),
        ],
    ),
    (
        "js.group.contest",
        &[
            ("contest", "js.field.contest"),
            ("stx", "js.field.stx"),
            ("srx", "js.field.srx"),
            ("stx_string", "js.field.stx_string"),
            ("srx_string", "js.field.srx_string"),
        ],
    ),
];

/// The contact's fields that are not empty, group by group.
pub(super) fn groups(view: &QsoView, t: Text<'static>) -> Result<Vec<FieldGroup>> {
    let value = serde_json::to_value(view).map_err(Problem::internal)?;
    let none = Map::new();
    let fields = value.as_object().unwrap_or(&none);
    let named = GROUPS.iter().map(|(title, lines)| FieldGroup {
        title: t.s(title).to_owned(),
        fields: lines
            .iter()
            .filter_map(|(name, label)| labelled(fields, name, t.s(label)))
            .collect(),
    });
    let confirmations = view.qsl.iter().map(|(service, state)| Labelled {
        label: service.to_string(),
        value: confirmation(state, t),
    });
    let adif = view.adif.iter().map(|(name, value)| Labelled {
        label: name.clone(),
        value: plain(value),
    });
    let others = [
        FieldGroup {
            title: t.s("js.group.qsl").to_owned(),
            fields: confirmations.filter(|line| !line.value.is_empty()).collect(),
        },
        FieldGroup {
            title: t.s("js.group.adif").to_owned(),
            fields: adif.collect(),
        },
    ];
    let filled = named.chain(others).filter(|group| !group.fields.is_empty());
    Ok(filled.collect())
}

fn labelled(fields: &Map<String, Value>, name: &str, label: &str) -> Option<Labelled> {
    let value = match (name, fields.get(name)?) {
        ("freq_hz", Value::Number(hertz)) => format!("{} kHz", say::kilohertz(Hertz::new(hertz.as_u64()?))),
        ("start" | "end", Value::String(time)) => {
            time.replace('T', " ").trim_end_matches('Z').to_owned() + "z"
        }
        ("band", Value::String(band)) => say::band(band),
        (_, value) => plain(value),
    };
    (!value.is_empty()).then(|| Labelled {
        label: label.to_owned(),
        value,
    })
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn confirmation(state: &QslView, t: Text<'static>) -> String {
    let dated = |words: &str, date: Option<Date>| match date {
        Some(date) => format!("{words} {date}"),
        None => words.to_owned(),
    };
    let received = (state.rcvd == Some('Y')).then(|| dated(t.s("js.qsl.received"), state.rcvd_date));
    let sent = match state.sent {
        Some('Y') => Some(dated(t.s("js.qsl.sent"), state.sent_date)),
        Some('Q' | 'R') => Some(t.s("js.qsl.queued").to_owned()),
        _ => None,
    };
    [received, sent]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_reads_in_groups_with_labels_and_without_empty_fields() {
        let view = QsoView {
            call: "JA1XYZ".into(),
            start: "2026-11-21T09:32:07Z".parse().unwrap(),
            freq_hz: Some(14_081_500),
            band: "20m",
            mode: "CW".into(),
            dxcc: Some(339),
            qsl: [(
                "lotw".into(),
                QslView {
                    rcvd: Some('Y'),
                    sent: Some('Q'),
                    ..QslView::default()
                },
            )]
            .into(),
            ..QsoView::default()
        };
        let groups = groups(&view, Text::english()).unwrap();
        let titles: Vec<_> = groups.iter().map(|group| group.title.as_str()).collect();
        assert_eq!(titles, ["Contact", "Country", "Confirmations"]);
        let line = |group: usize, label: &str| {
            let found = groups[group].fields.iter().find(|line| line.label == label);
            found.map(|line| line.value.as_str())
        };
        assert_eq!(line(0, "Start (UTC)"), Some("2026-11-21 09:32:07z"));
        assert_eq!(line(0, "Frequency"), Some("14081.5 kHz"));
        assert_eq!(line(0, "Name"), None);
        assert_eq!(line(1, "Entity number"), Some("339"));
        assert_eq!(line(2, "lotw"), Some("received, to be sent"));
    }
}

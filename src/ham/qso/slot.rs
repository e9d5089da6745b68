//! Where each ADIF field lives in a contact.
//!
//! One table for reading and writing: what is not listed here is kept as an extra field.

use std::sync::LazyLock;

use crate::ham::adif::{FIELD_COUNT, FieldId};

/// The typed place of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Call,
    DateOn,
    TimeOn,
    DateOff,
    TimeOff,
    Freq,
    FreqRx,
    Band,
    BandRx,
    Mode,
    Submode,
    Grid(Side),
    Station(Who),
    TxPower,
    Text(Text),
    Serial(Direction),
    Parks(Side),
    Place(Programme, Side),
    Qsl(&'static str, Part),
    Dxcc,
    CqZone,
    ItuZone,
    Sfi,
    AIndex,
    KIndex,
    /// No typed place.
    Extra,
}

/// Whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Theirs,
    Mine,
}

/// Calls of the own side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Station,
    Operator,
    Owner,
}

/// Plain texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    RstSent,
    RstRcvd,
    Name,
    Qth,
    Comment,
    Notes,
    Country,
    Continent,
    State,
    County,
    ContestId,
    StxString,
    SrxString,
    PropMode,
    SatName,
    SatMode,
}

/// Which way a serial number went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Sent,
    Received,
}

/// Programmes with one reference per station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Programme {
    Sota,
    Iota,
    Wwff,
}

/// Parts of a confirmation's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Sent,
    SentDate,
    Rcvd,
    RcvdDate,
}

impl Part {
    /// All, with the words of our own field names.
    pub(super) const ALL: [(Self, &'static str); 4] = [
        (Self::Sent, "SENT"),
        (Self::SentDate, "SENT_DATE"),
        (Self::Rcvd, "RCVD"),
        (Self::RcvdDate, "RCVD_DATE"),
    ];
}

/// Services with ADIF fields of their own; an empty name where ADIF has none.
pub(super) const SERVICES: [(&str, [&str; 4]); 9] = [
    ("card", ["QSL_SENT", "QSLSDATE", "QSL_RCVD", "QSLRDATE"]),
    (
        "lotw",
        ["LOTW_QSL_SENT", "LOTW_QSLSDATE", "LOTW_QSL_RCVD", "LOTW_QSLRDATE"],
    ),
    (
        "eqsl",
        ["EQSL_QSL_SENT", "EQSL_QSLSDATE", "EQSL_QSL_RCVD", "EQSL_QSLRDATE"],
    ),
    (
        "dcl",
        ["DCL_QSL_SENT", "DCL_QSLSDATE", "DCL_QSL_RCVD", "DCL_QSLRDATE"],
    ),
    (
        "clublog",
        ["CLUBLOG_QSO_UPLOAD_STATUS", "CLUBLOG_QSO_UPLOAD_DATE", "", ""],
    ),
    (
        "hrdlog",
        ["HRDLOG_QSO_UPLOAD_STATUS", "HRDLOG_QSO_UPLOAD_DATE", "", ""],
    ),
    (
        "qrz",
        [
            "QRZCOM_QSO_UPLOAD_STATUS",
            "QRZCOM_QSO_UPLOAD_DATE",
            "QRZCOM_QSO_DOWNLOAD_STATUS",
            "QRZCOM_QSO_DOWNLOAD_DATE",
        ],
    ),
    (
        "hamqth",
        ["HAMQTH_QSO_UPLOAD_STATUS", "HAMQTH_QSO_UPLOAD_DATE", "", ""],
    ),
    (
        "hamlogeu",
        ["HAMLOGEU_QSO_UPLOAD_STATUS", "HAMLOGEU_QSO_UPLOAD_DATE", "", ""],
    ),
];

/// Texts with their field names, in the order of an export.
pub(super) const TEXTS: [(Text, &str); 16] = [
    (Text::RstSent, "RST_SENT"),
    (Text::RstRcvd, "RST_RCVD"),
    (Text::Name, "NAME"),
    (Text::Qth, "QTH"),
    (Text::Comment, "COMMENT"),
    (Text::Notes, "NOTES"),
    (Text::Country, "COUNTRY"),
    (Text::Continent, "CONT"),
    (Text::State, "STATE"),
    (Text::County, "CNTY"),
    (Text::ContestId, "CONTEST_ID"),
    (Text::StxString, "STX_STRING"),
    (Text::SrxString, "SRX_STRING"),
    (Text::PropMode, "PROP_MODE"),
    (Text::SatName, "SAT_NAME"),
    (Text::SatMode, "SAT_MODE"),
];

/// The single references with their field names.
pub(super) const PLACES: [(Programme, Side, &str); 6] = [
    (Programme::Sota, Side::Theirs, "SOTA_REF"),
    (Programme::Sota, Side::Mine, "MY_SOTA_REF"),
    (Programme::Iota, Side::Theirs, "IOTA"),
    (Programme::Iota, Side::Mine, "MY_IOTA"),
    (Programme::Wwff, Side::Theirs, "WWFF_REF"),
    (Programme::Wwff, Side::Mine, "MY_WWFF_REF"),
];

const OTHERS: [(&str, Slot); 27] = [
    ("CALL", Slot::Call),
    ("QSO_DATE", Slot::DateOn),
    ("TIME_ON", Slot::TimeOn),
    ("QSO_DATE_OFF", Slot::DateOff),
    ("TIME_OFF", Slot::TimeOff),
    ("FREQ", Slot::Freq),
    ("FREQ_RX", Slot::FreqRx),
    ("BAND", Slot::Band),
    ("BAND_RX", Slot::BandRx),
    ("MODE", Slot::Mode),
    ("SUBMODE", Slot::Submode),
    ("GRIDSQUARE", Slot::Grid(Side::Theirs)),
    ("MY_GRIDSQUARE", Slot::Grid(Side::Mine)),
    ("STATION_CALLSIGN", Slot::Station(Who::Station)),
    ("OPERATOR", Slot::Station(Who::Operator)),
    ("OWNER_CALLSIGN", Slot::Station(Who::Owner)),
    ("TX_PWR", Slot::TxPower),
    ("STX", Slot::Serial(Direction::Sent)),
    ("SRX", Slot::Serial(Direction::Received)),
    ("POTA_REF", Slot::Parks(Side::Theirs)),
    ("MY_POTA_REF", Slot::Parks(Side::Mine)),
    ("DXCC", Slot::Dxcc),
    ("CQZ", Slot::CqZone),
    ("ITUZ", Slot::ItuZone),
    ("SFI", Slot::Sfi),
    ("A_INDEX", Slot::AIndex),
    ("K_INDEX", Slot::KIndex),
];

static TABLE: LazyLock<[Slot; FIELD_COUNT]> = LazyLock::new(|| {
    let mut table = [Slot::Extra; FIELD_COUNT];
    let texts = TEXTS.iter().map(|(text, name)| (*name, Slot::Text(*text)));
    let places = PLACES
        .iter()
        .map(|(programme, side, name)| (*name, Slot::Place(*programme, *side)));
    let services = SERVICES.iter().flat_map(|(service, names)| {
        names
            .iter()
            .zip(Part::ALL)
            .map(|(name, (part, _))| (*name, Slot::Qsl(service, part)))
    });
    for (name, slot) in OTHERS.into_iter().chain(texts).chain(places).chain(services) {
        if let Some(id) = FieldId::find(name.as_bytes()) {
            table[id.index()] = slot;
        }
    }
    table
});

/// The typed place of a field.
pub(super) fn slot(id: FieldId) -> Slot {
    TABLE[id.index()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_tables_is_a_field_of_the_specification() {
        let names = OTHERS
            .iter()
            .map(|(name, _)| *name)
            .chain(TEXTS.iter().map(|(_, name)| *name))
            .chain(PLACES.iter().map(|(_, _, name)| *name))
            .chain(
                SERVICES
                    .iter()
                    .flat_map(|(_, names)| names.iter().copied())
                    .filter(|name| !name.is_empty()),
            );
        for name in names {
            let id = FieldId::find(name.as_bytes()).unwrap_or_else(|| panic!("{name}"));
            assert_ne!(slot(id), Slot::Extra, "{name}");
        }
    }
}

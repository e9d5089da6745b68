//! A contact of N1MM as ADIF fields.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::xml::Document;
use super::{Keys, Logged, keys, moment, tens_of_hertz, truth};
use crate::ham::band::Band;
use crate::ham::freq::Hertz;
use crate::relay::logs::contact::{Contact, Way};

/// Elements that are ADIF fields as they stand.
const PLAIN: [(&str, &str); 20] = [
    ("call", "CALL"),
    ("mycall", "STATION_CALLSIGN"),
    ("operator", "OPERATOR"),
    ("snt", "RST_SENT"),
    ("rcv", "RST_RCVD"),
    ("gridsquare", "GRIDSQUARE"),
    ("section", "ARRL_SECT"),
    ("comment", "COMMENT"),
    ("qth", "QTH"),
    ("name", "NAME"),
    ("power", "RX_PWR"),
    ("prec", "PRECEDENCE"),
    ("continent", "CONT"),
    ("wpxprefix", "PFX"),
    ("exchange1", "APP_N1MM_EXCHANGE1"),
    ("misctext", "APP_N1MM_MISCTEXT"),
    ("roverlocation", "APP_N1MM_ROVERLOCATION"),
    ("points", "APP_N1MM_POINTS"),
    ("radionr", "APP_N1MM_RADIO_NR"),
    ("id", "APP_N1MM_ID"),
];

/// Elements where 0 means nothing.
const UNLESS_ZERO: [(&str, &str); 6] = [
    ("sntnr", "STX"),
    ("rcvnr", "SRX"),
    ("ck", "CHECK"),
    ("ismultiplier1", "APP_N1MM_MULT1"),
    ("ismultiplier2", "APP_N1MM_MULT2"),
    ("ismultiplier3", "APP_N1MM_MULT3"),
];

/// Contests whose name is another one in ADIF's list.
const CONTESTS: [(&str, &str); 20] = [
    ("ARRL10M", "ARRL-10"),
    ("ARRL160", "ARRL-160"),
    ("ARRLDXCW", "ARRL-DX-CW"),
    ("ARRLDXSSB", "ARRL-DX-SSB"),
    ("ARRLRTTY", "ARRL-RTTY"),
    ("ARRLSSCW", "ARRL-SS-CW"),
    ("ARRLSSSSB", "ARRL-SS-SSB"),
    ("CQ160CW", "CQ-160-CW"),
    ("CQ160SSB", "CQ-160-SSB"),
    ("CQWPXCW", "CQ-WPX-CW"),
    ("CQWPXRTTY", "CQ-WPX-RTTY"),
    ("CQWPXSSB", "CQ-WPX-SSB"),
    ("CQWWCW", "CQ-WW-CW"),
    ("CQWWRTTY", "CQ-WW-RTTY"),
    ("CQWWSSB", "CQ-WW-SSB"),
    ("FD", "ARRL-FIELD-DAY"),
    ("IARU", "IARU-HF"),
    ("NAQPCW", "NAQP-CW"),
    ("NAQPSSB", "NAQP-SSB"),
    ("WFD", "WFD"),
];

/// The contact of `contactinfo` and `contactreplace`.
pub(super) fn logged(document: &Document, now: Timestamp) -> Logged {
    let original = document.text("isoriginal");
    let now_named = keys(document, "timestamp", "call");
    let former_time = if document.text("oldtimestamp").is_some() {
        "oldtimestamp"
    } else {
        "timestamp"
    };
    let former_call = if document.text("oldcall").is_some() {
        "oldcall"
    } else {
        "call"
    };
    let former = Some(keys(document, former_time, former_call)).filter(|former: &Keys| *former != now_named);
    Logged {
        contact: Contact::of(fields(document), Way::N1mm, now),
        keys: now_named,
        former,
        is_original: original.is_none_or(truth),
    }
}

fn fields(document: &Document) -> Vec<(&'static str, String)> {
    let mut fields: Vec<(&'static str, String)> = Vec::with_capacity(32);
    let text = |name: &str| document.text(name).map(str::to_owned);
    for (element, name) in PLAIN {
        fields.extend(text(element).map(|text| (name, text)));
    }
    for (element, name) in UNLESS_ZERO {
        let misspelled = (element == "ismultiplier1")
            .then(|| text("ismultiplierl"))
            .flatten();
        let given = text(element).or(misspelled).filter(|text| text != "0");
        fields.extend(given.map(|text| (name, text)));
    }
    if let Some(at) = document.text("timestamp").and_then(moment) {
        let at = Offset::UTC.to_datetime(at);
        fields.push(("QSO_DATE", at.strftime("%Y%m%d").to_string()));
        fields.push(("TIME_ON", at.strftime("%H%M%S").to_string()));
    }
    let frequency = |name: &str| document.text(name).and_then(tens_of_hertz);
    let (tx, rx) = (frequency("txfreq"), frequency("rxfreq"));
    fields.extend(tx.or(rx).map(|hertz| ("FREQ", hertz.to_mhz_text())));
    fields.extend(
        rx.filter(|rx| tx.is_some_and(|tx| tx != *rx))
            .map(|hertz| ("FREQ_RX", hertz.to_mhz_text())),
    );
    let band = document
        .text("band")
        .and_then(band)
        .or_else(|| tx.or(rx).and_then(Band::of));
    fields.extend(band.map(|band| ("BAND", band.name().to_owned())));
    fields.extend(text("mode").map(|mode| ("MODE", mode)));
    let contest = document
        .text("contestname")
        .filter(|name| !matches!(*name, "DX" | "NONE"));
    if let Some(contest) = contest {
        let known = CONTESTS.iter().find(|(own, _)| own.eq_ignore_ascii_case(contest));
        fields.push(("CONTEST_ID", known.map_or(contest, |(_, adif)| adif).to_owned()));
    }
    // The zones of the IARU's contest are those of the ITU.
    let zone = if contest.is_some_and(|name| name.starts_with("IARU")) {
        "ITUZ"
    } else {
        "CQZ"
    };
    fields.extend(text("zone").filter(|zone| zone != "0").map(|text| (zone, text)));
    let run = document.text("isrunqso").is_some_and(truth);
    fields.extend(run.then(|| ("APP_N1MM_ISRUNQSO", "1".to_owned())));
    fields
}

/// The band of a text in megahertz such as `1.8`, `3,5`, `14` or `420`, which names the band and no frequency
/// in it.
fn band(text: &str) -> Option<Band> {
    let hertz = Hertz::from_mhz_text(text).ok()?;
    let same_megahertz = |band: &&Band| band.lower().get() / 1_000_000 == hertz.get() / 1_000_000;
    Band::of(hertz).or_else(|| Band::ALL.iter().find(same_megahertz).copied())
}

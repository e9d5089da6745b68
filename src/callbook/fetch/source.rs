//! Where registers are found, and when it is worth looking.

use std::time::Duration;

use jiff::civil::Weekday;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::super::model::Authority;

/// What lies at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A whole archive of the FCC, made every Sunday.
    FccFull,
    /// The FCC's changes of a day; the address has `{day}` where `mon` to `sun` goes.
    FccDaily,
    /// Canada's archive.
    Ised,
    /// Finland's list, asked for with a form.
    Traficom,
    /// Australia's archive.
    Acma,
    /// The page on which Japan's yearly lists are linked.
    Japan,
    /// A list read by a column map.
    Columns,
}

/// How often a register is looked for, at an hour of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schedule {
    Daily { hour: i8 },
    Weekly { day: Weekday, hour: i8 },
}

/// A file to be kept current.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) authority: Authority,
    pub(crate) kind: Kind,
    /// Its address; of [`Kind::FccDaily`] with `{day}` in it.
    pub(crate) url: String,
    pub(crate) schedule: Schedule,
    /// Who asks, see [`agent`].
    pub(crate) agent: String,
    /// An HTTP proxy, for networks that a register's host refuses.
    pub(crate) proxy: Option<Url>,
    /// The largest file taken.
    pub(crate) most_bytes: u64,
    /// How long the server may say nothing.
    pub(crate) patience: Duration,
}

/// Name and version of the program, with the address of the station's site where one can ask about it.
pub(crate) fn agent(contact: Option<&Url>) -> String {
    let product = concat!("Shackbox/", env!("CARGO_PKG_VERSION"));
    contact.map_or_else(|| product.to_owned(), |contact| format!("{product} (+{contact})"))
}

impl Source {
    /// A register at its usual address; `None` for lists, which have none.
    pub(crate) fn usual(kind: Kind, agent: String) -> Option<Self> {
        let (authority, url, schedule, most_bytes) = match kind {
            Kind::FccFull => (Authority::FCC, FCC_FULL, FCC_WEEKLY, GIB),
            Kind::FccDaily => (Authority::FCC, FCC_DAILY, Schedule::Daily { hour: 12 }, GIB / 4),
            Kind::Ised => (Authority::ISED, ISED, Schedule::Daily { hour: 9 }, GIB / 16),
            Kind::Traficom => (
                Authority::TRAFICOM,
                TRAFICOM,
                Schedule::Daily { hour: 4 },
                GIB / 64,
            ),
            Kind::Acma => (Authority::ACMA, ACMA, ACMA_WEEKLY, GIB),
            Kind::Japan => (Authority::JAPAN, JAPAN, JAPAN_WEEKLY, GIB / 8),
            Kind::Columns => return None,
        };
        Some(Self {
            authority,
            kind,
            url: url.to_owned(),
            schedule,
            agent,
            proxy: None,
            most_bytes,
            patience: Duration::from_mins(1),
        })
    }

    /// A list at an address that an administrator gave.
    pub(crate) fn list(authority: Authority, url: String, agent: String) -> Self {
        Self {
            authority,
            kind: Kind::Columns,
            url,
            schedule: Schedule::Weekly {
                day: Weekday::Monday,
                hour: 3,
            },
            agent,
            proxy: None,
            most_bytes: GIB / 4,
            patience: Duration::from_mins(1),
        }
    }

    /// What the download is called in the spool.
    pub(super) fn spool_name(&self) -> String {
        match self.kind {
            Kind::FccDaily => format!("{}-daily", self.authority),
            _ => self.authority.to_string(),
        }
    }

    /// Whether what comes must be a zip archive.
    pub(super) fn is_archive(&self) -> bool {
        matches!(
            self.kind,
            Kind::FccFull | Kind::FccDaily | Kind::Ised | Kind::Acma
        )
    }

    /// The form that asks for the file; empty for none.
    pub(super) fn form(&self) -> &'static [(&'static str, &'static str)] {
        match self.kind {
            Kind::Traficom => &[("__EVENTTARGET", ""), ("ButtonDownload", "")],
            _ => &[],
        }
    }
}

const GIB: u64 = 1 << 30;
const FCC_FULL: &str = "https://data.fcc.gov/download/pub/uls/complete/l_amat.zip";
const FCC_DAILY: &str = "https://data.fcc.gov/download/pub/uls/daily/l_am_{day}.zip";
const ISED: &str = "https://apc-cap.ic.gc.ca/datafiles/amateur_delim.zip";
const TRAFICOM: &str = "https://eservices.traficom.fi/Licensesservices/Forms/AmateurLicenses.aspx";
const ACMA: &str = "https://web.acma.gov.au/rrl-updates/spectra_rrl.zip";
const JAPAN: &str = "http://motobayashi.net/callsign/licensesearch.html";
/// Built early on Sunday, Eastern time.
const FCC_WEEKLY: Schedule = Schedule::Weekly {
    day: Weekday::Sunday,
    hour: 18,
};
/// Changed daily, but little of it is amateur radio and the archive is large.
const ACMA_WEEKLY: Schedule = Schedule::Weekly {
    day: Weekday::Tuesday,
    hour: 17,
};
/// Comes once a year.
const JAPAN_WEEKLY: Schedule = Schedule::Weekly {
    day: Weekday::Wednesday,
    hour: 2,
};

impl Schedule {
    /// The next time after `now`.
    pub(crate) fn next(self, now: Timestamp) -> Timestamp {
        let hour = match self {
            Self::Daily { hour } | Self::Weekly { hour, .. } => hour,
        };
        let today = Offset::UTC.to_datetime(now).date();
        (0..=7)
            .filter_map(|days| today.checked_add(jiff::Span::new().days(days)).ok())
            .filter(|date| match self {
                Self::Daily { .. } => true,
                Self::Weekly { day, .. } => date.weekday() == day,
            })
            .filter_map(|date| Offset::UTC.to_timestamp(date.at(hour, 0, 0, 0)).ok())
            .find(|time| *time > now)
            .unwrap_or_else(|| {
                now.saturating_add(SignedDuration::from_hours(24))
                    .unwrap_or(Timestamp::MAX)
            })
    }
}

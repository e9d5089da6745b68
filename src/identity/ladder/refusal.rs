//! Why a try to prove a call came to nothing, in the words that whoever tried reads.

use jiff::Timestamp;

use crate::ham::callsign::Callsign;

/// Why a call is not proven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("this way of proving a call is switched off here")]
    Off,
    #[error("there is no mail address on record for {0}; take one of the other ways")]
    NoAddress(Callsign),
    #[error("a code has eight digits")]
    NoCode,
    #[error("no code is on its way, or its time is over; ask for a new one")]
    SpentCode,
    #[error("this is not the code; you can try {0} more times")]
    WrongCode(u32),
    #[error("this was not the code, and it works no more; ask for a new one")]
    BurntCode,
    #[error("there is no token, or its day is over; make a new one")]
    NoToken,
    #[error("{place} has no page of {call}")]
    NoEntry { place: &'static str, call: Callsign },
    #[error("{place} answers for another call than {call}; put the token on the page of {call} itself")]
    OtherCall { place: &'static str, call: Callsign },
    #[error(
        "the token is not in the biography of {call} at {place} yet; save the page there and check again"
    )]
    NotFound { place: &'static str, call: Callsign },
    #[error("{0} could not be asked just now; try again in a while")]
    Unreachable(&'static str),
    #[error("this station's own account at {0} does not work; tell an administrator, and take another way")]
    StationAccount(&'static str),
    #[error("QRZ asked us not to fetch pages; not before {0:.0}")]
    PageStopped(Timestamp),
    #[error("{0:?} is no public domain name")]
    NotPublic(String),
    #[error("the page of {call} in a callbook does not name {name}; enter your address there first")]
    NotNamed { call: Callsign, name: String },
    #[error("there is no text record at {0} yet; new records can take some minutes to be seen")]
    NoRecord(String),
    #[error("the text records at {0} do not hold the token")]
    OtherRecord(String),
    #[error("one name server sees the record and another does not yet; try again in some minutes")]
    Disagree,
    #[error("{0} is an alias that leads out of your domain; put the record there itself")]
    LeadsAway(String),
}

impl Refusal {
    /// Whether it is what was typed that is wrong, and at which field.
    pub(crate) fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoCode | Self::WrongCode(_) | Self::BurntCode => Some("code"),
            Self::NotPublic(_) | Self::NotNamed { .. } => Some("domain"),
            _ => None,
        }
    }

    /// Whether others have to do something first.
    pub(crate) fn is_outside(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::StationAccount(_))
    }

    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Off => "verify_off",
            Self::NoAddress(_) => "no_address",
            Self::NoCode | Self::NotPublic(_) => "invalid",
            Self::SpentCode => "no_code",
            Self::WrongCode(_) | Self::BurntCode => "wrong_code",
            Self::NoToken => "no_token",
            Self::NoEntry { .. } => "no_entry",
            Self::OtherCall { .. } => "other_call",
            Self::NotFound { .. } => "token_not_found",
            Self::Unreachable(_) => "source_unreachable",
            Self::StationAccount(_) => "source_account",
            Self::PageStopped(_) => "source_stopped",
            Self::NotNamed { .. } => "domain_not_named",
            Self::NoRecord(_) => "no_record",
            Self::OtherRecord(_) => "token_not_found",
            Self::Disagree => "servers_disagree",
            Self::LeadsAway(_) => "alias_leads_away",
        }
    }
}

//! The grouped parts of a contact, reached by what they are: texts, serial numbers, references, confirmations.
//!
//! Here is also the form of the programmes' references; whether a reference exists is not known here.

use smol_str::{SmolStr, StrExt as _, format_smolstr};

use super::slot::{Direction, Part, Programme, Side, Text};
use super::{Contest, Mode, Path, QslStatus, Qso, Refs, SpaceWeather};

/// Prefix of our own fields for services that ADIF has no fields for.
pub(super) const QSL_PREFIX: &str = "APP_SHACKBOX_QSL_";

impl Qso {
    pub(super) fn text(&self, text: Text) -> Option<&SmolStr> {
        match text {
            Text::RstSent => self.rst_sent.as_ref(),
            Text::RstRcvd => self.rst_rcvd.as_ref(),
            Text::Name => self.name.as_ref(),
            Text::Qth => self.qth.as_ref(),
            Text::Comment => self.comment.as_ref(),
            Text::Notes => self.notes.as_ref(),
            Text::Country => self.country.as_ref(),
            Text::Continent => self.continent.as_ref(),
            Text::State => self.state.as_ref(),
            Text::County => self.county.as_ref(),
            Text::ContestId => self.contest.as_ref()?.contest_id.as_ref(),
            Text::StxString => self.contest.as_ref()?.stx_string.as_ref(),
            Text::SrxString => self.contest.as_ref()?.srx_string.as_ref(),
            Text::PropMode => self.path.as_ref()?.prop_mode.as_ref(),
            Text::SatName => self.path.as_ref()?.sat_name.as_ref(),
            Text::SatMode => self.path.as_ref()?.sat_mode.as_ref(),
        }
    }

    pub(super) fn set_text(&mut self, text: Text, value: Option<SmolStr>) {
        let place = match text {
            Text::RstSent => &mut self.rst_sent,
            Text::RstRcvd => &mut self.rst_rcvd,
            Text::Name => &mut self.name,
            Text::Qth => &mut self.qth,
            Text::Comment => &mut self.comment,
            Text::Notes => &mut self.notes,
            Text::Country => &mut self.country,
            Text::Continent => &mut self.continent,
            Text::State => &mut self.state,
            Text::County => &mut self.county,
            Text::ContestId => &mut self.contest_mut().contest_id,
            Text::StxString => &mut self.contest_mut().stx_string,
            Text::SrxString => &mut self.contest_mut().srx_string,
            Text::PropMode => &mut self.path_mut().prop_mode,
            Text::SatName => &mut self.path_mut().sat_name,
            Text::SatMode => &mut self.path_mut().sat_mode,
        };
        *place = value;
    }

    pub(super) fn serial(&self, direction: Direction) -> Option<&SmolStr> {
        let contest = self.contest.as_ref()?;
        match direction {
            Direction::Sent => contest.stx.as_ref(),
            Direction::Received => contest.srx.as_ref(),
        }
    }

    pub(super) fn set_serial(&mut self, direction: Direction, digits: Option<SmolStr>) {
        let contest = self.contest_mut();
        *(match direction {
            Direction::Sent => &mut contest.stx,
            Direction::Received => &mut contest.srx,
        }) = digits;
    }

    pub(super) fn parks(&self, side: Side) -> &[SmolStr] {
        match (&self.refs, side) {
            (None, _) => &[],
            (Some(refs), Side::Theirs) => &refs.pota,
            (Some(refs), Side::Mine) => &refs.my_pota,
        }
    }

    pub(super) fn set_parks(&mut self, side: Side, list: Vec<SmolStr>) {
        let refs = self.refs_mut();
        *(match side {
            Side::Theirs => &mut refs.pota,
            Side::Mine => &mut refs.my_pota,
        }) = list;
    }

    pub(super) fn place(&self, programme: Programme, side: Side) -> Option<&SmolStr> {
        let refs = self.refs.as_ref()?;
        match (programme, side) {
            (Programme::Sota, Side::Theirs) => refs.sota.as_ref(),
            (Programme::Sota, Side::Mine) => refs.my_sota.as_ref(),
            (Programme::Iota, Side::Theirs) => refs.iota.as_ref(),
            (Programme::Iota, Side::Mine) => refs.my_iota.as_ref(),
            (Programme::Wwff, Side::Theirs) => refs.wwff.as_ref(),
            (Programme::Wwff, Side::Mine) => refs.my_wwff.as_ref(),
        }
    }

    pub(super) fn set_place(&mut self, programme: Programme, side: Side, reference: Option<SmolStr>) {
        let refs = self.refs_mut();
        *(match (programme, side) {
            (Programme::Sota, Side::Theirs) => &mut refs.sota,
            (Programme::Sota, Side::Mine) => &mut refs.my_sota,
            (Programme::Iota, Side::Theirs) => &mut refs.iota,
            (Programme::Iota, Side::Mine) => &mut refs.my_iota,
            (Programme::Wwff, Side::Theirs) => &mut refs.wwff,
            (Programme::Wwff, Side::Mine) => &mut refs.my_wwff,
        }) = reference;
    }

    pub(super) fn clear_qsl(&mut self, service: &str, part: Part) {
        let state = self.qsl.entry(service);
        match part {
            Part::Sent => state.sent = None,
            Part::SentDate => state.sent_date = None,
            Part::Rcvd => state.rcvd = None,
            Part::RcvdDate => state.rcvd_date = None,
        }
        self.qsl.prune();
    }

    pub(super) fn drop_submode(&mut self) {
        if let Ok(mode) = Mode::named(self.mode.main()) {
            self.mode = mode;
        }
    }

    /// Forgets groups in which nothing is left.
    pub(super) fn drop_empty_groups(&mut self) {
        self.contest.take_if(|contest| **contest == Contest::default());
        self.refs.take_if(|refs| **refs == Refs::default());
        self.path.take_if(|path| **path == Path::default());
        self.space.take_if(|space| **space == SpaceWeather::default());
    }

    /// Turns the old state "verified" into "received" and the three DXCC credits it stood for
    /// (ADIF 3.1.7, `QSL_Rcvd` enumeration, import-only `V`).
    pub(crate) fn promote_verified(&mut self) {
        for (service, medium) in [("card", "CARD"), ("lotw", "LOTW"), ("eqsl", "EQSL")] {
            let verified = QslStatus::parse("V");
            if verified.is_some() && self.qsl.get(service).is_some_and(|state| state.rcvd == verified) {
                self.qsl.entry(service).rcvd = Some(QslStatus::YES);
                let granted = self.extra("CREDIT_GRANTED").unwrap_or_default();
                let granted = ["DXCC", "DXCC_BAND", "DXCC_MODE"]
                    .iter()
                    .fold(granted.to_owned(), |list, credit| credited(&list, credit, medium));
                self.put_extra("CREDIT_GRANTED".into(), granted.into(), None);
            }
        }
    }
}

/// The credit list with a medium added to a credit.
fn credited(list: &str, credit: &str, medium: &str) -> String {
    let mut found = false;
    let mut items: Vec<String> = Vec::new();
    for item in list.split(',').filter(|item| !item.is_empty()) {
        let (name, media) = item.split_once(':').unwrap_or((item, ""));
        let here = name.trim() == credit;
        found |= here;
        if !here || media.split('&').any(|m| m == medium) {
            items.push(item.to_owned());
        } else {
            let joint = if media.is_empty() { ":" } else { "&" };
            items.push(format!("{item}{joint}{medium}"));
        }
    }
    if !found {
        items.push(format!("{credit}:{medium}"));
    }
    items.join(",")
}

/// Name of our own field for a part of a service's state.
pub(super) fn own_qsl_name(service: &str, part: &str) -> SmolStr {
    format_smolstr!("{QSL_PREFIX}{}_{part}", service.to_ascii_uppercase_smolstr())
}

/// Service and part named by one of our own fields.
pub(super) fn own_qsl_field(name: &str) -> Option<(SmolStr, Part)> {
    let rest = name.strip_prefix(QSL_PREFIX)?;
    // The longest ending first: `SENT_DATE` must not be read as a service `…_SENT`'s date.
    Part::ALL.iter().rev().find_map(|(part, word)| {
        let service = rest.strip_suffix(word)?.strip_suffix('_')?;
        (!service.is_empty()).then(|| (service.to_ascii_lowercase_smolstr(), *part))
    })
}

/// A comma list of park references (`K-0817`, `VE-5082@CA-AB`) in upper case.
pub(super) fn parks(text: &str) -> Option<Vec<SmolStr>> {
    text.split(',')
        .map(|item| {
            let reference = item.trim().to_ascii_uppercase_smolstr();
            let (park, location) = reference.split_once('@').unwrap_or((&reference, "-"));
            let (programme, number) = park.split_once('-')?;
            let good = alphanumeric(programme, 1..=4)
                && digits(number, 4..=5)
                && location.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            good.then_some(reference)
        })
        .collect()
}

/// A summit (`W2/WE-003`), island group (`EU-005`) or flora and fauna area (`KFF-4655`) in upper case.
pub(super) fn place(programme: Programme, text: &str) -> Option<SmolStr> {
    let reference = text.trim().to_ascii_uppercase_smolstr();
    let (area, number) = reference.rsplit_once('-')?;
    let good = match programme {
        Programme::Sota => {
            let (association, region) = area.split_once('/')?;
            alphanumeric(association, 1..=4) && alphanumeric(region, 2..=2) && digits(number, 3..=3)
        }
        Programme::Iota => {
            ["AF", "AN", "AS", "EU", "NA", "OC", "SA"].contains(&area) && digits(number, 3..=3)
        }
        Programme::Wwff => area.ends_with("FF") && alphanumeric(area, 3..=6) && digits(number, 4..=4),
    };
    good.then_some(reference)
}

fn alphanumeric(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

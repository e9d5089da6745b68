//! Whose data the callbook shows, in the words their terms ask for.
//!
//! Some sources may be used only with these words beside them (ISED, ACMA, `GeoNames`). They stay in English, as
//! their owners wrote them. When a register was taken is told by the source's state, not here.

use super::super::model::Authority;

/// A source to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Credit {
    /// Who gives the data.
    pub(crate) owner: &'static str,
    /// The words to show.
    pub(crate) text: &'static str,
    /// Where the data or its terms are found.
    pub(crate) link: &'static str,
    /// What may be done with it, in a word or two.
    pub(crate) terms: &'static str,
}

/// What to say of a register; `None` for lists that an administrator brought, whose words the list's own map has.
pub(crate) fn of(authority: &Authority) -> Option<Credit> {
    let known = [
        (&Authority::FCC, &FCC),
        (&Authority::ISED, &ISED),
        (&Authority::TRAFICOM, &TRAFICOM),
        (&Authority::ACMA, &ACMA),
        (&Authority::JAPAN, &JAPAN),
    ];
    known
        .into_iter()
        .find(|(of, _)| *of == authority)
        .map(|(_, credit)| *credit)
}

/// What to say of the positions of postcodes, towns and regions.
pub(crate) fn of_places() -> &'static [Credit] {
    &PLACES
}

const FCC: Credit = Credit {
    owner: "Federal Communications Commission",
    text: "Licences of the United States: FCC Universal Licensing System, public access files.",
    link: "https://www.fcc.gov/uls/transactions/daily-weekly",
    terms: "public domain",
};

const ISED: Credit = Credit {
    owner: "Innovation, Science and Economic Development Canada",
    text: "Licences of Canada: reproduced from the Amateur Radio call sign database of Innovation, Science and Economic \
           Development Canada. This is no official version, nor made in affiliation with or with the endorsement of \
           the Government of Canada.",
    link: "https://apc-cap.ic.gc.ca/pls/apc_anon/query_amat_cs$.startup",
    terms: "non-commercial reproduction with attribution",
};

const TRAFICOM: Credit = Credit {
    owner: "Finnish Transport and Communications Agency Traficom",
    text: "Call signs of Finland: Finnish Transport and Communications Agency Traficom.",
    link: "https://eservices.traficom.fi/Licensesservices/Forms/AmateurLicenses.aspx",
    terms: "open list of call signs",
};

const ACMA: Credit = Credit {
    owner: "Australian Communications and Media Authority",
    text: "Licences of Australia: Based on Australian Communications and Media Authority information. The Australian \
           Communications and Media Authority gives no warranty for the accuracy of the information.",
    link: "https://www.acma.gov.au/radiocomms-licence-data",
    terms: "use with attribution",
};

const JAPAN: Credit = Credit {
    owner: "Ministry of Internal Affairs and Communications of Japan",
    text: "Licences of Japan: Ministry of Internal Affairs and Communications, as gathered by JJ1WTL.",
    link: "http://motobayashi.net/callsign/licensesearch.html",
    terms: "public data of the ministry, gathered by volunteers",
};

const PLACES: [Credit; 2] = [
    Credit {
        owner: "United States Census Bureau",
        text: "Positions of ZIP codes: 2021 Gazetteer of the United States Census Bureau.",
        link: "https://www.census.gov/geographies/reference-files/time-series/geo/gazetteer-files.html",
        terms: "public domain",
    },
    Credit {
        owner: "GeoNames",
        text: "Positions of further ZIP codes: GeoNames, geonames.org, CC BY 4.0, shortened and rounded.",
        link: "https://www.geonames.org/",
        terms: "CC BY 4.0",
    },
];

//! Pages of the callbook: the search, a record, who is where, whose data it is.

use askama::Template;

use super::{Form, Frame, Grouped, Labelled, QsoRow, SpotRow, When};

/// What a licence is worth: colour, sign and word, always together.
#[derive(Debug, Clone)]
pub(crate) struct StandingChip {
    /// `good`, `warn`, `bad` or empty.
    pub(crate) tone: &'static str,
    /// The sign.
    pub(crate) glyph: &'static str,
    /// The word.
    pub(crate) word: &'static str,
}

/// A licence in three lines.
#[derive(Debug, Clone)]
pub(crate) struct LicenceCard {
    /// The call.
    pub(crate) call: String,
    /// Its page.
    pub(crate) href: String,
    /// Person or club, as far as the reader may see.
    pub(crate) name: String,
    /// Whether a club holds it.
    pub(crate) club: bool,
    /// Class in words, may be empty.
    pub(crate) class: String,
    /// Town, region, country.
    pub(crate) place: String,
    /// Locator, may be empty.
    pub(crate) grid: String,
    /// How the locator is known.
    pub(crate) source: &'static str,
    /// What it is worth.
    pub(crate) standing: StandingChip,
    /// `until 2031-02-03`, may be empty.
    pub(crate) until: String,
    /// Distance and bearing from the reader, may be empty.
    pub(crate) way: String,
    /// Why it was found, where that is not plain.
    pub(crate) how: String,
}

/// An example of what one may type.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// What is typed.
    pub(crate) typed: &'static str,
    /// What it finds.
    pub(crate) finds: &'static str,
}

/// Whose data it is, in the words that their terms ask for.
#[derive(Debug, Clone)]
pub(crate) struct CreditRow {
    /// Who gives the data.
    pub(crate) owner: String,
    /// The words that its terms ask for.
    pub(crate) text: String,
    /// Where it is found.
    pub(crate) link: String,
    /// What may be done with it.
    pub(crate) terms: String,
    /// The day it was taken, ISO; empty where that is not known.
    pub(crate) day: String,
}

/// `/callbook`. Plain GET with `q`, `cursor`, `focus`.
#[derive(Debug, Template)]
#[template(path = "callbook.html")]
pub(crate) struct CallbookPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What is searched for.
    pub(crate) q: String,
    /// Whether the box has the focus at once.
    pub(crate) focus: bool,
    /// What is wrong with the search, else empty.
    pub(crate) error: String,
    /// What was found.
    pub(crate) cards: Vec<LicenceCard>,
    /// Whether this is a later part of a longer list.
    pub(crate) later: bool,
    /// The words found in the place of the wanted ones, said as a sentence; else empty.
    pub(crate) widened: String,
    /// Which registers were left out, said as a sentence; else empty.
    pub(crate) missing: String,
    /// Address of what follows, else empty.
    pub(crate) more: String,
    /// What was searched for where that may be a call, and nothing was found; else empty.
    pub(crate) call: String,
    /// Whether no register is in use.
    pub(crate) none: bool,
    /// Registers in use.
    pub(crate) credits: Vec<CreditRow>,
    /// What one may type.
    pub(crate) examples: Vec<Example>,
}

/// A row of the history of a call.
#[derive(Debug, Clone)]
pub(crate) struct FormerRow {
    /// Who held it, empty where the reader may not see.
    pub(crate) name: String,
    /// Town and region.
    pub(crate) place: String,
    /// Class in words.
    pub(crate) class: String,
    /// How it ended, in words.
    pub(crate) status: &'static str,
    /// From which day.
    pub(crate) from: String,
    /// To which day.
    pub(crate) to: String,
}

/// A fact with a link.
#[derive(Debug, Clone)]
pub(crate) struct Linked {
    /// What it is.
    pub(crate) label: &'static str,
    /// The words.
    pub(crate) text: String,
    /// Where they lead, may be empty.
    pub(crate) href: String,
    /// What stands behind it, may be empty.
    pub(crate) note: String,
}

/// Where a station is.
#[derive(Debug, Clone)]
pub(crate) struct Where {
    /// Locator.
    pub(crate) grid: String,
    /// How it is known.
    pub(crate) source: &'static str,
    /// Degrees, for the map.
    pub(crate) lat: f64,
    /// Degrees, for the map.
    pub(crate) lon: f64,
    /// Whether the place is as it is known; else it is somewhere in the square.
    pub(crate) exact: bool,
    /// Distance and bearing from the reader, may be empty.
    pub(crate) way: String,
    /// The reader's locator, may be empty.
    pub(crate) home: String,
}

/// `/callbook/{call}`
#[expect(
    clippy::struct_excessive_bools,
    reason = "the template asks for them one by one"
)]
#[derive(Debug, Template)]
#[template(path = "callbook_record.html")]
pub(crate) struct CallbookRecordPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// The call.
    pub(crate) call: String,
    /// The path of this page.
    pub(crate) path: String,
    /// What was asked for, where another form answered.
    pub(crate) asked: String,
    /// Person or club, may be empty.
    pub(crate) name: String,
    /// Class in words, may be empty.
    pub(crate) class: String,
    /// What it is worth.
    pub(crate) standing: StandingChip,
    /// What that means, may be empty.
    pub(crate) meaning: &'static str,
    /// Who keeps the register.
    pub(crate) keeper: String,
    /// The holder asked not to be listed.
    pub(crate) opted_out: bool,
    /// Whether the reader sees less than a member does.
    pub(crate) guest: bool,
    /// Whether the reader is the holder.
    pub(crate) holder: bool,
    /// Whether the reader governs the callbook.
    pub(crate) governs: bool,
    /// Lines of the address.
    pub(crate) address: Vec<String>,
    /// Days, zones, calls.
    pub(crate) facts: Vec<Linked>,
    /// How contacts are confirmed.
    pub(crate) qsl: Vec<Labelled>,
    /// The holder's mail address, may be empty.
    pub(crate) email: String,
    /// The holder's page, may be empty.
    pub(crate) web: String,
    /// A picture's address, may be empty.
    pub(crate) picture: String,
    /// The holder's words, by line.
    pub(crate) bio: Vec<String>,
    /// Where the station is.
    pub(crate) place: Option<Where>,
    /// Earlier licences, latest first.
    pub(crate) history: Vec<FormerRow>,
    /// The logbook whose contacts are shown, empty without one.
    pub(crate) book: String,
    /// The reader's contacts with the call.
    pub(crate) contacts: Vec<QsoRow>,
    /// How many there are in all.
    pub(crate) contact_count: Grouped,
    /// Whether spots are shown.
    pub(crate) heard: bool,
    /// Recent spots of the call, newest first.
    pub(crate) spots: Vec<SpotRow>,
    /// The call's name in the domain name system, may be empty.
    pub(crate) dns: String,
    /// The call's page in the directory of members, may be empty.
    pub(crate) member: String,
    /// Words that the register's terms ask for.
    pub(crate) credit: Option<CreditRow>,
}

/// A call that no register has.
#[derive(Debug, Template)]
#[template(path = "callbook_none.html")]
pub(crate) struct CallbookNonePage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was asked for.
    pub(crate) asked: String,
    /// Whether that may be a call.
    pub(crate) is_call: bool,
    /// Where it was looked for, said as a sentence.
    pub(crate) looked: String,
    /// What the prefix tells, may be empty.
    pub(crate) entity: String,
    /// Calls like it.
    pub(crate) similar: Vec<LicenceCard>,
}

/// A member on the map.
#[derive(Debug, Clone)]
pub(crate) struct PinRow {
    /// The call.
    pub(crate) call: String,
    /// The call's page, or a listener's in the directory.
    pub(crate) href: String,
    /// The person's name.
    pub(crate) name: String,
    /// Locator.
    pub(crate) grid: String,
    /// Degrees.
    pub(crate) lat: f64,
    /// Degrees.
    pub(crate) lon: f64,
    /// Distance and bearing from the reader, may be empty.
    pub(crate) way: String,
}

/// `/callbook/map`
#[derive(Debug, Template)]
#[template(path = "callbook_map.html")]
pub(crate) struct CallbookMapPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// Members who allow it, by call.
    pub(crate) pins: Vec<PinRow>,
    /// Members in the directory who are not on the map.
    pub(crate) without: usize,
    /// The reader's locator, may be empty.
    pub(crate) home: String,
}

/// `/callbook/credits`
#[derive(Debug, Template)]
#[template(path = "callbook_credits.html")]
pub(crate) struct CallbookCreditsPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// Registers in use.
    pub(crate) registers: Vec<CreditRow>,
    /// Sources of positions.
    pub(crate) places: Vec<CreditRow>,
}

/// A member's account at another callbook.
#[derive(Debug, Clone)]
pub(crate) struct ElsewhereRow {
    /// `qrz` or `hamqth`.
    pub(crate) service: &'static str,
    /// What it is called.
    pub(crate) name: &'static str,
    /// The user name there; empty where none is kept.
    pub(crate) user: String,
    /// Since when it is kept.
    pub(crate) set: Option<When>,
}

/// `/callbook/accounts`. Plain POST with `do=keep|forget`, `service`, `user`, `password`.
#[derive(Debug, Template)]
#[template(path = "callbook_accounts.html")]
pub(crate) struct CallbookAccountsPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was refused.
    pub(crate) form: Form,
    /// Of which callbook.
    pub(crate) refused: String,
    /// The callbooks that have accounts.
    pub(crate) rows: Vec<ElsewhereRow>,
}

impl CallbookAccountsPage {
    /// What is wrong with a field of a callbook's form.
    fn wrong(&self, service: &str, field: &str) -> &str {
        if self.refused == service {
            self.form.error(field)
        } else {
            ""
        }
    }

    /// What is wrong with a callbook's form as a whole.
    fn fault(&self, service: &str) -> &str {
        if self.refused == service {
            &self.form.message
        } else {
            ""
        }
    }

    /// The user name as it was typed, or as it is kept.
    fn user<'a>(&'a self, row: &'a ElsewhereRow) -> &'a str {
        let typed = self.form.value("user");
        if self.refused == row.service && !typed.is_empty() {
            typed
        } else {
            &row.user
        }
    }
}

//! What a user types at the prompt of a cluster node.
//!
//! Words may be abbreviated (`sh/dx`, `acc/spots`), in any case, with a slash or blanks between command, subject
//! and qualifier: `sh/dx/50`, `sh/dx 50` and `show dx 50` are one. The commands are those that programs send and
//! people know from `DXSpider`, with the few of AR-Cluster and CC Cluster that differ. A command is only read
//! here: filters stay text until the session reads them with its table of entities.

mod dx;
mod show;
mod skimmers;
mod words;

use smol_str::SmolStr;

use super::filter::{Action, Kind};
pub use dx::{Dx, DxError};
pub use show::ShowDx;
pub use skimmers::Skimmers;

/// Longest name, place or similar that a user can set, in characters.
pub const LONGEST_SETTING: usize = 40;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as they are typed")]
pub enum Command {
    /// Nothing but blanks.
    Empty,
    Bye,
    Help(SmolStr),
    /// A spot, or why it is none.
    Dx(Result<Dx, DxError>),
    /// The same, to be shown to nobody else.
    DxTest(Result<Dx, DxError>),
    ShowDx(ShowDx),
    /// To everybody, or only to users of this node.
    Announce {
        everybody: bool,
        text: String,
    },
    Weather {
        everybody: bool,
        text: String,
    },
    Talk {
        to: SmolStr,
        text: String,
    },
    ShowWwv(usize),
    ShowWcy(usize),
    ShowUsers,
    ShowCluster,
    ShowDxcc(String),
    ShowPrefix(String),
    ShowStation(String),
    ShowHeading(String),
    ShowSun(String),
    ShowTime,
    ShowBands,
    /// How many spots there were by band: up to 10 m, or above.
    ShowCounts {
        hf: bool,
    },
    ShowFilter(Option<Kind>),
    ShowVersion,
    ShowSettings,
    ShowMotd,
    /// Announcements kept.
    ShowAnnounce(usize),
    Who,
    /// `None`: what was given is none.
    SetName(Option<String>),
    SetQth(Option<String>),
    SetGrid(Option<crate::ham::grid::Grid>),
    SetLocation(String),
    SetHomeNode(Option<SmolStr>),
    SetTail {
        tail: TailKind,
        on: bool,
    },
    Set {
        switch: Switch,
        on: bool,
    },
    /// Kinds of machines' spots wanted; `None`: the words name no kind.
    SetSkimmer(Option<Skimmers>),
    SetWidth(Option<u16>),
    SetPage(Option<u16>),
    SetEncoding {
        utf8: bool,
    },
    Filter {
        action: Action,
        kind: Kind,
        number: u8,
        text: String,
    },
    ClearFilter {
        kind: Kind,
        number: Option<u8>,
    },
    /// AR-Cluster's expression; an empty one takes it away.
    SetExpression(String),
    /// Whether the expression is asked; `None`: the word is neither `open` nor `filter`.
    SetExpressionMode(Option<bool>),
    /// CC Cluster's list, as typed.
    SetList(String),
    /// All filters away, whatever the dialect.
    NoFilter,
    /// An address whose sessions of this user need no password; none: the list is asked for.
    Allow {
        network: Option<String>,
        on: bool,
    },
    /// Known elsewhere; there is nothing of the kind here.
    NotHere,
    /// What a program tells and wants no answer to.
    Told,
    Unknown,
}

/// What stands behind the time of a spot line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names speak for themselves")]
pub enum TailKind {
    Grid,
    Cq,
    Itu,
    State,
}

/// What can be switched on and off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names speak for themselves")]
pub enum Switch {
    Beep,
    /// Spots at all.
    Dx,
    /// `CC11` records in place of spot lines.
    Ve7cc,
    Here,
    Announce,
    Talk,
    Weather,
    Wwv,
    Wcy,
    /// Notices of who comes and goes.
    Logins,
    /// Spots of the user himself.
    OwnSpots,
    /// FT8, FT4, Morse, teletype of people and machines.
    Mode(ModeSwitch),
}

/// Modes with a switch of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names speak for themselves")]
pub enum ModeSwitch {
    Ft8,
    Ft4,
    Cw,
    Rtty,
}

impl Command {
    /// Reads a line.
    pub fn parse(line: &str) -> Self {
        let line = line.trim();
        if line.is_empty() {
            return Self::Empty;
        }
        let words = words::Words::of(line);
        match words.verb {
            "show" => Self::show(&words),
            "set" => Self::set(&words, true),
            "unset" => Self::set(&words, false),
            "accept" => Self::filter(Action::Accept, &words),
            "reject" => Self::filter(Action::Reject, &words),
            "clear" => Self::clear(&words),
            "dx" if words.subject.is_empty() => Self::Dx(Dx::parse(words.rest)),
            "dxtest" => Self::DxTest(Dx::parse(words.rest)),
            "announce" => Self::announce(&words),
            "wx" => Self::weather(&words),
            "talk" => Self::talk(words.rest),
            "help" => Self::Help(words.whole_rest().to_ascii_lowercase().into()),
            "bye" => Self::Bye,
            "who" => Self::Who,
            "ping" | "echo" | "conference" => Self::NotHere,
            // `SKIMMER/STATUS call frequency DUPE`, which some send behind every spot of a machine.
            "skimmer" => Self::Told,
            _ => Self::Unknown,
        }
    }

    fn show(words: &words::Words<'_>) -> Self {
        let rest = words.rest.to_owned();
        let count = |most: usize| {
            words
                .rest
                .split_whitespace()
                .next()
                .and_then(|n| n.parse().ok())
                .unwrap_or(5)
                .clamp(1, most)
        };
        match words::subject(words.subject, words::SHOW) {
            Some("dx") => Self::ShowDx(ShowDx::parse(&rest)),
            Some("fdx") => Self::ShowDx(ShowDx::parse(&format!("{rest} real"))),
            Some("mydx") => Self::ShowDx(ShowDx::parse(&format!("{rest} filtered"))),
            Some("wwv") => Self::ShowWwv(count(50)),
            Some("wcy") => Self::ShowWcy(count(50)),
            Some("announcements") => Self::ShowAnnounce(count(50)),
            Some("users") => Self::ShowUsers,
            Some("cluster" | "configuration" | "node" | "links") => Self::ShowCluster,
            Some("dxcc") => Self::ShowDxcc(rest),
            Some("prefix") => Self::ShowPrefix(rest),
            Some("station" | "qrz") => Self::ShowStation(rest),
            Some("heading") => Self::ShowHeading(rest),
            Some("sun") => Self::ShowSun(rest),
            Some("time" | "date") => Self::ShowTime,
            Some("bands") => Self::ShowBands,
            Some("hfstats") => Self::ShowCounts { hf: true },
            Some("vhfstats") => Self::ShowCounts { hf: false },
            Some("filter") => Self::ShowFilter(Kind::parse(words.rest.trim())),
            Some("version") => Self::ShowVersion,
            Some("set") => Self::ShowSettings,
            Some("motd") => Self::ShowMotd,
            Some("skimmer") => Self::ShowSettings,
            Some("allow") => Self::Allow {
                network: None,
                on: true,
            },
            _ => Self::Unknown,
        }
    }

    fn filter(action: Action, words: &words::Words<'_>) -> Self {
        let Some(kind) = Kind::parse(words.subject) else {
            return Self::Unknown;
        };
        let rest = words.rest.trim();
        // A digit alone in front is the number of the rule.
        let (number, text) = match rest.split_once(char::is_whitespace) {
            Some((first, text)) if first.len() == 1 && first.as_bytes()[0].is_ascii_digit() => {
                (first.as_bytes()[0] - b'0', text.trim())
            }
            _ => (1, rest),
        };
        Self::Filter {
            action,
            kind,
            number,
            text: text.to_owned(),
        }
    }

    fn clear(words: &words::Words<'_>) -> Self {
        let Some(kind) = Kind::parse(words.subject) else {
            return if words.subject.eq_ignore_ascii_case("filter") {
                Self::NoFilter
            } else {
                Self::Unknown
            };
        };
        let number = match words.rest.trim().as_bytes() {
            [digit] if digit.is_ascii_digit() => Some(digit - b'0'),
            [] => Some(1),
            _ => None,
        };
        Self::ClearFilter { kind, number }
    }

    fn announce(words: &words::Words<'_>) -> Self {
        let (everybody, text) = full(words);
        Self::Announce { everybody, text }
    }

    fn weather(words: &words::Words<'_>) -> Self {
        let (everybody, text) = full(words);
        Self::Weather { everybody, text }
    }

    fn talk(rest: &str) -> Self {
        let rest = rest.trim();
        let (to, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        Self::Talk {
            to: to.to_ascii_uppercase().into(),
            text: text.trim().to_owned(),
        }
    }

    fn set(words: &words::Words<'_>, on: bool) -> Self {
        let subject = words.subject.to_ascii_lowercase();
        let (subject, on) = match subject.strip_prefix("no") {
            // `set/nobeep`; but `set/node` is a thing of its own.
            Some(name) if on && words::subject(name, words::SWITCH).is_some() && subject != "node" => {
                (name.to_owned(), false)
            }
            _ => (subject, on),
        };
        Self::set_value(&subject, words, on).unwrap_or_else(|| Self::switch(&subject, words, on))
    }

    /// What takes a value.
    fn set_value(subject: &str, words: &words::Words<'_>, on: bool) -> Option<Self> {
        let rest = words.rest.trim();
        let text = || {
            let text: String = rest.chars().take(LONGEST_SETTING).collect();
            (!text.is_empty()).then_some(text)
        };
        Some(match words::subject(subject, words::VALUE)? {
            "name" => Self::SetName(text()),
            "qth" => Self::SetQth(text()),
            "qra" | "grid" | "locator" => Self::SetGrid(
                rest.parse()
                    .ok()
                    .filter(|grid: &crate::ham::grid::Grid| (4..=10).contains(&grid.len())),
            ),
            "location" => Self::SetLocation(rest.to_owned()),
            "homenode" => Self::SetHomeNode(
                crate::ham::spot::Spotter::parse(rest)
                    .ok()
                    .map(|_| rest.to_ascii_uppercase().into()),
            ),
            "width" => Self::SetWidth(rest.parse().ok()),
            "page" => Self::SetPage(rest.parse().ok()),
            "skimmer" | "wantrbn" => Self::SetSkimmer(if on {
                Skimmers::parse(rest)
            } else {
                Some(Skimmers::NONE)
            }),
            "filter" if !on || rest.is_empty() => Self::NoFilter,
            "filter" => Self::SetList(rest.to_owned()),
            "utf8" => Self::SetEncoding { utf8: on },
            "allow" => Self::Allow { network: text(), on },
            "email" | "language" | "prompt" | "startup" | "login" | "isolate" | "hops" | "obscount"
            | "buddy" | "bbs" | "usdb" => Self::NotHere,
            _ => return None,
        })
    }

    fn switch(subject: &str, words: &words::Words<'_>, on: bool) -> Self {
        let set = |switch| Self::Set { switch, on };
        let tail = |tail| Self::SetTail { tail, on };
        match words::subject(subject, words::SWITCH) {
            Some("dx") => Self::set_dx(words.rest.trim(), on),
            Some("beep") => set(Switch::Beep),
            Some("ve7cc") => set(Switch::Ve7cc),
            Some("here") => set(Switch::Here),
            Some("announce") => set(Switch::Announce),
            Some("talk") => set(Switch::Talk),
            Some("wx") => set(Switch::Weather),
            Some("wwv") => set(Switch::Wwv),
            Some("wcy") => set(Switch::Wcy),
            Some("logininfo") => set(Switch::Logins),
            Some("self" | "own") => set(Switch::OwnSpots),
            Some("ft8") => set(Switch::Mode(ModeSwitch::Ft8)),
            Some("ft4") => set(Switch::Mode(ModeSwitch::Ft4)),
            Some("cw") => set(Switch::Mode(ModeSwitch::Cw)),
            Some("rtty") => set(Switch::Mode(ModeSwitch::Rtty)),
            Some("dxgrid") => tail(TailKind::Grid),
            Some("dxcq") => tail(TailKind::Cq),
            Some("dxitu") => tail(TailKind::Itu),
            Some("usstate") => tail(TailKind::State),
            Some("skimmer") => Self::SetSkimmer(Some(Skimmers::NONE)),
            Some("filter") => Self::NoFilter,
            _ => Self::Unknown,
        }
    }

    /// `set/dx`, and what AR-Cluster has behind it: `set/dx/filter ...`, `set dx extension ...`.
    fn set_dx(rest: &str, on: bool) -> Self {
        let (word, value) = rest
            .split_once(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or((rest, ""));
        match word.to_ascii_lowercase().as_str() {
            "" => Self::Set {
                switch: Switch::Dx,
                on,
            },
            "filter" => Self::SetExpression(if on {
                value.trim().to_owned()
            } else {
                String::new()
            }),
            "default" => Self::NoFilter,
            "mode" => Self::SetExpressionMode(match value.trim().to_ascii_lowercase().as_str() {
                "open" => Some(false),
                "filter" => Some(true),
                _ => None,
            }),
            "output" => Self::Set {
                switch: Switch::Dx,
                on: on && !value.trim().eq_ignore_ascii_case("off"),
            },
            "count" | "extension" | "announce" | "wrap" => Self::NotHere,
            _ => Self::Unknown,
        }
    }
}

/// Whether `full` was said, and the text.
fn full(words: &words::Words<'_>) -> (bool, String) {
    let rest = words.whole_rest();
    match rest.split_once(char::is_whitespace) {
        Some((word, text)) if word.eq_ignore_ascii_case("full") || word == "*" => {
            (true, text.trim().to_owned())
        }
        Some((word, text)) if word.eq_ignore_ascii_case("local") => (false, text.trim().to_owned()),
        _ => (false, rest),
    }
}

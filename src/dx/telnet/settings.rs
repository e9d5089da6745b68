//! What a user has set: kept per account for those who have one and showed it, for the session for others.
//!
//! Filters are kept in the user's words and read again with the table of entities of the day; one that cannot be
//! read any more is left out.

use jiff::Timestamp;

use super::facts::{self, Atlas, Facts, Said};
use super::tables::{Form, StoredFilter, StoredUser, USER};
use super::write;
use crate::dx::event::Spot;
use crate::dx::node::{Bulletin, Node};
use crate::ham::cluster::command::{ModeSwitch, Skimmers, Switch, TailKind};
use crate::ham::cluster::filter::{Kind, Places, Rules, cc};
use crate::ham::spot::{ModeClass, SpotMode};
use crate::identity::Actor;
use crate::store::Rows as _;

/// See the module's description.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each thing that can be switched"
)]
pub(super) struct Settings {
    pub(super) name: String,
    pub(super) qth: String,
    pub(super) grid: String,
    pub(super) home_node: String,
    pub(super) tail: Option<TailKind>,
    pub(super) beep: bool,
    pub(super) dx: bool,
    pub(super) ve7cc: bool,
    pub(super) here: bool,
    pub(super) announce: bool,
    pub(super) talk: bool,
    pub(super) weather: bool,
    pub(super) wwv: bool,
    pub(super) wcy: bool,
    pub(super) logins: bool,
    pub(super) own_spots: bool,
    pub(super) ft8: bool,
    pub(super) ft4: bool,
    pub(super) cw: bool,
    pub(super) rtty: bool,
    pub(super) skimmers: Skimmers,
    pub(super) width: u16,
    pub(super) page: u16,
    pub(super) utf8: bool,
    pub(super) rules: [Rules; Kind::ALL.len()],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: String::new(),
            qth: String::new(),
            grid: String::new(),
            home_node: String::new(),
            tail: None,
            beep: false,
            dx: true,
            ve7cc: false,
            here: true,
            announce: true,
            talk: true,
            weather: true,
            wwv: true,
            wcy: true,
            logins: false,
            own_spots: true,
            ft8: true,
            ft4: true,
            cw: true,
            rtty: true,
            skimmers: Skimmers::NONE,
            width: 80,
            page: 0,
            utf8: false,
            rules: std::array::from_fn(|_| Rules::default()),
        }
    }
}

/// Every switch with its name in records.
const SWITCHES: [(&str, Switch); 15] = [
    ("beep", Switch::Beep),
    ("dx", Switch::Dx),
    ("ve7cc", Switch::Ve7cc),
    ("here", Switch::Here),
    ("announce", Switch::Announce),
    ("talk", Switch::Talk),
    ("weather", Switch::Weather),
    ("wwv", Switch::Wwv),
    ("wcy", Switch::Wcy),
    ("logins", Switch::Logins),
    ("own", Switch::OwnSpots),
    ("ft8", Switch::Mode(ModeSwitch::Ft8)),
    ("ft4", Switch::Mode(ModeSwitch::Ft4)),
    ("cw", Switch::Mode(ModeSwitch::Cw)),
    ("rtty", Switch::Mode(ModeSwitch::Rtty)),
];

const TAILS: [(&str, TailKind); 4] = [
    ("grid", TailKind::Grid),
    ("cq", TailKind::Cq),
    ("itu", TailKind::Itu),
    ("state", TailKind::State),
];

impl Settings {
    /// What a switch stands for.
    pub(super) fn switch(&mut self, switch: Switch) -> &mut bool {
        match switch {
            Switch::Beep => &mut self.beep,
            Switch::Dx => &mut self.dx,
            Switch::Ve7cc => &mut self.ve7cc,
            Switch::Here => &mut self.here,
            Switch::Announce => &mut self.announce,
            Switch::Talk => &mut self.talk,
            Switch::Weather => &mut self.weather,
            Switch::Wwv => &mut self.wwv,
            Switch::Wcy => &mut self.wcy,
            Switch::Logins => &mut self.logins,
            Switch::OwnSpots => &mut self.own_spots,
            Switch::Mode(ModeSwitch::Ft8) => &mut self.ft8,
            Switch::Mode(ModeSwitch::Ft4) => &mut self.ft4,
            Switch::Mode(ModeSwitch::Cw) => &mut self.cw,
            Switch::Mode(ModeSwitch::Rtty) => &mut self.rtty,
        }
    }

    /// The filters of one kind.
    pub(super) fn rules(&mut self, kind: Kind) -> &mut Rules {
        &mut self.rules[kind as usize]
    }

    /// Whether a spot is wanted by the user of a call.
    pub(super) fn wants(&self, spot: &Spot, own: &str) -> bool {
        if !self.dx || (!self.own_spots && spot.call.as_str() == own) {
            return false;
        }
        let mode = match spot.mode {
            Some(SpotMode::Ft8) => self.ft8,
            Some(SpotMode::Ft4) => self.ft4,
            Some(SpotMode::Rtty) => self.rtty,
            Some(mode) if mode.class() == ModeClass::Cw => self.cw,
            _ => true,
        };
        let kind = if spot.skimmer { Kind::Rbn } else { Kind::Spots };
        mode && (!spot.skimmer || facts::wants_machine(self.skimmers, spot))
            && self.rules[kind as usize].pass(&Facts(spot))
    }

    /// Whether a bulletin is wanted; `places` knows where whoever says it is.
    pub(super) fn wants_bulletin(&self, bulletin: &Bulletin, places: &Atlas, now: Timestamp) -> bool {
        let (on, kind) = match bulletin {
            Bulletin::Announce(_) => (self.announce, Kind::Ann),
            Bulletin::Weather(_) => (self.weather, Kind::Ann),
            Bulletin::Wwv(_) => (self.wwv, Kind::Wwv),
            Bulletin::Wcy(_) => (self.wcy, Kind::Wcy),
        };
        let rules = &self.rules[kind as usize];
        on && (rules.is_empty() || rules.pass(&Said::of(bulletin, places, now)))
    }

    /// Whether the expression rests.
    pub(super) fn is_resting(&self) -> bool {
        self.rules.iter().any(Rules::is_resting)
    }

    /// Lets the expression rest, or be asked again.
    pub(super) fn rest(&mut self, resting: bool) {
        for kind in [Kind::Spots, Kind::Rbn] {
            self.rules(kind).rest(resting);
        }
    }

    /// As a record.
    pub(super) fn stored(&self) -> StoredUser {
        let (mut own, mut first) = (self.clone(), Self::default());
        let changed = SWITCHES
            .iter()
            .filter(|(_, switch)| *own.switch(*switch) != *first.switch(*switch));
        let changed = changed.map(|(name, _)| (*name).to_owned()).collect();
        let tail = TAILS.iter().find(|(_, tail)| Some(*tail) == self.tail);
        let skimmers = if self.skimmers == Skimmers::NONE {
            String::new()
        } else {
            self.skimmers.text()
        };
        StoredUser {
            name: self.name.clone(),
            qth: self.qth.clone(),
            grid: self.grid.clone(),
            home_node: self.home_node.clone(),
            tail: tail.map(|(name, _)| (*name).to_owned()).unwrap_or_default(),
            changed,
            skimmers: skimmers.replace(" MODES", ""),
            width: self.width,
            page: self.page,
            filters: self.filters(),
            resting: self.is_resting(),
            // Theirs is a command of its own.
            allowed: Vec::new(),
        }
    }

    fn filters(&self) -> Vec<StoredFilter> {
        let mut all = Vec::new();
        for (kind, rules) in Kind::ALL.into_iter().zip(&self.rules) {
            let mut add = |form, text: &str| {
                all.push(StoredFilter {
                    kind,
                    form,
                    text: text.to_owned(),
                });
            };
            for (number, action, text) in rules.numbered_rules() {
                add(Form::Numbered { number, action }, text);
            }
            if let Some(text) = rules.expression() {
                add(Form::Expression, text);
            }
            for list in rules.lists() {
                let form = Form::List {
                    pass: list.pass,
                    subject: list.subject.to_string(),
                };
                add(form, &list.items);
            }
        }
        all
    }

    /// Of a record.
    pub(super) fn of(stored: StoredUser, places: &dyn Places) -> Self {
        let mut settings = Self {
            name: stored.name,
            qth: stored.qth,
            grid: stored.grid,
            home_node: stored.home_node,
            tail: TAILS
                .iter()
                .find(|(name, _)| *name == stored.tail)
                .map(|(_, tail)| *tail),
            page: stored.page,
            ..Self::default()
        };
        if stored.width > 0 {
            settings.width = stored.width;
        }
        if !stored.skimmers.is_empty() {
            settings.skimmers = Skimmers::parse(&stored.skimmers).unwrap_or(Skimmers::NONE);
        }
        for (_, switch) in SWITCHES
            .iter()
            .filter(|(name, _)| stored.changed.iter().any(|one| one == name))
        {
            let value = settings.switch(*switch);
            *value = !*value;
        }
        for StoredFilter { kind, form, text } in stored.filters {
            let rules = settings.rules(kind);
            // One that this version cannot read is left out: the user sees with `sh/filter` what is in force.
            drop(match form {
                Form::Numbered { number, action } => rules.set(number, action, &text, places),
                Form::Expression => rules.set_expression(&text, places),
                Form::List { pass, subject } => rules.set_list(
                    cc::List {
                        subject: subject.into(),
                        pass,
                        items: text,
                    },
                    places,
                ),
            });
        }
        settings.rest(stored.resting);
        settings
    }
}

/// The settings of an account.
pub(super) async fn load(node: &Node, account: u32, places: &Atlas) -> Box<Settings> {
    let stored = node.store().read(move |r| r.get(USER, &account)).await;
    match stored {
        Ok(Some(stored)) => Box::new(Settings::of(stored, places)),
        Ok(None) => Box::default(),
        Err(error) => {
            log_failure(&error);
            Box::default()
        }
    }
}

/// Keeps the settings of whoever has an account. Not finding the store is no reason to end a session.
pub(super) async fn save(node: &Node, actor: &Actor, settings: &Settings) {
    let (actor, stored) = (actor.clone(), settings.stored());
    let saved = node
        .store()
        .write(move |tx| write::keep_settings(tx, &actor, &stored))
        .await;
    if let Err(error) = saved {
        log_failure(&error);
    }
}

fn log_failure(error: &dyn std::fmt::Display) {
    tracing::warn!(error = %error, "settings of a telnet user: {error}");
}

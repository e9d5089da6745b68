//! What each command does, and the words it is answered with: those that programs know from `DXSpider`.

use jiff::tz::TimeZone;

use super::facts::Atlas;
use super::session::{After, Session};
use super::{show, texts};
use crate::dx::event::Source;
use crate::dx::model::{Accepted, RawSpot, Refused, Sender};
use crate::dx::node::Bulletin;
use crate::ham::cluster::command::{Command, Dx, DxError, ModeSwitch, Skimmers, Switch, TailKind};
use crate::ham::cluster::filter::{Action, FilterError, Kind, cc};
use crate::ham::cluster::write::{self, SpotText, Tail, WIDTHS};
use crate::ham::cluster::{Announce, HourMinute, Talk};
use crate::ham::grid::Grid;
use crate::ham::spot::Spotter;

/// Longest text said to others, in characters.
const LONGEST_SAYING: usize = 200;
/// Longest page, in lines.
const LONGEST_PAGE: u16 = 1_000;
/// The answer to a wish that the session's user has no right to.
pub(super) const ONLY_READS: &str = "Sorry, not allowed: this session only reads";

impl Session {
    /// Does what a command says.
    pub(super) async fn obey(&mut self, command: Command) -> After {
        match command {
            Command::Empty => return After::Quiet,
            Command::Bye => return After::End,
            Command::Unknown => self.wire.say("Invalid command"),
            Command::Told => return After::Quiet,
            Command::NotHere => self.wire.say("Sorry, there is nothing of the kind here"),
            Command::Dx(dx) => self.dx(dx),
            Command::DxTest(dx) => self.test_dx(dx),
            Command::Announce { everybody, text } => self.announce(everybody, &text),
            Command::Weather { text, .. } => self.weather(&text),
            Command::Talk { to, text } => self.say_to(&to, &text),
            Command::Help(topic) => self.give(texts::help(&topic)),
            Command::SetName(name) => self.set_text("name", name, |settings| &mut settings.name),
            Command::SetQth(qth) => self.set_text("QTH", qth, |settings| &mut settings.qth),
            Command::SetGrid(grid) => self.set_grid(grid),
            Command::SetLocation(text) => self.set_location(&text),
            Command::SetHomeNode(node) => {
                self.set_text("Homenode", node.map(|node| node.to_string()), |settings| {
                    &mut settings.home_node
                });
            }
            Command::SetTail { tail, on } => self.set_tail(tail, on),
            Command::Set { switch, on } => self.set_switch(switch, on),
            Command::SetSkimmer(kinds) => self.set_skimmer(kinds),
            Command::SetWidth(width) => self.set_width(width),
            Command::SetPage(page) => self.set_page(page),
            Command::SetEncoding { utf8 } => {
                self.settings.utf8 = utf8;
                self.wire.set_utf8(utf8);
                self.changed("Operation successful");
            }
            Command::Filter {
                action,
                kind,
                number,
                text,
            } => self.filter((action, kind, number), &text),
            Command::ClearFilter { kind, number } => self.clear(kind, number),
            Command::SetExpression(text) => self.set_expression(&text),
            Command::SetExpressionMode(mode) => self.set_mode(mode),
            Command::SetList(text) => self.set_list(&text),
            Command::NoFilter => {
                for rules in &mut self.settings.rules {
                    rules.clear(None);
                }
                self.changed("Operation successful");
            }
            Command::Allow { network, on } => self.allow(network.as_deref(), on).await,
            other => show::answer(self, other).await,
        }
        After::Prompt
    }

    /// Says that something was set, and has it kept.
    fn changed(&mut self, words: &str) {
        self.wire.say(words);
        self.dirty = true;
    }

    fn dx(&mut self, dx: Result<Dx, DxError>) {
        let Some(actor) = self.speaker() else {
            return self.wire.say(ONLY_READS);
        };
        let dx = match dx {
            Ok(dx) => dx,
            Err(error) => return self.wire.say(&error.to_string()),
        };
        let raw = RawSpot {
            spotter: dx.by,
            comment: dx.comment.into(),
            address: Some(self.address),
            ..RawSpot::of(dx.call.as_str(), dx.freq)
        };
        let from = Sender {
            actor: &actor,
            source: Source::Telnet,
            origin: "",
        };
        match self.node.cluster().accept(raw, &from) {
            Ok(Accepted::New(spot)) => self.show(&spot),
            Ok(Accepted::Duplicate) => self.wire.say("Sorry, this is a duplicate"),
            Err(Refused::Denied(_)) => self.wire.say(ONLY_READS),
            Err(Refused::Call(_) | Refused::Frequency) => {
                self.wire.say(&DxError::Invalid.to_string());
            }
            Err(other) => self.wire.say(&format!("Sorry, {other}")),
        }
    }

    /// Shows a spot's line to who typed it, and to nobody else.
    fn test_dx(&mut self, dx: Result<Dx, DxError>) {
        let dx = match dx {
            Ok(dx) => dx,
            Err(error) => return self.wire.say(&error.to_string()),
        };
        let Ok(spotter) = Spotter::parse(&self.own) else {
            return self.wire.say(ONLY_READS);
        };
        let now = self.node.now();
        let text = SpotText {
            spotter: &spotter,
            freq: dx.freq,
            call: dx.call.as_str(),
            comment: &dx.comment,
            date: now.to_zoned(TimeZone::UTC).date(),
            at: HourMinute::of(now),
        };
        self.wire
            .say(&write::live(&text, Tail::None, self.settings.width));
    }

    /// A text for others, if the user may say one; else it has been answered.
    fn saying(&mut self, text: &str) -> Option<String> {
        let text: String = text.trim().chars().take(LONGEST_SAYING).collect();
        let Some(actor) = self.speaker() else {
            self.wire.say(ONLY_READS);
            return None;
        };
        if text.is_empty() {
            self.wire.say("Sorry, there is no text");
            return None;
        }
        if let Err(wait) = self.node.may_speak(&actor) {
            let seconds = wait.as_secs() + 1;
            self.wire.say(&format!(
                "Sorry, that is too much at once: again in {seconds} seconds"
            ));
            return None;
        }
        Some(text)
    }

    fn announce(&mut self, everybody: bool, text: &str) {
        let Some(text) = self.saying(text) else { return };
        let said = Announce {
            to: if everybody { "ALL" } else { "LOCAL" }.into(),
            from: self.own.clone(),
            text,
        };
        if !self.node.tell(Bulletin::Announce(said)) {
            self.wire.say("Sorry, this is a duplicate");
        }
    }

    fn weather(&mut self, text: &str) {
        let Some(text) = self.saying(text) else { return };
        let said = Talk {
            to: "".into(),
            from: self.own.clone(),
            text,
        };
        if !self.node.tell(Bulletin::Weather(said)) {
            self.wire.say("Sorry, this is a duplicate");
        }
    }

    fn say_to(&mut self, to: &str, text: &str) {
        let Some(text) = self.saying(text) else { return };
        if !self.talk(to, &text) {
            let to: String = to.chars().take(20).collect();
            self.wire.say(&format!("{to} is not signed in here"));
        }
    }

    fn set_text(
        &mut self,
        what: &str,
        text: Option<String>,
        place: impl FnOnce(&mut super::settings::Settings) -> &mut String,
    ) {
        let Some(text) = text else {
            return self.wire.say(&format!("Sorry, no {what} was given"));
        };
        let words = format!("Your {what} is now '{text}'");
        *place(&mut self.settings) = text;
        self.changed(&words);
    }

    fn set_grid(&mut self, grid: Option<Grid>) {
        let text = grid.map(|grid| grid.to_string());
        match text {
            Some(_) => self.set_text("QRA Locator", text, |settings| &mut settings.grid),
            None => self.wire.say("Sorry, that is no locator such as FN42gg"),
        }
    }

    fn set_location(&mut self, text: &str) {
        let Some(at) = show::position(text) else {
            return self.wire.say("Sorry, that is no place such as 51 30 N 0 10 W");
        };
        self.settings.grid = Grid::from_latlon(at, 3).to_string();
        self.changed(&format!("Your Lat/Long is now '{}'", text.trim().to_uppercase()));
    }

    fn set_tail(&mut self, tail: TailKind, on: bool) {
        let what = match tail {
            TailKind::Grid => "DX Grid",
            TailKind::Cq => "DX CQ Zones",
            TailKind::Itu => "DX ITU Zones",
            TailKind::State => "US State",
        };
        if tail == TailKind::State {
            return self.wire.say("Sorry, no states are known here");
        }
        if on {
            self.settings.tail = Some(tail);
        } else if self.settings.tail == Some(tail) {
            self.settings.tail = None;
        }
        let words = format!("{what} {} for {}", enabled(on), self.call);
        self.changed(&words);
    }

    fn set_switch(&mut self, switch: Switch, on: bool) {
        *self.settings.switch(switch) = on;
        let call = self.call.clone();
        let for_call = |what: &str| format!("{what} {} for {call}", enabled(on));
        let words = match switch {
            Switch::Beep => format!("Beeps are now {}", if on { "on" } else { "off" }),
            Switch::Ve7cc => "Operation successful".to_owned(),
            Switch::Here => format!("Here {} on {call}", if on { "set" } else { "unset" }),
            Switch::Dx => for_call("DX Spots"),
            Switch::Announce => for_call("Announces"),
            Switch::Talk => for_call("Talk"),
            Switch::Weather => for_call("WX"),
            Switch::Wwv => for_call("WWV"),
            Switch::Wcy => for_call("WCY"),
            Switch::Logins => for_call("Logininfo"),
            Switch::OwnSpots => for_call("Own spots"),
            Switch::Mode(ModeSwitch::Ft8) => for_call("FT8"),
            Switch::Mode(ModeSwitch::Ft4) => for_call("FT4"),
            Switch::Mode(ModeSwitch::Cw) => for_call("CW"),
            Switch::Mode(ModeSwitch::Rtty) => for_call("RTTY"),
        };
        self.changed(&words);
    }

    fn set_skimmer(&mut self, kinds: Option<Skimmers>) {
        let Some(kinds) = kinds else {
            return self
                .wire
                .say("Sorry, the kinds are cw, ft, rtty, psk, bcn, all and none");
        };
        self.settings.skimmers = kinds;
        let words = format!("RBN/Skimming set to {} for {}", kinds.text(), self.call);
        self.changed(&words);
    }

    fn set_width(&mut self, width: Option<u16>) {
        let width = width.unwrap_or(80).clamp(*WIDTHS.start(), *WIDTHS.end());
        self.settings.width = width;
        self.changed(&format!("Page width is now {width} columns"));
    }

    fn set_page(&mut self, page: Option<u16>) {
        let page = page.unwrap_or(0).min(LONGEST_PAGE);
        self.settings.page = page;
        self.changed(&format!("Page Length is now {page} lines"));
    }

    fn filter(&mut self, (action, kind, number): (Action, Kind, u8), text: &str) {
        let places = Atlas(self.node.cluster().table());
        let set = self.settings.rules(kind).set(number, action, text, &places);
        let words = format!("Filter {number} updated for {}.pl", self.call);
        self.filtered(set, &words);
    }

    fn clear(&mut self, kind: Kind, number: Option<u8>) {
        self.settings.rules(kind).clear(number);
        let number = number.map_or_else(|| "all".to_owned(), |number| number.to_string());
        let words = format!("{} Filter {number} deleted for {}", kind.as_str(), self.call);
        self.changed(&words);
    }

    /// One expression is for people's spots and machines': it says itself which it wants. Who names machines in it
    /// wants them.
    fn set_expression(&mut self, text: &str) {
        let places = Atlas(self.node.cluster().table());
        let set = self.settings.rules(Kind::Spots).set_expression(text, &places);
        let set = set.and_then(|()| self.settings.rules(Kind::Rbn).set_expression(text, &places));
        let lower = text.to_ascii_lowercase();
        if set.is_ok() && lower.contains("skimmer") && !lower.contains("not skimmer") {
            self.settings.skimmers = Skimmers::ALL;
        }
        self.settings.rest(false);
        self.filtered(set, "Operation successful");
    }

    /// Whether the expression is asked.
    fn set_mode(&mut self, filters: Option<bool>) {
        let Some(filters) = filters else {
            return self.wire.say("Sorry, the modes are open and filter");
        };
        self.settings.rest(!filters);
        self.changed("Operation successful");
    }

    fn set_list(&mut self, text: &str) {
        let places = Atlas(self.node.cluster().table());
        let set = cc::list(text).and_then(|list| {
            self.settings.rules(Kind::Spots).set_list(list.clone(), &places)?;
            self.settings.rules(Kind::Rbn).set_list(list, &places)
        });
        self.filtered(set, "Operation successful");
    }

    fn filtered(&mut self, set: Result<(), FilterError>, words: &str) {
        match set {
            Ok(()) => self.changed(words),
            Err(error) => self.wire.say(&format!("Sorry, {error}")),
        }
    }
}

fn enabled(on: bool) -> &'static str {
    if on { "enabled" } else { "disabled" }
}

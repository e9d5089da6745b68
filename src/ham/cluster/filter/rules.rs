//! What a user has set, in his own words, and what it decides.
//!
//! Numbered rules are `DXSpider`'s: in each number the reject rule is tried before the accept rule, the first
//! that matches decides, and what no rule matched is decided by the last rule there was. Expressions of AR-Cluster
//! and lists of CC Cluster come on top: a spot must pass all that is set. Texts are kept as given, so that they
//! can be shown, stored and read again. An expression may rest (`set/dx/mode open`): it is kept and not asked.

use serde::{Deserialize, Serialize};

use super::{Expr, FilterError, Places, SpotFacts, arc, cc, spider};

/// Numbers of rules, 0 to 9.
pub const SLOTS: u8 = 10;

/// What a rule does with what it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names speak for themselves")]
pub enum Action {
    Reject,
    Accept,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Spots of people.
    Spots,
    /// Spots of machines.
    Rbn,
    /// Announcements.
    Ann,
    /// Figures of WWV.
    Wwv,
    /// Figures of WCY.
    Wcy,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Spots, Self::Rbn, Self::Ann, Self::Wwv, Self::Wcy];

    /// As it is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spots => "spots",
            Self::Rbn => "rbn",
            Self::Ann => "ann",
            Self::Wwv => "wwv",
            Self::Wcy => "wcy",
        }
    }

    /// Reads it, abbreviated or not.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        match text.as_str() {
            "s" | "sp" | "spot" | "dx" => Some(Self::Spots),
            "announce" => Some(Self::Ann),
            "skimmer" => Some(Self::Rbn),
            _ => Self::ALL.into_iter().find(|kind| kind.as_str() == text),
        }
    }
}

/// One rule.
#[derive(Debug, Clone)]
struct Rule {
    text: String,
    expr: Expr,
}

impl Rule {
    fn text(&self) -> &str {
        &self.text
    }
}

/// The rules of a number.
#[derive(Debug, Clone)]
struct Slot {
    number: u8,
    reject: Option<Rule>,
    accept: Option<Rule>,
}

/// All that is set about one kind of message.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Those that are set, by their numbers.
    slots: Vec<Slot>,
    expression: Option<Rule>,
    /// Whether the expression is kept without being asked.
    resting: bool,
    lists: Vec<(cc::List, Expr)>,
}

impl Rules {
    /// Sets a numbered rule.
    pub fn set(
        &mut self,
        number: u8,
        action: Action,
        text: &str,
        places: &dyn Places,
    ) -> Result<(), FilterError> {
        if number >= SLOTS {
            return Err(FilterError::at("no such number", text));
        }
        let text = text.trim().to_lowercase();
        let expr = spider::parse(&text, places)?;
        let place = self
            .slots
            .binary_search_by_key(&number, |slot| slot.number)
            .unwrap_or_else(|place| {
                let (reject, accept) = (None, None);
                self.slots.insert(
                    place,
                    Slot {
                        number,
                        reject,
                        accept,
                    },
                );
                place
            });
        *self.slots[place].part(action) = Some(Rule { text, expr });
        Ok(())
    }

    /// Sets the expression of AR-Cluster; an empty one takes it away.
    pub fn set_expression(&mut self, text: &str, places: &dyn Places) -> Result<(), FilterError> {
        let text = text.trim();
        self.expression = if text.is_empty() {
            None
        } else {
            Some(Rule {
                text: text.to_owned(),
                expr: arc::parse(text, places)?,
            })
        };
        Ok(())
    }

    /// Lets the expression rest, or be asked again.
    pub fn rest(&mut self, resting: bool) {
        self.resting = resting;
    }

    /// Whether the expression rests.
    pub fn is_resting(&self) -> bool {
        self.resting
    }

    /// Sets a list of CC Cluster.
    pub fn set_list(&mut self, list: cc::List, places: &dyn Places) -> Result<(), FilterError> {
        let expr = cc::expr(&list, places)?;
        self.lists.retain(|(other, _)| other.subject != list.subject);
        self.lists.push((list, expr));
        Ok(())
    }

    /// Takes one numbered rule away, or everything.
    pub fn clear(&mut self, number: Option<u8>) {
        match number {
            Some(number) => self.slots.retain(|slot| slot.number != number),
            None => *self = Self::default(),
        }
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.expression.is_none() && self.lists.is_empty() && self.slots.is_empty()
    }

    /// Whether a spot is let through.
    pub fn pass(&self, spot: &impl SpotFacts) -> bool {
        self.numbered(spot)
            && self
                .expression
                .as_ref()
                .is_none_or(|rule| self.resting || rule.expr.matches(spot))
            && self.lists.iter().all(|(_, expr)| expr.matches(spot))
    }

    fn numbered(&self, spot: &impl SpotFacts) -> bool {
        let mut result = true;
        for slot in &self.slots {
            if let Some(rule) = &slot.reject {
                if rule.expr.matches(spot) {
                    return false;
                }
                result = true;
            }
            if let Some(rule) = &slot.accept {
                if rule.expr.matches(spot) {
                    return true;
                }
                result = false;
            }
        }
        result
    }

    /// The numbered rules that are set, in order.
    pub fn numbered_rules(&self) -> impl Iterator<Item = (u8, Action, &str)> {
        self.slots.iter().flat_map(|slot| {
            let number = slot.number;
            let reject = slot.reject.iter().map(Rule::text);
            let accept = slot.accept.iter().map(Rule::text);
            let reject = reject.map(move |text| (number, Action::Reject, text));
            let accept = accept.map(move |text| (number, Action::Accept, text));
            reject.chain(accept)
        })
    }

    /// The expression that is set.
    pub fn expression(&self) -> Option<&str> {
        self.expression.as_ref().map(|rule| rule.text.as_str())
    }

    /// The lists that are set.
    pub fn lists(&self) -> impl Iterator<Item = &cc::List> {
        self.lists.iter().map(|(list, _)| list)
    }
}

impl Slot {
    fn part(&mut self, action: Action) -> &mut Option<Rule> {
        match action {
            Action::Reject => &mut self.reject,
            Action::Accept => &mut self.accept,
        }
    }
}

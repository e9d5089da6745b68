//! Who is on the air, by their own word: in memory, for some minutes unless said again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::model::{WishFault, check_frequency, check_mode};
use crate::bus::{Audience, Bus, Outgoing};
use crate::identity::{AccountId, Login};

/// The channel that presence is told on.
const TOPIC: &str = "presence";
/// How long a word lasts.
const LASTS: SignedDuration = SignedDuration::from_mins(10);
/// How long followers are not told again of the same call.
const AGAIN: SignedDuration = SignedDuration::from_mins(30);
/// Characters of what somebody says beside.
const LONGEST_TEXT: usize = 100;

/// What somebody says of being on the air.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnAir {
    /// Where, in hertz.
    #[serde(default)]
    pub(crate) freq_hz: Option<u64>,
    /// In which mode.
    #[serde(default)]
    pub(crate) mode: Option<String>,
    /// Whether they are calling CQ.
    #[serde(default)]
    pub(crate) calling: bool,
    /// Something beside, 100 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
}

/// Somebody on the air.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Present {
    /// Who.
    #[schema(value_type = String)]
    pub(crate) call: SmolStr,
    #[serde(flatten)]
    pub(crate) on_air: OnAir,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) since: Timestamp,
    /// Until when, unless said again.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) until: Timestamp,
}

impl OnAir {
    /// Refuses what cannot be told.
    pub(super) fn check(&self) -> Result<(), WishFault> {
        self.freq_hz
            .map_or(Ok(()), |hertz| check_frequency("freq_hz", hertz))?;
        self.mode.as_deref().map_or(Ok(()), check_mode)?;
        let is_text =
            |text: &String| text.chars().count() <= LONGEST_TEXT && !text.chars().any(char::is_control);
        if self.text.as_ref().is_none_or(is_text) {
            return Ok(());
        }
        Err(WishFault {
            field: "text",
            words: format!("a line of at most {LONGEST_TEXT} characters"),
        })
    }
}

/// All who are on the air; clones are the same.
#[derive(Clone)]
pub(super) struct Presence {
    inner: Arc<Inner>,
}

struct Inner {
    bus: Bus,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    present: BTreeMap<SmolStr, (AccountId, Present)>,
    /// When followers were told of a call.
    told: BTreeMap<SmolStr, Timestamp>,
}

impl Presence {
    /// Nobody.
    pub(super) fn new(bus: Bus) -> Self {
        Self {
            inner: Arc::new(Inner {
                bus,
                state: Mutex::default(),
            }),
        }
    }

    /// Somebody is on the air; whether their followers are to be told of it.
    pub(super) fn set(
        &self,
        (account, call): (AccountId, &Login),
        on_air: OnAir,
        now: Timestamp,
    ) -> (Present, bool) {
        self.sweep(now);
        let call = SmolStr::new(call.as_str());
        let mut state = self.lock();
        let before = state.present.get(&call).map(|(_, before)| before.clone());
        let present = Present {
            since: before.as_ref().map_or(now, |before| before.since),
            until: now + LASTS,
            call: call.clone(),
            on_air,
        };
        state.present.insert(call.clone(), (account, present.clone()));
        state.told.retain(|_, at| now.duration_since(*at) < AGAIN);
        let is_news = before.is_none() && state.told.insert(call, now).is_none();
        // Whoever stays as they are is not told of again, but for pages that count the minutes.
        self.tell("on_air", serde_json::to_value(&present).unwrap_or_default());
        (present, is_news)
    }

    /// Somebody is not on the air any more; whether they were.
    pub(super) fn clear(&self, call: &str) -> bool {
        let mut state = self.lock();
        let was = state.present.remove(call).is_some();
        if was {
            self.tell("off_air", json!({"call": call}));
        }
        was
    }

    /// Everybody on the air now, by call.
    pub(super) fn all(&self, now: Timestamp) -> Vec<Present> {
        self.sweep(now);
        self.lock()
            .present
            .values()
            .map(|(_, present)| present.clone())
            .collect()
    }

    /// Lets go of those whose word is too old.
    pub(super) fn sweep(&self, now: Timestamp) {
        self.drop_where(|_, present| present.until <= now);
    }

    /// Lets go of an account that may not be on the air any more, or under another call.
    pub(super) fn review(&self, account: AccountId, call: Option<&Login>) {
        self.drop_where(|of, present| {
            of == account && call.is_none_or(|call| call.as_str() != present.call.as_str())
        });
    }

    /// Everybody who is here.
    pub(super) fn is_here(&self, account: AccountId) -> bool {
        self.lock().present.values().any(|(of, _)| *of == account)
    }

    fn drop_where(&self, is_over: impl Fn(AccountId, &Present) -> bool) {
        let mut state = self.lock();
        let mut gone = Vec::new();
        state.present.retain(|call, (account, present)| {
            let stays = !is_over(*account, present);
            if !stays {
                gone.push(call.clone());
            }
            stays
        });
        for call in gone {
            self.tell("off_air", json!({"call": call}));
        }
    }

    /// Tells all members' pages; with the state locked, so that the last word is the last.
    fn tell(&self, kind: &'static str, payload: serde_json::Value) {
        self.inner.bus.send([Outgoing {
            topic: SmolStr::new_static(TOPIC),
            kind: SmolStr::new_static(kind),
            audience: Audience::Everyone,
            payload,
        }]);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::BusConfig;
    use crate::env::Clock;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn presence() -> Presence {
        Presence::new(Bus::new(BusConfig::default(), Clock::fake(Timestamp::UNIX_EPOCH)))
    }

    fn set(presence: &Presence, call: &str, minute: i64) -> bool {
        let (present, is_news) = presence.set(
            (AccountId(1), &call.parse().unwrap()),
            OnAir::default(),
            at(minute),
        );
        assert_eq!(present.until, at(minute + 10));
        is_news
    }

    #[test]
    fn a_word_lasts_ten_minutes_unless_it_is_said_again() {
        let presence = presence();
        assert!(set(&presence, "K6BP", 0), "followers are told");
        assert!(!set(&presence, "K6BP", 9), "and not of what they know");
        assert_eq!(presence.all(at(18))[0].since, at(0));
        assert!(presence.all(at(19)).is_empty());
        assert!(!presence.clear("K6BP"), "it is over already");
    }

    #[test]
    fn followers_are_told_once_in_half_an_hour() {
        let presence = presence();
        assert!(set(&presence, "K6BP", 0));
        assert!(presence.clear("K6BP"));
        assert!(!set(&presence, "K6BP", 1));
        assert!(presence.clear("K6BP"));
        assert!(set(&presence, "K6BP", 31));
    }

    #[test]
    fn each_change_is_told_on_the_bus() {
        let presence = presence();
        let before = presence.inner.bus.seq();
        set(&presence, "K6BP", 0);
        presence.clear("K6BP");
        let told = presence.inner.bus.replay(&[TOPIC], before, u64::MAX).messages;
        let kinds: Vec<_> = told.iter().map(|message| message.kind.as_str()).collect();
        assert_eq!(kinds, ["on_air", "off_air"]);
    }

    #[test]
    fn an_account_under_another_call_is_let_go() {
        let presence = presence();
        set(&presence, "K6BP", 0);
        presence.review(AccountId(1), Some(&"K6BP".parse().unwrap()));
        assert!(presence.is_here(AccountId(1)));
        presence.review(AccountId(1), None);
        assert!(!presence.is_here(AccountId(1)));
    }

    #[test]
    fn what_is_said_beside_is_one_line() {
        let word = |text: &str| OnAir {
            text: Some(text.to_owned()),
            ..OnAir::default()
        };
        assert!(word("QRP, 5 W").check().is_ok());
        assert_eq!(word("a\nb").check().unwrap_err().field, "text");
        assert!(word(&"x".repeat(101)).check().is_err());
    }
}

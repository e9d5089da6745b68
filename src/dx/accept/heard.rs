//! What stations nearby were sending: the mode of a spot that does not say it.
//!
//! Evidence in this order: the spot says it; the same call within 1 kHz said it within the hour; the frequency is where
//! a digital mode meets; two other calls or more within 3 kHz said theirs within half an hour, and seven in ten agree;
//! the frequency is where expeditions call by FT8; the band plan of the station's region. Bounded: the last places of each call, the last calls of each kilohertz.

use std::collections::{HashMap, VecDeque};

use crate::dx::event::{Evidence, Place};
use crate::ham::freq::Hertz;
use crate::ham::spot::plan::{self, Region};
use crate::ham::spot::{ModeClass, SpotMode};

/// Seconds that a call's own word counts.
const OWN: u32 = 3_600;
/// Hertz around it.
const OWN_NEAR: u64 = 1_000;
/// Seconds that neighbours' words count.
const NEIGHBOURS: u32 = 1_800;
/// Hertz around them.
const NEAR: u64 = 3_000;
/// Places remembered of a call.
const PLACES: usize = 4;
/// Calls remembered of a kilohertz.
const CALLS: usize = 6;
/// Most calls, and most kilohertz, remembered.
const MOST: usize = 100_000;

/// A station of which the mode is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) call: &'a str,
    pub(super) freq: Hertz,
    /// What the spot says.
    pub(super) stated: Option<SpotMode>,
    pub(super) place: &'a Place,
}

/// What was said of modes lately.
#[derive(Debug, Default)]
pub(super) struct Heard {
    calls: Memory<Box<str>, PLACES>,
    kilohertz: Memory<u64, CALLS>,
    /// Calls by number within `kilohertz`, so that one call counts once.
    keys: std::collections::hash_map::RandomState,
}

/// Somebody said a mode.
#[derive(Debug, Clone, Copy)]
struct Word {
    at: u32,
    freq: u64,
    call: u64,
    mode: SpotMode,
}

impl Heard {
    /// The mode of a station and what it was taken from; what it said is remembered.
    pub(super) fn mode(&mut self, asked: &Asked<'_>, now: u32) -> Option<(SpotMode, Evidence)> {
        if let Some(mode) = asked.stated {
            self.remember(asked, mode, now);
            return Some((mode, Evidence::Stated));
        }
        let (call, hertz) = (self.number(asked.call), asked.freq.get());
        self.own(asked.call, hertz, now)
            .map(|mode| (mode, Evidence::SameCall))
            .or_else(|| plan::in_window(asked.freq).map(|mode| (mode, Evidence::Window)))
            .or_else(|| {
                self.neighbours(call, hertz, now)
                    .map(|mode| (mode, Evidence::Neighbours))
            })
            .or_else(|| plan::of_expeditions(asked.freq).map(|mode| (mode, Evidence::Window)))
            .or_else(|| by_plan(asked).map(|mode| (mode, Evidence::Plan)))
    }

    /// Calls and kilohertz remembered.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize) {
        (self.calls.words.len(), self.kilohertz.words.len())
    }

    fn remember(&mut self, asked: &Asked<'_>, mode: SpotMode, now: u32) {
        let word = Word {
            at: now,
            freq: asked.freq.get(),
            call: self.number(asked.call),
            mode,
        };
        self.calls.add(asked.call.into(), word, now, OWN, |known| {
            known.freq.abs_diff(word.freq) <= OWN_NEAR
        });
        self.kilohertz
            .add(word.freq / 1_000, word, now, NEIGHBOURS, |known| {
                known.call == word.call
            });
    }

    fn number(&self, call: &str) -> u64 {
        use std::hash::BuildHasher as _;
        self.keys.hash_one(call)
    }

    /// What the call itself said there.
    fn own(&self, call: &str, hertz: u64, now: u32) -> Option<SpotMode> {
        let words = self.calls.words(call)?;
        let fresh = words
            .iter()
            .filter(|word| word.at.saturating_add(OWN) > now && word.freq.abs_diff(hertz) <= OWN_NEAR);
        fresh.max_by_key(|word| word.at).map(|word| word.mode)
    }

    /// What others close by said, where enough agree.
    fn neighbours(&self, call: u64, hertz: u64, now: u32) -> Option<SpotMode> {
        let span = NEAR / 1_000;
        let middle = hertz / 1_000;
        let mut heard: Vec<Word> = Vec::with_capacity(CALLS);
        for khz in middle.saturating_sub(span)..=middle + span {
            for word in self.kilohertz.words(&khz).into_iter().flatten() {
                let counts = word.call != call
                    && word.at.saturating_add(NEIGHBOURS) > now
                    && word.freq.abs_diff(hertz) <= NEAR;
                if !counts {
                    continue;
                }
                match heard.iter_mut().find(|known| known.call == word.call) {
                    Some(known) if known.at >= word.at => {}
                    Some(known) => *known = *word,
                    None => heard.push(*word),
                }
            }
        }
        agreed(&heard)
    }
}

/// The commonest mode of the class that seven in ten of at least two agree on.
fn agreed(heard: &[Word]) -> Option<SpotMode> {
    if heard.len() < 2 {
        return None;
    }
    let of_class = |class: ModeClass| heard.iter().filter(move |word| word.mode.class() == class);
    let class = ModeClass::ALL
        .into_iter()
        .max_by_key(|class| of_class(*class).count())?;
    if of_class(class).count() * 10 < heard.len() * 7 {
        return None;
    }
    let votes = |mode: SpotMode| of_class(class).filter(|word| word.mode == mode).count();
    of_class(class)
        .max_by_key(|word| (votes(word.mode), word.at))
        .map(|word| word.mode)
}

/// What the plan of the station's region says; voice with its usual sideband.
fn by_plan(asked: &Asked<'_>) -> Option<SpotMode> {
    let place = asked.place;
    let region = match (place.continent, place.cq_zone) {
        (Some(continent), zone) => Region::of(continent, zone.unwrap_or(0)),
        (None, _) => Region::One,
    };
    Some(match plan::segment(asked.freq, region)? {
        ModeClass::Cw => SpotMode::Cw,
        ModeClass::Data => SpotMode::Data,
        ModeClass::Phone => plan::sideband(asked.freq),
    })
}

/// Some words by key; keys go in the order in which they came, when they are old or too many.
#[derive(Debug)]
struct Memory<K, const N: usize> {
    words: HashMap<K, Vec<Word>>,
    order: VecDeque<(u32, K)>,
}

impl<K, const N: usize> Default for Memory<K, N> {
    fn default() -> Self {
        Self {
            words: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<K: std::hash::Hash + Eq + Clone, const N: usize> Memory<K, N> {
    fn words<Q>(&self, key: &Q) -> Option<&Vec<Word>>
    where
        K: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ?Sized,
    {
        self.words.get(key)
    }

    /// Adds a word, in the place of one that says `same`, or of the oldest where there are too many.
    fn add(&mut self, key: K, word: Word, now: u32, span: u32, same: impl Fn(&Word) -> bool) {
        self.forget(now, span);
        if let Some(words) = self.words.get_mut(&key) {
            let oldest = || {
                words
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, word)| word.at)
                    .map(|(at, _)| at)
            };
            let place = words
                .iter()
                .position(same)
                .or_else(|| if words.len() < N { None } else { oldest() });
            match place {
                Some(at) => words[at] = word,
                None => words.push(word),
            }
            return;
        }
        self.words.insert(key.clone(), vec![word]);
        self.order.push_back((now, key));
    }

    /// Looks at the key that waits longest: gone if nothing of it is fresh, else at the end of the line again.
    fn forget(&mut self, now: u32, span: u32) {
        for _ in 0..2 {
            let is_due = |at: u32| at.saturating_add(span) <= now;
            let too_many = self.order.len() >= MOST;
            let Some((_, key)) = self.order.pop_front_if(|(at, _)| too_many || is_due(*at)) else {
                return;
            };
            let newest = self
                .words
                .get(&key)
                .into_iter()
                .flatten()
                .map(|word| word.at)
                .max();
            match newest {
                Some(at) if !is_due(at) && !too_many => self.order.push_back((at, key)),
                _ => drop(self.words.remove(&key)),
            }
        }
    }
}

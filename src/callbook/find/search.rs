//! Searching all live registers: step by step, each step in the order of rank and call over all of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::super::generation::documents::{Standings, Traits, region_mark, region_word};
use super::super::generation::{Found, Generation, GenerationError, Registers, country as country_of};
use super::super::model::{Authority, Holder, Licence, Standing};
use super::cursor::{Cursor, mark};
use super::parse::{Exactness, Term};
use super::plan::{Plan, Reading, can_widen};
use super::words::{distance, words};
use super::{Asker, FindError, Hit, How, Page, Query, Request, country};
use crate::ham::callsign::Callsign;
use crate::search::{Index, Order, Place, Query as Ask};

/// Most hits of a page.
pub(crate) const LARGEST_PAGE: usize = 50;
/// Letters that words may differ by at last.
const WIDEST: u8 = 2;

impl Registers {
    /// The hits of a query behind a cursor. Blocking: up to some milliseconds.
    pub(crate) fn search(&self, request: &Request<'_>) -> Result<Page, FindError> {
        let forbidden = request.query.fields().without(request.allowed);
        if !forbidden.is_empty() {
            return Err(FindError::Forbidden(forbidden));
        }
        let mark = mark(request.query, request.asker, request.allowed);
        if request.after.is_some_and(|after| after.query != mark) {
            return Err(FindError::Cursor);
        }
        let live = self.all();
        let (sources, missing) = sources(&live, request.asker)?;
        let first = request.after.map_or(0, |after| after.widened);
        for widened in first..=WIDEST {
            if widened > first && !can_widen(request.query, widened) {
                continue;
            }
            let search = Search {
                request,
                sources: &sources,
                widened,
                mark,
            };
            let mut page = search.page()?;
            if !page.hits.is_empty() || request.after.is_some() {
                page.missing = missing;
                return Ok(page);
            }
        }
        Ok(Page {
            missing,
            ..Page::default()
        })
    }
}

/// A register that is searched.
pub(super) struct Source<'a> {
    pub(super) generation: &'a Generation,
    index: Arc<Index>,
    country: Option<&'static str>,
    near: Near,
}

/// How near the licences of a register are to the asker.
#[derive(Debug, Clone, Copy)]
struct Near {
    same_country: bool,
    region: u16,
}

impl Near {
    /// 0 nearest.
    fn of(self, traits: Traits) -> u8 {
        match (self.same_country, self.region) {
            (false, _) => 2,
            (true, 0) => 0,
            (true, region) => u8::from(traits.region() != region),
        }
    }
}

/// The registers that can be searched, and those whose index is being made; an error if there is none but those.
pub(super) fn sources<'a>(
    live: &'a [Arc<Generation>],
    asker: &Asker,
) -> Result<(Vec<Source<'a>>, Vec<Authority>), FindError> {
    let typed = asker.country.as_deref().map(str::to_lowercase);
    let region = asker.region.as_deref().map_or(0, region_mark);
    let (mut sources, mut missing) = (Vec::new(), Vec::new());
    for generation in live {
        let country = country_of(generation.authority());
        match generation.index() {
            Ok(index) => sources.push(Source {
                generation,
                index,
                country,
                near: Near {
                    same_country: typed
                        .as_deref()
                        .is_none_or(|typed| country.is_some_and(|code| country::is(code, typed))),
                    region: if typed.is_some() { region } else { 0 },
                },
            }),
            Err(GenerationError::Mending(authority)) => missing.push(authority),
            Err(error) => return Err(error.into()),
        }
    }
    match missing.first() {
        Some(first) if sources.is_empty() => Err(FindError::Mending(first.clone())),
        _ => Ok((sources, missing)),
    }
}

impl Source<'_> {
    /// Places behind `after`, by standing, nearness and call; only of these standings, if any are named.
    pub(super) fn search(
        &self,
        ask: &Ask,
        standings: Standings,
        only: &[Standing],
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Place>, FindError> {
        let rank = |traits: u64| {
            let traits = Traits(traits);
            let standing = standings.of(traits);
            let wanted = only.is_empty() || only.contains(&standing);
            wanted.then(|| worth(standing) * 3 + self.near.of(traits))
        };
        let best = only.iter().map(|standing| worth(*standing)).min().unwrap_or(0) * 3;
        let order = Order {
            rank: &rank,
            best: best + if self.near.same_country { 0 } else { 2 },
        };
        Ok(self.index.search(ask, order, after, limit)?)
    }

    /// What is found at a place; `None` where the record has just gone.
    pub(super) fn hit(&self, place: Place, how: How) -> Result<Option<Hit>, FindError> {
        let Ok(call) = Callsign::parse(place.key.as_str()) else {
            return Ok(None);
        };
        let entry = self.generation.get(&call)?;
        Ok(entry.map(|entry| Hit {
            found: Found {
                authority: self.generation.authority().clone(),
                entry,
                xref: None,
            },
            how,
        }))
    }
}

/// Best first.
fn worth(standing: Standing) -> u8 {
    match standing {
        Standing::Active => 0,
        Standing::Grace => 1,
        Standing::Expired => 2,
        Standing::Reserved => 3,
        Standing::Cancelled => 4,
    }
}

/// One try to fill a page.
struct Search<'a> {
    request: &'a Request<'a>,
    sources: &'a [Source<'a>],
    widened: u8,
    mark: u32,
}

impl Search<'_> {
    fn page(&self) -> Result<Page, FindError> {
        let request = self.request;
        let limit = request.limit.clamp(1, LARGEST_PAGE);
        let plans: Vec<Plan> = self.sources.iter().map(|source| self.plan(source)).collect();
        let mut places: Vec<(How, Place, usize)> = Vec::new();
        for how in How::all().filter(|how| request.after.is_none_or(|after| after.step <= how.step())) {
            let wanted = limit + 1 - places.len();
            places.extend(self.step(&plans, how, wanted)?);
            if places.len() > limit {
                break;
            }
        }
        let more = places.len() > limit;
        places.truncate(limit);
        let next = places.last().filter(|_| more).map(|(how, place, at)| Cursor {
            query: self.mark,
            widened: self.widened,
            step: how.step(),
            place: *place,
            authority: self.sources[*at].generation.authority().clone(),
        });
        let mut hits = Vec::with_capacity(places.len());
        for (how, place, at) in places {
            hits.extend(self.sources[at].hit(place, how)?);
        }
        let widened = (self.widened > 0)
            .then(|| instead(request.query, &hits))
            .flatten();
        Ok(Page {
            hits,
            next,
            widened,
            missing: Vec::new(),
        })
    }

    fn plan(&self, source: &Source<'_>) -> Plan {
        let reading = Reading {
            allowed: self.request.allowed,
            widened: self.widened,
            home: source.country,
        };
        Plan::of(self.request.query, reading)
    }

    /// The first places of a step over all registers.
    fn step(&self, plans: &[Plan], how: How, limit: usize) -> Result<Vec<(How, Place, usize)>, FindError> {
        let standings = Standings::on(self.request.today);
        let mut found = Vec::new();
        for (at, (source, plan)) in self.sources.iter().zip(plans).enumerate() {
            let Some(ask) = plan.step(how) else { continue };
            let after = self.behind(how, source);
            let places = source.search(ask, standings, &plan.standings, after, limit)?;
            found.extend(places.into_iter().map(|place| (how, place, at)));
        }
        // Registers stand in the order of their names, which decides between the same call in two.
        found.sort_by_key(|(_, place, at)| (*place, *at));
        found.truncate(limit);
        Ok(found)
    }

    /// Behind which place a register goes on.
    fn behind(&self, how: How, source: &Source<'_>) -> Option<Place> {
        let after = self.request.after.filter(|after| after.step == how.step())?;
        let mut place = after.place;
        if *source.generation.authority() > after.authority {
            place.key = place.key.before();
        }
        Some(place)
    }
}

/// The words of the first hit that were taken for those that were typed.
fn instead(query: &Query, hits: &[Hit]) -> Option<String> {
    let licence = &hits.first()?.found.entry.licence;
    let known = words_of(licence);
    let mut told = Vec::new();
    for term in &query.terms {
        let Term::Name {
            spellings,
            how: Exactness::Open,
            region,
            ..
        } = term
        else {
            continue;
        };
        if region
            .as_ref()
            .is_some_and(|region| *region == region_word(&licence.address.region))
        {
            continue;
        }
        let typed = spellings.iter().filter_map(|spelling| spelling.first());
        let nearest = typed
            .flat_map(|typed| known.iter().map(move |word| (distance(typed, word), word)))
            .min()?;
        told.push(nearest.1.to_string());
    }
    (!told.is_empty()).then(|| told.join(" "))
}

/// The words a licence is found by.
fn words_of(licence: &Licence) -> BTreeSet<SmolStr> {
    let Holder {
        name,
        first,
        middle,
        last,
        ..
    } = &licence.holder;
    [name, first, middle, last, &licence.address.city]
        .into_iter()
        .flat_map(|text| words(text, true))
        .collect()
}

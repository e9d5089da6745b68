//! Members as others see them: masked where they are read, by who asks.
//!
//! Whoever is not in the directory is not seen by others at all, so that nobody learns who has an account. Where a
//! member is, is shown as exactly as they want; a position inside a coarser square is moved to a place of its own in
//! it, always the same one, which nobody can compute back without the installation's key.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::actor::Actor;
use super::authority::Capability;
use super::error::Error;
use super::login::Login;
use super::model::{AccountId, GridPrecision};
use super::service::Identity;
use super::tables::StoredAccount;
use crate::ham::callsign::Callsign;
use crate::ham::geo::LatLon;
use crate::ham::grid::Grid;
use crate::web::Signer;

/// A member, as who asks may see them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    pub(crate) call: Login,
    /// Empty for guests.
    pub(crate) name: SmolStr,
    pub(crate) grid: Option<Grid>,
    pub(crate) position: Option<LatLon>,
    pub(crate) verified: bool,
    pub(crate) previous: Vec<Callsign>,
    pub(crate) since: Timestamp,
}

/// What an address with a call leads to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    Member(Box<Profile>),
    /// The call was this member's before: look there.
    Moved(Login),
}

impl Identity {
    /// The members who want to be found, by call.
    pub(crate) fn directory(&self, actor: &Actor) -> Vec<Profile> {
        let memory = self.memory();
        let seen = |(id, account): (AccountId, &std::sync::Arc<StoredAccount>)| {
            account
                .privacy
                .directory
                .then(|| profile(&self.inner.places, actor, (id, account)))?
        };
        let mut found: Vec<_> = memory.accounts().filter_map(seen).collect();
        found.sort_by(|a, b| a.call.cmp(&b.call));
        found
    }

    /// The member who has a call, or had it before.
    pub(crate) fn look_up(&self, actor: &Actor, name: &str) -> Result<Found, Error> {
        let login: Login = name.parse().map_err(|_| Error::UnknownAccount)?;
        let memory = self.memory();
        if let Some((id, account)) = memory.by_call(&login) {
            let seen = profile(&self.inner.places, actor, (id, &account));
            return seen
                .map(|seen| Found::Member(Box::new(seen)))
                .ok_or(Error::UnknownAccount);
        }
        let had = memory
            .accounts()
            .find(|(_, account)| login.call().is_some_and(|call| account.previous.contains(call)));
        let had = had.and_then(|(id, account)| profile(&self.inner.places, actor, (id, account)));
        had.map(|seen| Found::Moved(seen.call))
            .ok_or(Error::UnknownAccount)
    }

    /// The call that whoever has the account of this call now is known by, where it was theirs before: for addresses
    /// of their own things.
    pub(crate) fn own_new_call(&self, actor: &Actor, name: &str) -> Option<Login> {
        let call: Callsign = name.parse().ok()?;
        let account = self.account(actor.account()?).ok()?;
        account.previous.contains(&call).then(|| account.call.clone())
    }
}

/// The account as the actor may see it; nothing where they may not.
fn profile(places: &Signer, actor: &Actor, (id, account): (AccountId, &StoredAccount)) -> Option<Profile> {
    let all = actor.account() == Some(id) || actor.may(Capability::SeeAccounts).is_ok();
    if !all && (!account.privacy.directory || account.disabled) {
        return None;
    }
    let precision = if all {
        GridPrecision::Exact
    } else {
        account.privacy.grid_precision
    };
    let grid = match precision {
        GridPrecision::Exact => account.grid,
        GridPrecision::Square => account.grid.map(|grid| grid.truncated(2)),
        GridPrecision::None => None,
    };
    let position = grid.map(|grid| match precision {
        GridPrecision::Exact => grid.centre(),
        _ => within(places, id, grid),
    });
    let named = all || actor.account().is_some();
    Some(Profile {
        call: account.call.clone(),
        name: if named {
            account.name.as_str().into()
        } else {
            SmolStr::default()
        },
        grid,
        position,
        verified: account.verified.is_some(),
        previous: account.previous.clone(),
        since: account.created,
    })
}

/// A place inside the square: a member's own, so that the pins of a town do not stand on one another.
pub(super) fn within(places: &Signer, id: AccountId, square: Grid) -> LatLon {
    let tag = places.tag("place", &[&id.0.to_be_bytes(), square.as_str().as_bytes()]);
    let fraction = |bytes: &[u8]| {
        let number = u32::from_be_bytes(bytes.try_into().expect("four of sixteen bytes"));
        // Not at the border, where rounding would put it into the next square.
        0.05 + 0.9 * f64::from(number) / f64::from(u32::MAX)
    };
    let (south_west, north_east) = square.corners();
    let between = |low: f64, high: f64, part: f64| low + (high - low) * part;
    let lat = between(south_west.lat(), north_east.lat(), fraction(&tag[..4]));
    let lon = between(south_west.lon(), north_east.lon(), fraction(&tag[4..8]));
    LatLon::new(lat, lon).unwrap_or_else(|_| square.centre())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(text: &str) -> Grid {
        text.parse::<Grid>().unwrap().truncated(2)
    }

    #[test]
    fn a_masked_place_is_in_its_square_always_the_same_and_not_anothers() {
        let places = Signer::new([7; 32]);
        for locator in ["CM87wu", "FN31pr", "RE78jr", "AA00aa", "RR99xx", "JO22kj"] {
            let square = square(locator);
            let at = within(&places, AccountId(1), square);
            assert!(square.contains_point(at), "{locator}: {at:?}");
            assert_eq!(at, within(&places, AccountId(1), square));
            assert_ne!(at, within(&places, AccountId(2), square), "pins do not stack");
            assert_ne!(
                at,
                within(&Signer::new([8; 32]), AccountId(1), square),
                "the key decides"
            );
        }
    }

    #[test]
    fn squares_are_those_of_the_vectors() {
        let Ok(text) = std::fs::read_to_string("../shared/data/original-platform/grid_privacy_vectors.tsv")
        else {
            return;
        };
        for line in text.lines().skip(1) {
            let fields: Vec<_> = line.split('\t').collect();
            let number = |at: usize| fields[at].parse::<f64>().unwrap();
            let square = square(fields[0]);
            assert_eq!(square.as_str(), fields[3]);
            let (south_west, north_east) = square.corners();
            assert!(
                (south_west.lat() - number(4)).abs() < 1e-6 && (south_west.lon() - number(5)).abs() < 1e-6
            );
            assert!(
                (north_east.lat() - number(6)).abs() < 1e-6 && (north_east.lon() - number(7)).abs() < 1e-6
            );
            let centre = square.centre();
            assert!((centre.lat() - number(8)).abs() < 1e-6 && (centre.lon() - number(9)).abs() < 1e-6);
        }
    }
}

//! Commands: rules and filters are their owner's, and nobody else's business.

use super::model::{Fault, MOST_FILTERS, MOST_RULES, Rule, SavedFilter};
use super::tables::{ALERT, FILTERS};
use crate::identity::{Actor, Denied};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("there is no such rule")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a rule; its number.
pub(crate) fn add_rule(tx: &mut Write<'_>, actor: &Actor, rule: &Rule) -> Result<u32, Error> {
    let account = actor.in_person()?.account.0;
    rule.ready()?;
    let rules = rules(tx, account)?;
    if rules.len() >= MOST_RULES {
        return Err(Fault::Rules.into());
    }
    let number = rules.last().map_or(1, |(number, _)| number + 1);
    tx.put(ALERT, &(account, number), rule)?;
    Ok(number)
}

/// Puts a rule in the place of an earlier one.
pub(crate) fn change_rule(tx: &mut Write<'_>, actor: &Actor, number: u32, rule: &Rule) -> Result<(), Error> {
    let account = actor.in_person()?.account.0;
    rule.ready()?;
    if !tx.contains(ALERT, &(account, number))? {
        return Err(Error::Unknown);
    }
    Ok(tx.put(ALERT, &(account, number), rule)?)
}

/// Removes a rule.
pub(crate) fn remove_rule(tx: &mut Write<'_>, actor: &Actor, number: u32) -> Result<(), Error> {
    let account = actor.in_person()?.account.0;
    if tx.remove(ALERT, &(account, number))? {
        Ok(())
    } else {
        Err(Error::Unknown)
    }
}

/// Keeps these filters instead of those kept so far.
pub(crate) fn save_filters(
    tx: &mut Write<'_>,
    actor: &Actor,
    filters: &Vec<SavedFilter>,
) -> Result<(), Error> {
    let account = actor.in_person()?.account.0;
    if filters.len() > MOST_FILTERS {
        return Err(Fault::Filters.into());
    }
    filters.iter().try_for_each(SavedFilter::check)?;
    Ok(tx.put(FILTERS, &account, filters)?)
}

/// The rules of an account, by number.
pub(crate) fn rules(r: &impl Rows, account: u32) -> Result<Vec<(u32, Rule)>, StoreError> {
    let rows = r.scan(ALERT, Span::prefix(&(account,)), Direction::Forward);
    rows.map(|row| row.map(|((_, number), rule)| (number, rule)))
        .collect()
}

/// The filters of an account.
pub(crate) fn filters(r: &impl Rows, account: u32) -> Result<Vec<SavedFilter>, StoreError> {
    Ok(r.get(FILTERS, &account)?.unwrap_or_default())
}

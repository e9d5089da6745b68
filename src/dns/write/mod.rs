//! Commands on zones, names, records and tokens.
//!
//! Every change of records, wherever it comes from, is a list of [`Change`](super::model::Change)s that is carried out
//! whole or not at all: rights, rules on the state afterwards, quotas, sets, serial, journal and event in one
//! transaction. `edit` has the changes of records, `store` writes them, the others make what records stand in.

mod edit;
mod give;
mod judge;
mod names;
mod store;
mod tokens;
mod turning;
mod upkeep;
mod zones;

pub(crate) use edit::{apply, apply_by_token, undo};
pub(crate) use give::{NewGrant, give, take_back};
pub(crate) use names::{
    delegate, entitled, erase_name, note_account, note_licence, release_name, restore_name, settle_account,
    suspend_name,
};
pub(crate) use store::serial_of;
pub(crate) use tokens::{NewToken, create_token, revoke_token};
pub(crate) use upkeep::{end_records, forget_journal, raise_serials, release_old};
pub(crate) use zones::{NewZone, WholeZone, create_zone, import_zone, prepare_base, remove_zone};

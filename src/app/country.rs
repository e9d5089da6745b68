//! Which table of DXCC entities is used from the start: the one fetched last, or a newer one built in.

use std::sync::Arc;

use crate::config::Config;
use crate::logbook::Countries;
use crate::logbook::jobs::kept_table;
use crate::logbook::place::Table;

/// The table in use. One that was fetched and does not read any more is passed over, with a line in the log.
pub(super) fn in_use(config: &Config) -> Countries {
    let path = kept_table(&config.data_dir);
    let kept = std::fs::read(&path)
        .ok()
        .and_then(|bytes| match Table::read(&bytes) {
            Ok(table) => Some(table),
            Err(error) => {
                tracing::warn!(%error, "{}: {error}; the built-in table is used", path.display());
                None
            }
        });
    Countries::new(Arc::new(Table::choose(kept)))
}

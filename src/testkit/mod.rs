//! What tests, benches and fuzz targets need of the program.
//!
//! Only built with the feature `testkit`.

pub mod adif_fuzz;
pub mod adif_gen;
mod app;
pub mod callbook;
pub mod callbook_fuzz;
pub mod cluster_fuzz;
pub mod dns_text;
pub mod ladder_fuzz;
pub mod lists_fuzz;
mod logbook;
pub mod lotw;
mod mail;
pub mod morse_fuzz;
pub mod names;
pub mod net_fuzz;
pub mod odoo_fuzz;
pub mod passkey;
pub mod records;
mod relay;
pub mod relay_cat_fuzz;
pub mod relay_fuzz;
mod scratch_relay;
mod spots;
pub mod tls;
pub mod uls;
mod zones;

pub use app::{BEGIN, Route, SentMail, TestApp};
pub use logbook::{Imported, ScratchLog};
pub use mail::take_mail;
pub use relay::{FakeRadio, TestRelay};
pub use scratch_relay::ScratchRelay;
pub use spots::ScratchCluster;
pub use zones::ScratchZones;

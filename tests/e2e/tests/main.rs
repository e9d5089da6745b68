//! The main job in a browser, from nothing: every test starts the real program on a data directory of its own and
//! drives Chromium against it.
//!
//! What is selected on a page is its meaning (ids, names, roles, `data-*`), not its words or layout.
//! Nothing here knows the program from inside, and no test depends on another.

mod accounts;
mod admin;
mod callbook;
mod certificate;
mod cluster;
mod dns;
mod entrance;
mod entry;
mod every_page;
mod export;
mod first_run;
mod harness;
mod import;
mod live;
mod logbook;
mod needed;
mod plain;
mod relay;
mod relay_setup;
mod settings;
mod shack;
mod sharing;
mod station;

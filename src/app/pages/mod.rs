//! The pages people see: values that the templates under `assets/templates` show, and what fills them.
//!
//! A page shows one answer on one screen and reads without script; its module under `assets/js/pages`
//! makes it live. Handlers gather what a page needs in one read of the store and hand over finished words
//! and numbers: templates decide nothing. JSON is not made here, that is each domain's `api.rs`.

mod views;

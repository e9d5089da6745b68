//! Answers against fixtures, and what no fixture says: forms, sizes, cookies, mutations.

mod calls;
mod cases;
mod forms;
mod kit;
mod mutations;
mod zones;

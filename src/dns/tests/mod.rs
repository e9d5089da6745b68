//! Changes of records, names and zones, from the command to what is answered.

mod edits;
mod names;
mod tokens;
mod zones;

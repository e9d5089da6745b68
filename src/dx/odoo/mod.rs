//! `push_spot` as programs written for Odoo call it: XML-RPC, JSON-RPC and the JSON of Odoo 19, one set of calls behind.
//!
//! Pure: values, their three notations, and which call means what. Who calls and what is done is in `dx::api::odoo`.
//! Bounded: bodies by the routes, depth and number of values here; no document types, no entities but XML's five.

mod calls;
mod read;
#[cfg(test)]
mod tests;
mod vals;
mod value;
mod write;

pub(crate) use calls::{
    Call, Execute, Fault, common_call, context, documentation, execute, object_call, version,
};
pub(crate) use read::{Method, method_call};
pub(crate) use vals::spots;
pub(crate) use value::Value;
pub(crate) use write::{fault, fault_value, response};

//! The entry point of the fuzz target of feeds that were written for Odoo: calls by XML-RPC or JSON, and their spots.

use crate::dx::odoo::{Value, common_call, method_call, object_call, response, spots};

/// Any bytes as a call, or as the values of one.
///
/// Panics if reading panics, or if what was read cannot be answered in a form that is read again.
pub fn read_calls(bytes: &[u8]) {
    if let Ok(json) = serde_json::from_slice(bytes) {
        let value = Value::of_json(&json);
        let _ = spots(&value);
    }
    let Ok(call) = method_call(bytes) else { return };
    let _ = common_call(&call.name, &call.params);
    let _ = object_call(&call.name, &call.params);
    for value in &call.params {
        let _ = spots(value);
        let _ = value.json();
        let answer = response(value);
        let inner = answer
            .split_once("<params>")
            .and_then(|(_, rest)| rest.rsplit_once("</params>"));
        let (inner, _) = inner.expect("an answer has a value");
        let again = format!("<methodCall><methodName>m</methodName><params>{inner}</params></methodCall>");
        assert!(
            method_call(again.as_bytes()).is_ok(),
            "an answer of our own: {answer}"
        );
    }
}

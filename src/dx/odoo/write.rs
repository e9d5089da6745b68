//! XML-RPC answers, as Python's client and the others read them.

use std::fmt::Write as _;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::calls::Fault;
use super::value::Value;

const HEAD: &str = "<?xml version='1.0'?>\n<methodResponse>\n";

/// The answer with a value.
pub(crate) fn response(value: &Value) -> String {
    let mut out = String::from(HEAD);
    out.push_str("<params>\n<param>\n");
    put(&mut out, value);
    out.push_str("</param>\n</params>\n</methodResponse>\n");
    out
}

/// The answer that something is wrong; `worded` where the fault's code is a text, as in the first version of Odoo's
/// interface.
pub(crate) fn fault(fault: &Fault, worded: bool) -> String {
    let mut out = String::from(HEAD);
    out.push_str("<fault>\n");
    put(&mut out, &fault.value(worded));
    out.push_str("</fault>\n</methodResponse>\n");
    out
}

/// A fault as a value, as an entry of `system.multicall`'s answer.
pub(crate) fn fault_value(fault: &Fault, worded: bool) -> Value {
    fault.value(worded)
}

fn put(out: &mut String, value: &Value) {
    out.push_str("<value>");
    match value {
        // Not every client knows nil; Odoo answers false where it has nothing.
        Value::Nil => out.push_str("<boolean>0</boolean>"),
        Value::Bool(flag) => put_element(out, "boolean", if *flag { "1" } else { "0" }),
        Value::Int(number) if i32::try_from(*number).is_ok() => put_element(out, "int", &number.to_string()),
        Value::Int(number) => put_element(out, "double", &format!("{number}.0")),
        Value::Double(number) => put_element(out, "double", &number.to_string()),
        Value::Text(text) => put_element(out, "string", text),
        Value::Time(time) => put_element(
            out,
            "dateTime.iso8601",
            &time.strftime("%Y%m%dT%H:%M:%S").to_string(),
        ),
        Value::Bytes(bytes) => put_element(out, "base64", &BASE64_STANDARD.encode(bytes)),
        Value::Array(values) => {
            out.push_str("<array><data>\n");
            for value in values {
                put(out, value);
            }
            out.push_str("</data></array>");
        }
        Value::Struct(entries) => {
            out.push_str("<struct>\n");
            for (name, value) in entries {
                out.push_str("<member>\n");
                put_element(out, "name", name);
                out.push('\n');
                put(out, value);
                out.push_str("</member>\n");
            }
            out.push_str("</struct>");
        }
    }
    out.push_str("</value>\n");
}

fn put_element(out: &mut String, tag: &str, text: &str) {
    // Control characters cannot stand in XML, not even escaped.
    let plain: String = text
        .chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .collect();
    let text = quick_xml::escape::escape(plain.as_str());
    // Writing to a text cannot fail.
    let _ = write!(out, "<{tag}>{text}</{tag}>");
}

//! Answers in the forms of the protocol.

use super::command::Request;

/// What a command led to.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is done.
    Done,
    /// Values with their names in the extended form; a value without a name stands alone.
    Values(Vec<(&'static str, String)>),
    /// Values that are followed by a code in the plain form too.
    ValuesAndCode(Vec<(&'static str, String)>),
    /// Refused by a code.
    Failed(i32),
}

/// The bytes of an answer.
pub(super) fn write(request: &Request, outcome: &Outcome) -> Vec<u8> {
    let code = match outcome {
        Outcome::Failed(code) => *code,
        _ => 0,
    };
    let values: &[(&str, String)] = match outcome {
        Outcome::Values(values) | Outcome::ValuesAndCode(values) => values,
        Outcome::Done | Outcome::Failed(_) => &[],
    };
    let mut text = String::new();
    match request.extended {
        Some(mark) => {
            let blank = if request.arguments.is_empty() { "" } else { " " };
            text.push_str(&format!("{}:{blank}{}{mark}", request.name, request.arguments));
            for (name, value) in values {
                let colon = if name.is_empty() { "" } else { ": " };
                text.push_str(&format!("{name}{colon}{value}{mark}"));
            }
            text.push_str(&format!("RPRT {code}\n"));
        }
        None => {
            for (_, value) in values {
                text.push_str(value);
                text.push('\n');
            }
            if !matches!(outcome, Outcome::Values(_)) {
                text.push_str(&format!("RPRT {code}\n"));
            }
        }
    }
    text.into_bytes()
}

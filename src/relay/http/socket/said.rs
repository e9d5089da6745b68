//! What pages say on the socket.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::programs::Order;
use crate::relay::http::ptt::Input;
use crate::relay::http::rotator::Turn;
use crate::relay::wish::TuneWish;

/// A message of a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// Move the radio.
    Tune(TuneWish),
    /// Turn the rotator.
    Rotate(Turn),
    /// Whether the page is being looked at.
    Watch(bool),
    /// The token of its pairing.
    Token(String),
    /// Key the transmitter, or not.
    Ptt(bool, Option<Input>),
    /// A sign of life while it is keyed.
    Renew,
    /// Whether decodes of programs are to be told.
    Decodes(bool),
    /// Something for a program to do.
    Order(Order),
}

/// A message that is none: its number, and what is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unclear {
    /// The number it came under.
    pub(super) id: Value,
    /// In words.
    pub(super) words: String,
}

/// Reads a message and the number that its answer is to carry.
pub(super) fn read(text: &str) -> Result<(Value, Said), Unclear> {
    let unclear = |id: &Value, words: String| Unclear {
        id: id.clone(),
        words,
    };
    let message: Result<Map<String, Value>, _> = serde_json::from_str(text);
    let mut message =
        message.map_err(|error| unclear(&Value::Null, format!("not a JSON object: {error}")))?;
    let id = message.remove("id").unwrap_or_default();
    let id = if id.is_u64() { id } else { Value::Null };
    let Some(Value::String(kind)) = message.remove("type") else {
        return Err(unclear(&id, "a message needs a type".to_owned()));
    };
    let rest = Value::Object(message);
    let said = match kind.as_str() {
        "tune" => of(rest).map(Said::Tune),
        "rotate" => of(rest).map(Said::Rotate),
        "watch" => field(&rest, "visible").map(Said::Watch),
        "token" => field(&rest, "token").map(Said::Token),
        "ptt" => field(&rest, "on").and_then(|on| {
            let input = rest.get("input").cloned().unwrap_or_default();
            Ok(Said::Ptt(on, of(input)?))
        }),
        "renew" => Ok(Said::Renew),
        "decodes" => field(&rest, "on").map(Said::Decodes),
        "program" => of(rest).map(Said::Order),
        _ => Err(
            "there are messages of the types tune, rotate, watch, token, ptt, renew, decodes and program"
                .to_owned(),
        ),
    };
    said.map_err(|words| unclear(&id, words)).map(|said| (id, said))
}

fn of<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn field<T: DeserializeOwned>(message: &Value, name: &str) -> Result<T, String> {
    let value = message.get(name).cloned().unwrap_or_default();
    of(value).map_err(|error| format!("{name}: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_read_with_their_numbers() {
        let wish = TuneWish {
            freq_hz: Some(14_074_000),
            ..TuneWish::default()
        };
        assert_eq!(
            read(r#"{"type":"tune","id":7,"freq_hz":14074000}"#),
            Ok((json!(7), Said::Tune(wish)))
        );
        assert_eq!(
            read(r#"{"type":"ptt","on":true,"input":"data"}"#),
            Ok((Value::Null, Said::Ptt(true, Some(Input::Data))))
        );
        assert_eq!(read(r#"{"type":"renew"}"#), Ok((Value::Null, Said::Renew)));
        assert_eq!(
            read(r#"{"type":"program","id":2,"do":"reply","decode":7}"#),
            Ok((json!(2), Said::Order(Order::Reply { decode: 7 })))
        );
        assert_eq!(
            read(r#"{"type":"watch","visible":false}"#),
            Ok((Value::Null, Said::Watch(false)))
        );
    }

    #[test]
    fn what_is_no_message_is_told_under_its_number() {
        for (text, id) in [
            ("", Value::Null),
            ("[]", Value::Null),
            (r#"{"type":"tune","id":3,"freq":1}"#, json!(3)),
            (r#"{"type":"ptt","id":4,"on":"yes"}"#, json!(4)),
            (r#"{"type":"raw","id":5,"text":"T 1"}"#, json!(5)),
            (r#"{"id":6}"#, json!(6)),
            (r#"{"id":"x","type":7}"#, Value::Null),
        ] {
            assert_eq!(read(text).unwrap_err().id, id, "{text}");
        }
    }
}

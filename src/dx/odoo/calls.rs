//! Which call means what: the two services of Odoo's interface, as far as a feed of spots needs them.

use super::value::Value;

/// The model that takes spots.
pub(crate) const MODEL: &str = "ham.dx.spot";
/// Its method.
const PUSH: &str = "push_spot";
/// Odoo's version whose interface this is.
const SERIE: &str = "19.0";

/// What a call asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Call {
    /// Which version this is.
    Version,
    /// The number of an account by login and key or password.
    Login { login: String, secret: String },
    /// A method of a model.
    Execute { uid: i64, secret: String, what: Execute },
}

/// A method of a model, once it is known who calls.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Execute {
    /// Takes spots.
    Push(Value),
    /// The caller's language and zone: what clients ask to see whether a key is good.
    Context,
}

/// Why a call failed, by the codes of Odoo's interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 1: the call is none, or went wrong.
    Application(String),
    /// 2: what was sent is wrong.
    Warning(String),
    /// 3: bad login, key or password.
    AccessDenied,
    /// 4: known, but may not.
    AccessError(String),
    /// 2 as well: no such model.
    NoModel(String),
}

impl Fault {
    /// The number.
    pub(crate) const fn code(&self) -> i64 {
        match self {
            Self::Application(_) => 1,
            Self::Warning(_) | Self::NoModel(_) => 2,
            Self::AccessDenied => 3,
            Self::AccessError(_) => 4,
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Application(text) | Self::Warning(text) | Self::AccessError(text) | Self::NoModel(text) => {
                text
            }
            Self::AccessDenied => "Access Denied",
        }
    }

    /// The exception that Odoo would have raised.
    pub(crate) const fn exception(&self) -> &'static str {
        match self {
            Self::Application(_) => "builtins.TypeError",
            Self::Warning(_) | Self::NoModel(_) => "odoo.exceptions.UserError",
            Self::AccessDenied => "odoo.exceptions.AccessDenied",
            Self::AccessError(_) => "odoo.exceptions.AccessError",
        }
    }

    /// The fault's struct.
    pub(super) fn value(&self, worded: bool) -> Value {
        let code = match self {
            _ if !worded => Value::Int(self.code()),
            Self::Application(text) => Value::Text(text.clone()),
            Self::Warning(text) | Self::NoModel(text) => {
                Value::Text(format!("warning -- UserError\n\n{text}"))
            }
            Self::AccessDenied => Value::Text("AccessDenied".to_owned()),
            Self::AccessError(text) => Value::Text(format!("warning -- AccessError\n\n{text}")),
        };
        Value::Struct(vec![
            ("faultCode".to_owned(), code),
            ("faultString".to_owned(), Value::Text(self.text().to_owned())),
        ])
    }
}

/// A call of the service `common`.
pub(crate) fn common_call(method: &str, params: &[Value]) -> Result<Call, Fault> {
    match (method, params) {
        ("version", _) => Ok(Call::Version),
        ("login" | "authenticate", [_, login, secret, ..]) => Ok(Call::Login {
            login: login.text().unwrap_or_default(),
            secret: secret.text().unwrap_or_default(),
        }),
        ("login" | "authenticate", _) => {
            Err(Fault::Application(format!("{method} takes db, login, password")))
        }
        _ => Err(unknown_method(method)),
    }
}

/// A call of the service `object`.
pub(crate) fn object_call(method: &str, params: &[Value]) -> Result<Call, Fault> {
    let [_, uid, secret, model, name, arguments @ ..] = params else {
        return Err(match method {
            "execute_kw" | "execute" => Fault::Application(format!(
                "{method} takes db, uid, password, model, method, arguments"
            )),
            other => unknown_method(other),
        });
    };
    let nothing = Value::Nil;
    let (positional, named) = match method {
        "execute_kw" => {
            let positional = match arguments.first() {
                Some(Value::Array(values)) => values.as_slice(),
                None | Some(Value::Nil) => &[],
                Some(_) => {
                    return Err(Fault::Application(
                        "execute_kw takes a list of arguments".to_owned(),
                    ));
                }
            };
            (positional, arguments.get(1).unwrap_or(&nothing))
        }
        "execute" => (arguments, &nothing),
        other => return Err(unknown_method(other)),
    };
    let (model, name) = (model.text().unwrap_or_default(), name.text().unwrap_or_default());
    Ok(Call::Execute {
        uid: uid.whole().unwrap_or(0),
        secret: secret.text().unwrap_or_default(),
        what: execute(&model, &name, positional, named)?,
    })
}

/// A method of a model with its arguments, by place or by name.
pub(crate) fn execute(
    model: &str,
    method: &str,
    positional: &[Value],
    named: &Value,
) -> Result<Execute, Fault> {
    if method.starts_with('_') {
        let text = format!("Private methods (such as {model:.60}.{method:.60}) cannot be called remotely.");
        return Err(Fault::AccessError(text));
    }
    match (model, method) {
        (MODEL, PUSH) => {
            let argument = positional.first().or_else(|| named.get("vals"));
            // Odoo 19 sends an empty list of record numbers before the arguments of model methods.
            let argument = match (argument, positional) {
                (Some(Value::Array(ids)), [_, vals, ..]) if ids.is_empty() => Some(vals),
                (argument, _) => argument,
            };
            argument.cloned().map(Execute::Push).ok_or_else(|| {
                Fault::Application("push_spot() missing 1 required argument: 'vals'".to_owned())
            })
        }
        ("res.users", "context_get") => Ok(Execute::Context),
        (MODEL | "res.users", _) => Err(unknown_method(method)),
        _ => Err(Fault::NoModel(format!("Object {model:.60} doesn't exist"))),
    }
}

fn unknown_method(method: &str) -> Fault {
    Fault::Application(format!("there is no method {method:.60}"))
}

/// What `version` answers.
pub(crate) fn version() -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let info = [
        Value::Int(19),
        Value::Int(0),
        Value::Int(0),
        text("final"),
        Value::Int(0),
        text(""),
    ];
    Value::Struct(vec![
        (
            "server_version".to_owned(),
            Value::Text(format!("{SERIE}+shackbox.{}", env!("CARGO_PKG_VERSION"))),
        ),
        ("server_version_info".to_owned(), Value::Array(info.into())),
        ("server_serie".to_owned(), text(SERIE)),
        ("protocol_version".to_owned(), Value::Int(1)),
    ])
}

/// What `context_get` answers.
pub(crate) fn context(uid: i64) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    Value::Struct(vec![
        ("lang".to_owned(), text("en_US")),
        ("tz".to_owned(), text("UTC")),
        ("uid".to_owned(), Value::Int(uid)),
    ])
}

/// The model's methods with their parameters, as Odoo 19 documents them.
pub(crate) fn documentation(model: &str) -> Option<serde_json::Value> {
    let (method, parameters, doc) = match model {
        MODEL => (
            PUSH,
            serde_json::json!({"vals": {"kind": "POSITIONAL_OR_KEYWORD"}}),
            "Takes a spot, or a list of them.",
        ),
        "res.users" => ("context_get", serde_json::json!({}), "The caller's context."),
        _ => return None,
    };
    Some(serde_json::json!({
        "model": model,
        "name": model,
        "doc": "",
        "fields": {},
        "methods": { method: {"parameters": parameters, "api": ["model"], "doc": doc} },
    }))
}

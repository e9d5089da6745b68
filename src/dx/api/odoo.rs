//! `push_spot` over HTTP in the three notations that Odoo's clients speak.
//!
//! `/xmlrpc/2/{common,object}` with numbered faults, `/xmlrpc/{common,object}` with worded ones, `/jsonrpc`, and
//! `/json/2/<model>/<method>` with `/doc-bearer/<model>.json`. Answers never repeat what was sent: it holds passwords.

use std::net::IpAddr;

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value as Json, json};

use super::DxState;
use super::odoo_caller::Callers;
use crate::dx::cluster::Cluster;
use crate::dx::event::Source;
use crate::dx::model::{RawSpot, Refused, Sender};
use crate::dx::odoo::{
    self, Call, Execute, Fault, Value, common_call, context, documentation, execute, method_call, object_call,
};
use crate::identity::api::gate::{Visitor, Who};
use crate::identity::{Actor, Denied};
use crate::web::{Access, Class, Path, Problem, Result, Routes, Whole, parse_json};

/// Largest body of somebody who has not shown who they are.
const STRANGER_BYTES: usize = 64 << 10;
/// Most calls in one `system.multicall`.
const MOST_CALLS: usize = 200;

#[derive(Clone)]
struct OdooState {
    cluster: Cluster,
    callers: Callers,
}

/// Which of the two services a path names, and how faults are written.
#[derive(Debug, Clone, Copy)]
struct Door {
    object: bool,
    worded: bool,
}

/// The routes.
pub(super) fn routes(state: &DxState) -> Routes {
    let clock = state.cluster.clock().clone();
    let state = OdooState {
        cluster: state.cluster.clone(),
        callers: Callers::new(state.identity.clone(), clock, state.run_key),
    };
    // Counted by spots and by calls in vain, not by requests: a feed sends one request for each spot.
    let open = Access::Public.class(Class::Free);
    let doors = [
        ("/xmlrpc/2/common", false, false),
        ("/xmlrpc/2/object", true, false),
        ("/xmlrpc/common", false, true),
        ("/xmlrpc/object", true, true),
    ];
    let mut routes = Routes::new();
    for (path, object, worded) in doors {
        let door = Extension(Door { object, worded });
        routes = routes.page(open, path, post(xmlrpc).layer(door));
    }
    routes
        .page(open, "/jsonrpc", post(jsonrpc))
        .page(open, "/json/2/{model}/{method}", post(json2))
        .page(open, "/doc-bearer/{file}", get(doc))
        .with_state(state)
}

impl OdooState {
    /// Refuses who calls too often in vain, and large bodies of strangers, before anything is read.
    fn admit(&self, visitor: &Visitor, body: &[u8]) -> Result<()> {
        self.callers.admit(visitor).map_err(Problem::too_many)?;
        if body.len() > STRANGER_BYTES && !self.callers.is_welcome(visitor) {
            return Err(Problem::too_large(STRANGER_BYTES as u64));
        }
        Ok(())
    }

    /// Carries out a call.
    async fn run(&self, call: Call, visitor: &Visitor) -> std::result::Result<Value, Fault> {
        match call {
            Call::Version => Ok(odoo::version()),
            // Not a fault: clients ask whether a login is right.
            Call::Login { login, secret } => {
                Ok(match self.callers.by_login(&login, &secret, visitor).await {
                    Ok(actor) => actor
                        .account()
                        .map_or(Value::Bool(false), |account| Value::Int(i64::from(account.0))),
                    Err(_) => Value::Bool(false),
                })
            }
            Call::Execute { uid, secret, what } => {
                let actor = self.callers.by_number(uid, &secret, visitor).await?;
                self.execute(&actor, visitor.browser.address, what).await
            }
        }
    }

    async fn execute(
        &self,
        actor: &Actor,
        address: IpAddr,
        what: Execute,
    ) -> std::result::Result<Value, Fault> {
        match what {
            Execute::Context => Ok(context(actor.account().map_or(0, |account| i64::from(account.0)))),
            Execute::Push(vals) => self.push(actor, address, &vals).await,
        }
    }

    /// Takes spots; of a list all that are right, and tells of the first that is not.
    async fn push(&self, actor: &Actor, address: IpAddr, vals: &Value) -> std::result::Result<Value, Fault> {
        let (spots, is_list) = odoo::spots(vals).map_err(|error| Fault::Warning(error.to_string()))?;
        let from_there = |spot| RawSpot {
            address: Some(address),
            ..spot
        };
        let spots: Vec<RawSpot> = spots.into_iter().map(from_there).collect();
        let (cluster, actor) = (self.cluster.clone(), actor.clone());
        let wrong = if is_list {
            // Thousands may take a tenth of a second: not on an async thread.
            let accepted = tokio::task::spawn_blocking(move || first_refused(&cluster, &actor, spots));
            accepted
                .await
                .map_err(|_| Fault::Application("the spots could not be taken in".to_owned()))?
        } else {
            first_refused(&cluster, &actor, spots)
        };
        match wrong {
            None => Ok(Value::Bool(true)),
            Some((number, refused)) => Err(told(&refused, is_list.then_some(number))),
        }
    }

    /// A call by name of one of the services, `system.multicall` too.
    async fn call(
        &self,
        door: Door,
        method: &odoo::Method,
        visitor: &Visitor,
    ) -> std::result::Result<Value, Fault> {
        if method.name != "system.multicall" {
            return self.run(understood(door, method)?, visitor).await;
        }
        let Some(Value::Array(calls)) = method.params.first() else {
            return Err(Fault::Application(
                "system.multicall takes a list of calls".to_owned(),
            ));
        };
        if calls.len() > MOST_CALLS {
            return Err(Fault::Application(format!("more than {MOST_CALLS} calls in one")));
        }
        let mut answers = Vec::with_capacity(calls.len());
        for call in calls {
            let answer = match one_of_many(call).and_then(|method| understood(door, &method)) {
                Ok(call) => self.run(call, visitor).await,
                Err(fault) => Err(fault),
            };
            answers.push(match answer {
                Ok(value) => Value::Array(vec![value]),
                Err(fault) => odoo::fault_value(&fault, door.worded),
            });
        }
        Ok(Value::Array(answers))
    }
}

/// Takes spots in; the first that is refused, by its place from 1.
fn first_refused(cluster: &Cluster, actor: &Actor, spots: Vec<RawSpot>) -> Option<(usize, Refused)> {
    let from = Sender {
        actor,
        source: Source::Xmlrpc,
        origin: "",
    };
    let mut first = None;
    for (number, spot) in spots.into_iter().enumerate() {
        if let Err(refused) = cluster.accept(spot, &from) {
            first.get_or_insert((number + 1, refused));
        }
    }
    first
}

fn understood(door: Door, method: &odoo::Method) -> std::result::Result<Call, Fault> {
    if door.object {
        object_call(&method.name, &method.params)
    } else {
        common_call(&method.name, &method.params)
    }
}

fn one_of_many(call: &Value) -> std::result::Result<odoo::Method, Fault> {
    let name = call.get("methodName").and_then(Value::text);
    let params = match call.get("params") {
        Some(Value::Array(params)) => params.clone(),
        _ => Vec::new(),
    };
    match name {
        Some(name) if name != "system.multicall" => Ok(odoo::Method { name, params }),
        _ => Err(Fault::Application(
            "a call without methodName, or in itself".to_owned(),
        )),
    }
}

fn told(refused: &Refused, number: Option<usize>) -> Fault {
    let text = match number {
        Some(number) => format!("spot {number}: {refused}"),
        None => refused.to_string(),
    };
    match refused {
        Refused::Denied(Denied::SignIn) => Fault::AccessDenied,
        Refused::Denied(_) => Fault::AccessError(text),
        _ => Fault::Warning(text),
    }
}

async fn xmlrpc(
    State(state): State<OdooState>,
    Extension(door): Extension<Door>,
    visitor: Visitor,
    Whole(body): Whole,
) -> Result<Response> {
    state.admit(&visitor, &body)?;
    let method = method_call(&body).map_err(|error| Problem::bad_request("bad_call", error.to_string()))?;
    let answer = match state.call(door, &method, &visitor).await {
        Ok(value) => odoo::response(&value),
        Err(fault) => odoo::fault(&fault, door.worded),
    };
    Ok(([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], answer).into_response())
}

async fn jsonrpc(State(state): State<OdooState>, visitor: Visitor, Whole(body): Whole) -> Result<Response> {
    state.admit(&visitor, &body)?;
    let call: Json = parse_json(&body)?;
    let params = &call["params"];
    let door = |object| Door {
        object,
        worded: false,
    };
    let door = match params["service"].as_str() {
        Some("common") => Ok(door(false)),
        Some("object") => Ok(door(true)),
        _ => Err(Fault::Application(
            "there are the services common and object".to_owned(),
        )),
    };
    let method = odoo::Method {
        name: params["method"].as_str().unwrap_or_default().to_owned(),
        params: match Value::of_json(&params["args"]) {
            Value::Array(args) => args,
            _ => Vec::new(),
        },
    };
    let answer = match door {
        Ok(door) => state.call(door, &method, &visitor).await,
        Err(fault) => Err(fault),
    };
    let head = json!({"jsonrpc": "2.0", "id": call["id"]});
    let mut answered = head;
    match answer {
        Ok(value) => answered["result"] = value.json(),
        Err(fault) => {
            answered["error"] = json!({
                "code": 200,
                "message": "Odoo Server Error",
                "data": {
                    "name": fault.exception(), "message": fault.text(), "arguments": [fault.text()],
                    "context": {}, "debug": "",
                },
            });
        }
    }
    Ok(crate::web::Json(answered).into_response())
}

async fn json2(
    State(state): State<OdooState>,
    Visitor { actor, browser, .. }: Visitor,
    Path((model, method)): Path<(String, String)>,
    Whole(body): Whole,
) -> Result<Response> {
    if matches!(actor, Actor::Guest) {
        return Err(Problem::unauthenticated());
    }
    let named = if body.is_empty() {
        json!({})
    } else {
        parse_json::<Json>(&body)?
    };
    let done = match execute(&model, &method, &[], &Value::of_json(&named)) {
        Ok(what) => state.execute(&actor, browser.address, what).await,
        Err(fault) => Err(fault),
    };
    Ok(match done {
        Ok(value) => crate::web::Json(value.json()).into_response(),
        Err(fault) => {
            let status = match &fault {
                Fault::NoModel(_) => StatusCode::NOT_FOUND,
                Fault::Application(text) if text.starts_with("there is no method") => StatusCode::NOT_FOUND,
                Fault::AccessDenied => StatusCode::UNAUTHORIZED,
                Fault::AccessError(_) => StatusCode::FORBIDDEN,
                Fault::Application(_) | Fault::Warning(_) => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let told = json!({
                "name": fault.exception(), "message": fault.text(), "arguments": [fault.text()],
                "context": {}, "debug": "",
            });
            (status, crate::web::Json(told)).into_response()
        }
    })
}

async fn doc(Who(actor): Who, Path(file): Path<String>) -> Result<Response> {
    if matches!(actor, Actor::Guest) {
        return Err(Problem::unauthenticated());
    }
    let model = file.strip_suffix(".json").unwrap_or(&file);
    let found = documentation(model).ok_or_else(|| Problem::not_found("there is no such model"))?;
    Ok(crate::web::Json(found).into_response())
}

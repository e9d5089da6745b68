//! Rules and filters over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::matching::Alerts;
use super::model::{Rule, SavedFilter};
use super::write::{self, Error};
use crate::identity::api::gate::Who;
use crate::web::{Access, Json, Path, Problem, ProblemBody, Result, Routes};

/// The routes.
pub(crate) fn routes(alerts: Alerts) -> Routes {
    let own = Access::Session;
    Routes::new()
        .api(own, routes!(list, add))
        .api(own, routes!(change, remove))
        .api(own, routes!(saved, save))
        .with_state(alerts)
}

/// A rule with its number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleItem {
    id: u32,
    #[serde(flatten)]
    rule: Rule,
}

/// The rules of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleList {
    items: Vec<RuleItem>,
}

/// The filters of an account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FilterList {
    items: Vec<SavedFilter>,
}

/// Your rules of what you are told of.
#[utoipa::path(get, path = "/api/v1/dx/alerts", tag = "dx", responses((status = 200, body = RuleList)))]
pub(super) async fn list(State(alerts): State<Alerts>, Who(actor): Who) -> Result<Json<RuleList>> {
    let account = actor.member()?.account.0;
    let rules = alerts.store().read(move |r| write::rules(r, account)).await?;
    let items = rules.into_iter().map(|(id, rule)| RuleItem { id, rule });
    Ok(Json(RuleList {
        items: items.collect(),
    }))
}

/// Adds a rule.
#[utoipa::path(post, path = "/api/v1/dx/alerts", tag = "dx", request_body = Rule, responses(
    (status = 201, body = RuleItem), (status = 422, body = ProblemBody)))]
pub(super) async fn add(
    State(alerts): State<Alerts>,
    Who(actor): Who,
    Json(rule): Json<Rule>,
) -> Result<(StatusCode, Json<RuleItem>)> {
    let (account, new) = (actor.member()?.account, rule.clone());
    let id = alerts
        .store()
        .write(move |tx| write::add_rule(tx, &actor, &new))
        .await?;
    alerts.refresh(account).await;
    Ok((StatusCode::CREATED, Json(RuleItem { id, rule })))
}

/// Puts a rule in the place of an earlier one.
#[utoipa::path(put, path = "/api/v1/dx/alerts/{id}", tag = "dx", params(("id" = u32, Path)), request_body = Rule, responses(
    (status = 200, body = RuleItem), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn change(
    State(alerts): State<Alerts>,
    Who(actor): Who,
    Path(id): Path<u32>,
    Json(rule): Json<Rule>,
) -> Result<Json<RuleItem>> {
    let (account, new) = (actor.member()?.account, rule.clone());
    alerts
        .store()
        .write(move |tx| write::change_rule(tx, &actor, id, &new))
        .await?;
    alerts.refresh(account).await;
    Ok(Json(RuleItem { id, rule }))
}

/// Removes a rule.
#[utoipa::path(delete, path = "/api/v1/dx/alerts/{id}", tag = "dx", params(("id" = u32, Path)), responses(
    (status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn remove(
    State(alerts): State<Alerts>,
    Who(actor): Who,
    Path(id): Path<u32>,
) -> Result<StatusCode> {
    let account = actor.member()?.account;
    alerts
        .store()
        .write(move |tx| write::remove_rule(tx, &actor, id))
        .await?;
    alerts.refresh(account).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The filters you keep.
#[utoipa::path(get, path = "/api/v1/dx/filters", tag = "dx", responses((status = 200, body = FilterList)))]
pub(super) async fn saved(State(alerts): State<Alerts>, Who(actor): Who) -> Result<Json<FilterList>> {
    let account = actor.member()?.account.0;
    let items = alerts.store().read(move |r| write::filters(r, account)).await?;
    Ok(Json(FilterList { items }))
}

/// Keeps these filters instead of those kept so far.
#[utoipa::path(put, path = "/api/v1/dx/filters", tag = "dx", request_body = FilterList, responses(
    (status = 200, body = FilterList), (status = 422, body = ProblemBody)))]
pub(super) async fn save(
    State(alerts): State<Alerts>,
    Who(actor): Who,
    Json(list): Json<FilterList>,
) -> Result<Json<FilterList>> {
    let items = list.items;
    let items = alerts
        .store()
        .write(move |tx| {
            write::save_filters(tx, &actor, &items)?;
            Ok::<_, Error>(items)
        })
        .await?;
    Ok(Json(FilterList { items }))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Fault(fault) => Self::invalid(fault.field(), text),
            Error::Unknown => Self::not_found(text),
            Error::Store(error) => error.into(),
        }
    }
}

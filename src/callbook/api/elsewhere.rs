//! What other callbooks say of a call, each for itself, and members' own accounts there.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::callbook::upstream::{Behalf, ElsewhereView, Error, Outcome, Site, Trouble, Upstream};
use crate::ham::callsign::Callsign;
use crate::identity::api::gate::Who;
use crate::web::{Access, Class, Json, Path, Problem, ProblemBody, Result, Routes};

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct ElsewhereState {
    pub(crate) upstream: Upstream,
}

/// The routes.
pub(crate) fn routes(state: ElsewhereState) -> Routes {
    let person = Access::Session;
    Routes::new()
        .api(Access::Key("callbook.read"), routes!(ask))
        .api(person, routes!(list))
        .api(person, routes!(show, forget))
        // A wrong password is found out here, as at any login.
        .api(person.class(Class::Login), routes!(set))
        .with_state(state)
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Store(error) => error.into(),
            Error::BadLogin(_) => Self::unprocessable("invalid", text),
            Error::Refused(..) => Self::unprocessable("wrong_password", text.clone()).field("password", text),
            Error::NoAccount(_) => Self::not_found(text),
        }
    }
}

/// What one callbook answered, or why it did not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookElsewhere)]
pub(crate) struct OutcomeView {
    pub(crate) service: Site,
    /// What it is called.
    #[schema(example = "QRZ")]
    pub(crate) name: &'static str,
    pub(crate) account: Behalf,
    /// `found`, or why there is no answer: `not_found`, `no_subscription`, `wrong_password`, `unreachable`, `timed_out`,
    /// `limit`.
    #[schema(example = "found")]
    pub(crate) state: &'static str,
    /// The same in words.
    #[schema(example = "HamQTH: not found")]
    pub(crate) message: String,
    /// When it is asked again, where it is left alone for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) again: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<ElsewhereView>,
}

/// What other callbooks answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookElsewhereList)]
pub(super) struct OutcomeList {
    /// The call they were asked for.
    call: String,
    /// Those that there is a way to ask, and that can know the call.
    items: Vec<OutcomeView>,
}

impl OutcomeView {
    /// How an outcome is shown.
    pub(crate) fn of(outcome: Outcome) -> Self {
        let Outcome {
            site,
            behalf,
            answer,
            again,
        } = outcome;
        let state = answer.as_ref().err().map_or("found", |trouble| trouble.as_str());
        let message = match &answer {
            Ok(view) if view.found.limited => {
                format!(
                    "{}: found; without a subscription it tells only a part",
                    site.name()
                )
            }
            Ok(_) => format!("{}: found", site.name()),
            Err(trouble) => format!("{}: {}", site.name(), in_words(*trouble, behalf)),
        };
        Self {
            service: site,
            name: site.name(),
            account: behalf,
            state,
            message,
            again,
            answer: answer.ok(),
        }
    }
}

fn in_words(trouble: Trouble, behalf: Behalf) -> &'static str {
    match (trouble, behalf) {
        (Trouble::NotFound, _) => "not found",
        (Trouble::NoSubscription, _) => "the account there has no subscription",
        (Trouble::WrongPassword, Behalf::Own) => {
            "it does not take your user name and password; enter them again"
        }
        (Trouble::WrongPassword, _) => "it does not take this station's account; tell an administrator",
        (Trouble::Unreachable, _) => "unreachable",
        (Trouble::TimedOut, _) => "timed out",
        (Trouble::Limit, _) => "no more answers for now; try again later",
    }
}

/// What other callbooks say of a call: each that is configured here, or that the caller has an account at, for itself.
#[utoipa::path(get, path = "/api/v1/callbook/{call}/elsewhere", tag = "callbook",
    params(("call" = String, Path, description = "a call")),
    responses((status = 200, body = OutcomeList), (status = 422, body = ProblemBody)))]
pub(super) async fn ask(
    State(state): State<ElsewhereState>,
    Who(actor): Who,
    Path(call): Path<String>,
) -> Result<Json<OutcomeList>> {
    let call = Callsign::parse(&call).map_err(|error| Problem::invalid("call", error.to_string()))?;
    let outcomes = state.upstream.ask_all(&actor, &call).await?;
    Ok(Json(OutcomeList {
        call: call.to_string(),
        items: outcomes.into_iter().map(OutcomeView::of).collect(),
    }))
}

/// An account at a callbook; its password is never shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookAccount)]
pub(crate) struct AccountView {
    pub(crate) service: Site,
    pub(crate) name: &'static str,
    pub(crate) user: String,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) set: Timestamp,
}

/// The caller's accounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookAccountList)]
pub(super) struct AccountList {
    items: Vec<AccountView>,
}

/// An account to be kept.
#[derive(Deserialize, ToSchema)]
#[schema(as = CallbookLogin)]
pub(crate) struct LoginBody {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// An account that was kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookAccountKept)]
pub(crate) struct KeptView {
    #[serde(flatten)]
    pub(crate) account: AccountView,
    /// `ok`: the callbook takes it; else why it could not be asked.
    #[schema(example = "ok")]
    pub(crate) check: &'static str,
}

/// The site that a path names, where it has accounts.
pub(crate) fn site(text: &str) -> Result<Site> {
    let mut sites = Site::WITH_ACCOUNT.into_iter();
    sites
        .find(|site| site.as_str() == text)
        .ok_or_else(|| Problem::not_found(format!("{text:.40} is no callbook with accounts: qrz, hamqth")))
}

async fn view(state: &ElsewhereState, actor: &crate::identity::Actor, site: Site) -> Result<AccountView> {
    let (user, set) = state.upstream.account(actor, site).await?;
    Ok(AccountView {
        service: site,
        name: site.name(),
        user: user.into(),
        set,
    })
}

/// The caller's own accounts at other callbooks.
#[utoipa::path(get, path = "/api/v1/callbook/accounts", tag = "callbook",
    responses((status = 200, body = AccountList)))]
pub(super) async fn list(State(state): State<ElsewhereState>, Who(actor): Who) -> Result<Json<AccountList>> {
    let mut items = Vec::new();
    for site in Site::WITH_ACCOUNT {
        match state.upstream.account(&actor, site).await {
            Ok((user, set)) => items.push(AccountView {
                service: site,
                name: site.name(),
                user: user.into(),
                set,
            }),
            Err(Error::NoAccount(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(AccountList { items }))
}

/// The caller's own account at a callbook.
#[utoipa::path(get, path = "/api/v1/callbook/accounts/{service}", tag = "callbook",
    params(("service" = String, Path, description = "qrz or hamqth")),
    responses((status = 200, body = AccountView), (status = 404, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<ElsewhereState>,
    Who(actor): Who,
    Path(service): Path<String>,
) -> Result<Json<AccountView>> {
    Ok(Json(view(&state, &actor, site(&service)?).await?))
}

/// Keeps the caller's own account at a callbook, which is asked at once whether it takes it.
#[utoipa::path(put, path = "/api/v1/callbook/accounts/{service}", tag = "callbook",
    params(("service" = String, Path, description = "qrz or hamqth")), request_body = LoginBody,
    responses((status = 200, body = KeptView), (status = 422, body = ProblemBody)))]
pub(super) async fn set(
    State(state): State<ElsewhereState>,
    Who(actor): Who,
    Path(service): Path<String>,
    Json(body): Json<LoginBody>,
) -> Result<Json<KeptView>> {
    let site = site(&service)?;
    let login = (body.user.as_str(), body.password.as_str());
    let trouble = state.upstream.set_account(&actor, site, login).await?;
    Ok(Json(KeptView {
        account: view(&state, &actor, site).await?,
        check: trouble.map_or("ok", Trouble::as_str),
    }))
}

/// Forgets the caller's own account at a callbook, and what it brought.
#[utoipa::path(delete, path = "/api/v1/callbook/accounts/{service}", tag = "callbook",
    params(("service" = String, Path, description = "qrz or hamqth")),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn forget(
    State(state): State<ElsewhereState>,
    Who(actor): Who,
    Path(service): Path<String>,
) -> Result<StatusCode> {
    state.upstream.remove_account(&actor, site(&service)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::callbook::upstream::Found;

    fn shown(answer: std::result::Result<ElsewhereView, Trouble>, behalf: Behalf) -> serde_json::Value {
        let outcome = Outcome {
            site: Site::Qrz,
            behalf,
            answer,
            again: None,
        };
        serde_json::to_value(OutcomeView::of(outcome)).unwrap()
    }

    #[test]
    fn an_answer_and_what_there_is_instead_are_told_in_one_shape() {
        let found = Found {
            call: "K1ABC".into(),
            name: "Joe Ham".into(),
            lotw: Some(true),
            ..Found::default()
        };
        let view = ElsewhereView {
            found,
            page: Site::Qrz.page("K1ABC"),
            fetched: "2026-11-22T12:00:00Z".parse().unwrap(),
            cached: true,
        };
        let answer = json!({"call": "K1ABC", "name": "Joe Ham", "lotw": true, "page": "https://www.qrz.com/db/K1ABC",
            "fetched": "2026-11-22T12:00:00Z", "cached": true});
        assert_eq!(
            shown(Ok(view), Behalf::Own),
            json!({"service": "qrz", "name": "QRZ", "account": "own", "state": "found", "message": "QRZ: found",
                "answer": answer})
        );
        assert_eq!(
            shown(Err(Trouble::WrongPassword), Behalf::Station),
            json!({"service": "qrz", "name": "QRZ", "account": "station", "state": "wrong_password",
                "message": "QRZ: it does not take this station's account; tell an administrator"})
        );
    }

    #[test]
    fn only_callbooks_with_accounts_have_them() {
        assert_eq!(site("hamqth").unwrap(), Site::Hamqth);
        assert_eq!(site("hamdb").unwrap_err().status().as_u16(), 404);
    }
}

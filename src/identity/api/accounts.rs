//! One's own particulars, and the accounts of the installation for its administrators.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use crate::ham::grid::Grid;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::login::Login;
use crate::identity::model::{
    AccountId, Density, DisplayName, GridPrecision, MailAddress, Role, Theme, Units,
};
use crate::identity::password::Password;
use crate::identity::tables::StoredAccount;
use crate::identity::write::{AccountChange, NewAccount, Standing};
use crate::web::{Catalogue, Json, Path, Problem, ProblemBody, Result};

use super::gate::{Visitor, Who};
use super::{AccountBody, IdentityState};

/// What to change; what is left out stays, `null` or an empty text takes grid and mail address away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountPatch {
    #[serde(default)]
    name: Option<DisplayName>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    grid: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "known")]
    theme: Option<Theme>,
    #[serde(default, deserialize_with = "known")]
    units: Option<Units>,
    #[serde(default, deserialize_with = "known")]
    density: Option<Density>,
    /// A language the pages speak; empty: as the browser says.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Option<SmolStr>,
    /// Whether the members' directory has you.
    #[serde(default)]
    directory: Option<bool>,
    /// How exactly others see where you are.
    #[serde(default, deserialize_with = "known")]
    grid_precision: Option<GridPrecision>,
    /// Your number in the register of licences, such as an FRN; empty for none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    register_id: Option<SmolStr>,
}

/// Old and new password.
#[derive(Deserialize, ToSchema)]
pub(super) struct PasswordChange {
    #[schema(value_type = String, format = Password)]
    current: Password,
    #[schema(value_type = String, format = Password, min_length = 15)]
    new: Password,
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUserBody {
    call: String,
    #[serde(default)]
    name: DisplayName,
    #[serde(default)]
    grid: String,
    #[serde(default)]
    email: String,
    #[serde(default, deserialize_with = "known")]
    role: Option<Role>,
    /// Whether the administrator vouches that the call is theirs.
    #[serde(default)]
    verified: bool,
    /// Without one nobody signs in until one is set.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 15)]
    password: Option<Password>,
}

/// What to change about somebody's account.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserPatch {
    #[serde(default)]
    disabled: Option<bool>,
    #[serde(default, deserialize_with = "known")]
    role: Option<Role>,
    #[serde(default)]
    verified: Option<bool>,
    #[serde(default)]
    name: Option<DisplayName>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    grid: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    /// A new password; signs the account out everywhere.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 15)]
    password: Option<Password>,
}

/// The installation's accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserList {
    items: Vec<AccountBody>,
}

/// One's own account.
#[utoipa::path(get, path = "/api/v1/account", tag = "account", responses((status = 200, body = AccountBody)))]
pub(super) async fn own(State(state): State<IdentityState>, Who(actor): Who) -> Result<impl IntoResponse> {
    let id = actor.member()?.account;
    Ok(tagged(id, &*state.identity.account(id)?))
}

/// Changes one's own particulars. Honours `If-Match`.
#[utoipa::path(patch, path = "/api/v1/account", tag = "account", request_body = AccountPatch, responses(
    (status = 200, body = AccountBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn change_own(
    State(state): State<IdentityState>,
    Who(actor): Who,
    headers: HeaderMap,
    Json(patch): Json<AccountPatch>,
) -> Result<impl IntoResponse> {
    let id = actor.member()?.account;
    let change = patch.read(expected_revision(&headers)?)?;
    let account = state.identity.change_account(&actor, id, change).await?;
    Ok(tagged(id, &account))
}

/// Changes one's own password; other sessions end.
#[utoipa::path(post, path = "/api/v1/account/password", tag = "account", request_body = PasswordChange, responses(
    (status = 204), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn change_password(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode> {
    let changed = state
        .identity
        .change_password(&visitor.actor, change.current, change.new, &visitor.browser)
        .await;
    changed.map_err(|error| match error {
        Error::Weak(weak) => Problem::invalid("new", weak.to_string()),
        Error::WrongPassword => Problem::invalid("current", "this is not your password"),
        other => other.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// All accounts, by call.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", responses((status = 200, body = UserList)))]
pub(super) async fn list(State(state): State<IdentityState>, Who(actor): Who) -> Result<Json<UserList>> {
    let all = state.identity.accounts(&actor)?.into_iter();
    let items = all.map(|(id, account)| {
        let last_seen = state.identity.last_seen(id);
        AccountBody {
            last_seen,
            ..AccountBody::new(id, &account)
        }
    });
    Ok(Json(UserList {
        items: items.collect(),
    }))
}

/// Makes an account and its logbook.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = NewUserBody, responses(
    (status = 201, body = AccountBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn create(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(body): Json<NewUserBody>,
) -> Result<impl IntoResponse> {
    let password = match body.password {
        Some(chosen) => {
            let chosen = chosen
                .for_use()
                .map_err(|weak| Problem::invalid("password", weak.to_string()))?;
            Some(state.identity.hash(chosen).await)
        }
        None => None,
    };
    let new = NewAccount {
        call: body
            .call
            .parse::<Login>()
            .map_err(|error| Problem::invalid("call", error.to_string()))?,
        name: body.name,
        grid: optional_grid(&body.grid)?,
        email: optional_mail(&body.email)?,
        role: body.role.unwrap_or_default(),
        person: None,
        password,
        verified: body.verified,
    };
    let id = state.identity.add_account(&actor, new).await?;
    let place = HeaderValue::try_from(format!("/api/v1/users/{id}")).expect("a path of digits");
    let account = state.identity.account(id)?;
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, place)],
        tagged(id, &account),
    ))
}

/// One account.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", params(("id" = u32, Path)), responses(
    (status = 200, body = AccountBody), (status = 404, body = ProblemBody)))]
pub(super) async fn one(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u32>,
) -> Result<impl IntoResponse> {
    actor.may(Capability::SeeAccounts)?;
    let id = AccountId(id);
    Ok(tagged(id, &*state.identity.account(id)?))
}

/// Disables, enables, promotes or verifies an account, mends its particulars, or sets a password.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", params(("id" = u32, Path)),
    request_body = UserPatch, responses((status = 200, body = AccountBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn change(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u32>,
    headers: HeaderMap,
    Json(patch): Json<UserPatch>,
) -> Result<impl IntoResponse> {
    let id = AccountId(id);
    let password = patch.password.map(Password::for_use).transpose();
    let password = password.map_err(|weak| Problem::invalid("password", weak.to_string()))?;
    if password.is_some() {
        // Before anything is changed: all of the request is done, or nothing.
        actor.may_to_another(Capability::SetPasswords, id)?;
    }
    let standing = Standing {
        disabled: patch.disabled,
        role: patch.role,
        verified: patch.verified,
    };
    let particulars = AccountPatch {
        name: patch.name,
        grid: patch.grid,
        email: patch.email,
        ..AccountPatch::default()
    };
    let change = particulars.read(expected_revision(&headers)?)?;
    state.identity.govern(&actor, id, change, standing).await?;
    if let Some(password) = password {
        state.identity.reset_password(&actor, id, password).await?;
    }
    Ok(tagged(id, &*state.identity.account(id)?))
}

impl AccountPatch {
    /// The change in domain types; a refusal names the field.
    fn read(self, revision: Option<u32>) -> Result<AccountChange> {
        let grid = self
            .grid
            .map(|grid| optional_grid(&grid.unwrap_or_default()))
            .transpose()?;
        let email = self
            .email
            .map(|email| optional_mail(&email.unwrap_or_default()))
            .transpose()?;
        let known = |language: &SmolStr| {
            language.is_empty()
                || Catalogue::shared()
                    .languages()
                    .any(|known| known == language.as_str())
        };
        if self.language.as_ref().is_some_and(|language| !known(language)) {
            return Err(Problem::invalid(
                "language",
                "the pages do not speak this language yet",
            ));
        }
        Ok(AccountChange {
            name: self.name,
            grid,
            email,
            theme: self.theme,
            units: self.units,
            density: self.density,
            language: self.language,
            directory: self.directory,
            grid_precision: self.grid_precision,
            register_id: self.register_id,
            revision,
        })
    }
}

/// A grid, or none where the text is empty.
pub(super) fn optional_grid(text: &str) -> Result<Option<Grid>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|error| Problem::invalid("grid", format!("{error}")))
}

/// A mail address, or none where the text is empty.
pub(super) fn optional_mail(text: &str) -> Result<Option<MailAddress>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|error| Problem::invalid("email", format!("{error}")))
}

/// Tells `null` from a field that was left out.
fn given<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Takes a word only where this version knows it: what counts as the default in a stored record is a mistake here.
fn known<'de, D, T>(deserializer: D) -> std::result::Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned + Serialize,
{
    let Some(word) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let value = serde_json::Value::from(word);
    let read: Option<T> = serde_json::from_value(value.clone()).ok();
    let same = read.filter(|read| serde_json::to_value(read).is_ok_and(|back| back == value));
    same.map(Some)
        .ok_or_else(|| serde::de::Error::custom(format_args!("unknown value {value}")))
}

fn tagged(id: AccountId, account: &StoredAccount) -> impl IntoResponse + use<> {
    let tag = HeaderValue::try_from(format!("\"{}\"", account.revision)).expect("a tag of digits");
    ([(header::ETAG, tag)], Json(AccountBody::new(id, account)))
}

/// The revision named in `If-Match`, where the request has one other than `*`.
fn expected_revision(headers: &HeaderMap) -> Result<Option<u32>> {
    let Some(text) = headers
        .get(header::IF_MATCH)
        .map(|value| value.to_str().unwrap_or_default().trim())
    else {
        return Ok(None);
    };
    if text == "*" {
        return Ok(None);
    }
    let revision = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .and_then(|text| text.parse().ok());
    revision
        .map(Some)
        .ok_or_else(|| Problem::precondition_failed("If-Match names no version of this"))
}

//! Accounts over HTTP: signing in and out, keys, sessions, particulars, and the accounts of an installation.
//!
//! The errors of the domain become problems here, once. [`Gate`] runs before every handler of the whole program and
//! puts the [`Actor`] into the request.

mod accounts;
mod csrf;
pub(crate) mod documents;
pub(crate) mod gate;
mod keys;
mod ladder;
mod links;
mod looking_in;
mod morse;
#[cfg(feature = "passkeys")]
mod passkey;
mod privacy;
mod proofs;
mod reviews;
mod second_factor;
mod secret;
mod services;
mod session;
mod sign_up;
mod signature;
pub(crate) mod trail;

#[cfg(test)]
mod tests;

pub(crate) use gate::Gate;
pub(crate) use session::first_account;
pub(crate) use sign_up::SignUpBody;

use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::ham::callsign::Callsign;
use crate::store::{Read, StoreError};
use crate::web::{Access, Class, Problem, Routes, Signer};

use super::actor::{Actor, Denied};
use super::error::Error;
use super::login::Login;
use super::lotw::Refusal;
use super::model::{AccountId, DisplayName, Preferences, Privacy, Role};
use super::service::Identity;
use super::tables::StoredAccount;

/// A logbook as the answer about the own session lists it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LogbookLine {
    /// Its callsign.
    pub(crate) call: String,
    /// Its title.
    pub(crate) title: String,
    /// `owner`, `officer` or `member`.
    pub(crate) right: String,
    /// Contacts in it.
    pub(crate) count: u64,
}

/// Lists an actor's logbooks: given by the application, since logbooks are above the accounts.
pub(crate) type LogbooksOf = fn(&Read, &Actor) -> Result<Vec<LogbookLine>, StoreError>;

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct IdentityState {
    pub(crate) identity: Identity,
    pub(crate) signer: Signer,
    pub(crate) logbooks: LogbooksOf,
}

/// All routes of this domain.
pub(crate) fn routes(state: IdentityState) -> Routes {
    let login = Access::Public.class(Class::Login);
    #[cfg(feature = "passkeys")]
    let routes = Routes::new()
        .api(login, routes!(passkey::ask))
        .api(login, routes!(passkey::sign_in))
        .api(login, routes!(passkey::second))
        .api(Access::Session.class(Class::Login), routes!(passkey::confirm))
        .api(Access::Session, routes!(passkey::begin))
        .api(Access::Session, routes!(passkey::list, passkey::add))
        .api(Access::Session, routes!(passkey::rename, passkey::revoke));
    #[cfg(not(feature = "passkeys"))]
    let routes = Routes::new();
    routes
        .api(Access::Public, routes!(session::show, session::end))
        .api(login, routes!(session::start))
        .api(login, routes!(session::set_up))
        .api(Access::Public, routes!(sign_up::questions))
        .api(login, routes!(sign_up::sign_up))
        .api(login, routes!(sign_up::confirm_link))
        .api(login, routes!(sign_up::ask_recovery))
        .api(login, routes!(sign_up::recover))
        .api(Access::Session.class(Class::Login), routes!(sign_up::ask_mail))
        .api(Access::Admin, routes!(sign_up::give_recovery))
        .api(Access::Admin, routes!(links::list))
        .api(Access::Admin, routes!(links::revoke))
        .api(Access::Session.class(Class::Login), routes!(session::confirm))
        .api(Access::Session, routes!(session::list))
        .api(Access::Session, routes!(session::end_one))
        .api(Access::Session, routes!(keys::list, keys::create))
        .api(Access::Session, routes!(keys::revoke))
        .api(
            Access::Session,
            routes!(secret::show, secret::make, secret::revoke),
        )
        .api(Access::Key("full"), routes!(accounts::own, accounts::change_own))
        .api(
            Access::Session.class(Class::Login),
            routes!(accounts::change_password),
        )
        .api(Access::Session, routes!(second_factor::set))
        .api(Access::Session, routes!(documents::list))
        .api(Access::Session.upload(), routes!(documents::send))
        .api(Access::Session, routes!(documents::withdraw))
        .api(Access::Admin, routes!(documents::file))
        .api(Access::Session, routes!(morse::ask))
        .api(Access::Session, routes!(morse::answer))
        .api(Access::Session, routes!(ladder::own))
        .api(Access::Session.class(Class::Login), routes!(ladder::ask_code))
        .api(Access::Session.class(Class::Login), routes!(ladder::try_code))
        .api(Access::Session, routes!(ladder::token))
        .api(Access::Session.class(Class::Login), routes!(ladder::check_token))
        .api(Access::Admin, routes!(proofs::list, proofs::vouch))
        .api(Access::Admin, routes!(proofs::end))
        .api(Access::Admin, routes!(proofs::claim))
        .api(Access::Admin, routes!(proofs::questions))
        .api(Access::Admin, routes!(reviews::list))
        .api(Access::Admin, routes!(reviews::one))
        .api(Access::Admin, routes!(reviews::decide, reviews::reopen))
        .api(Access::Admin, routes!(reviews::withdraw))
        .api(Access::Admin, routes!(accounts::list, accounts::create))
        .api(Access::Admin, routes!(accounts::one, accounts::change))
        .api(Access::Admin, routes!(trail::list))
        .api(Access::Admin, routes!(trail::csv))
        .api(Access::Admin, routes!(looking_in::start))
        .api(Access::Session, routes!(looking_in::list))
        .api(Access::Admin, routes!(services::list))
        .api(Access::Public, routes!(privacy::directory))
        .api(Access::Public, routes!(privacy::member))
        .api(
            Access::Session,
            routes!(privacy::show_own, privacy::ask_own, privacy::cancel_own),
        )
        .api(Access::Admin, routes!(privacy::ask, privacy::cancel))
        .api(Access::Admin, routes!(privacy::licence_events))
        .with_state(state)
}

/// An account as its owner and administrators see it.
#[expect(clippy::struct_excessive_bools, reason = "programs read them one by one")]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AccountBody {
    pub(crate) id: AccountId,
    /// The callsign, or a listener's name.
    #[schema(value_type = String)]
    pub(crate) call: Login,
    pub(crate) name: DisplayName,
    pub(crate) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) grid: Option<crate::ham::grid::Grid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<super::model::MailAddress>,
    /// Calls the account had before, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub(crate) previous_calls: Vec<Callsign>,
    /// What others see.
    #[serde(flatten)]
    pub(crate) privacy: Privacy,
    #[serde(flatten)]
    pub(crate) preferences: Preferences,
    pub(crate) disabled: bool,
    /// Whether the call is proven to be theirs.
    pub(crate) verified: bool,
    /// What a listener told at sign-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<super::tables::Person>,
    /// Whether the account waits for an administrator to let it in.
    pub(crate) waiting: bool,
    /// Whether the password is set in the configuration and cannot be changed here.
    pub(crate) password_locked: bool,
    /// Whether a passkey is asked for after the password.
    pub(crate) second_factor: bool,
    #[schema(value_type = String, format = "date-time")]
    pub(crate) created: Timestamp,
    /// When a session or key of the account was last used; for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub(crate) last_seen: Option<Timestamp>,
}

impl AccountBody {
    fn new(id: AccountId, account: &StoredAccount) -> Self {
        Self {
            id,
            call: account.call.clone(),
            name: account.name.clone(),
            role: account.role,
            grid: account.grid,
            email: account.email.clone(),
            previous_calls: account.previous.clone(),
            privacy: account.privacy,
            preferences: account.preferences.clone(),
            disabled: account.disabled,
            verified: account.verified.is_some(),
            person: account.person.clone(),
            waiting: account.waiting,
            password_locked: account.configured.is_some(),
            second_factor: account.second_factor,
            created: account.created,
            last_seen: None,
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let text = denied.to_string();
        match denied {
            Denied::SignIn => Self::unauthenticated(),
            Denied::Scope(scope) => Self::forbidden("insufficient_scope", text).with("scope", scope.as_str()),
            Denied::InPerson => Self::forbidden("session_required", text),
            Denied::NotAdministrator | Denied::Forbidden(_) | Denied::Listener | Denied::NotItsWork(..) => {
                Self::forbidden("forbidden", text)
            }
            Denied::LookingIn => Self::forbidden("looking_in", text),
            Denied::Confirm => Self::new(StatusCode::UNAUTHORIZED, "reauthentication_required", text),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let text = refusal.to_string();
        let problem = match refusal {
            Refusal::ClockWrong { .. } | Refusal::NoAuthorities => {
                Self::unavailable("certificates_unavailable", text, Duration::from_mins(10))
            }
            _ => Self::forbidden("certificate_refused", text),
        };
        problem
            .with("refusal", refusal.code())
            .with("help", refusal.help())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Denied(denied) => denied.into(),
            Error::UnknownAccount
            | Error::UnknownCall(_)
            | Error::UnknownKey
            | Error::UnknownSession
            | Error::UnknownSecret
            | Error::UnknownPasskey
            | Error::UnknownReview
            | Error::UnknownDocument
            | Error::UnknownVerification => Self::not_found(text),
            Error::ReviewDecided => Self::conflict("review_decided", text),
            Error::CannotReopen => Self::conflict("cannot_reopen", text),
            Error::TooManyDocuments(_) => Self::conflict("too_many_documents", text),
            Error::Cabinet(error) => error.into(),
            Error::StaleMorse => Self::conflict("stale_challenge", text),
            Error::FastMorse => Self::invalid("times", text).with("why", "machine"),
            Error::NoReason => Self::invalid("reason", text),
            Error::HeldByVerified(_) => Self::conflict("held_by_verified", text),
            Error::HasCall(_) => Self::conflict("has_call", text),
            Error::NoCall | Error::Listener => Self::conflict("listener", text),
            Error::CallTaken(_) => Self::conflict("call_taken", text.clone()).field("call", text),
            Error::NotAHomeCall(..) => Self::invalid("call", text),
            Error::AlreadySetUp => Self::conflict("already_set_up", text),
            Error::BadLink | Error::SpentLink => Self::forbidden("bad_link", text),
            Error::SignUpClosed => Self::forbidden("signup_closed", text),
            Error::StaleQuestions => Self::invalid("answers", text).with("stale", true),
            Error::WrongAnswers => Self::invalid("answers", text),
            Error::MailNeeded => Self::invalid("email", text),
            Error::Busy => Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", text)
                .retry_after(Duration::from_mins(10)),
            Error::LastAdministrator => Self::conflict("last_administrator", text),
            Error::TooManyKeys(_) => Self::conflict("too_many_keys", text),
            Error::PasskeyWanted => Self::conflict("passkey_wanted", text),
            Error::LastPasskey => Self::conflict("last_passkey", text),
            Error::NoPasskeyYet => Self::conflict("no_passkey", text),
            #[cfg(feature = "passkeys")]
            Error::PasskeyKnown => Self::conflict("passkey_known", text),
            #[cfg(feature = "passkeys")]
            Error::TooManyPasskeys(_) => Self::conflict("too_many_passkeys", text),
            #[cfg(feature = "passkeys")]
            Error::NoPasskeys => Self::conflict("no_passkeys", text),
            #[cfg(feature = "passkeys")]
            Error::SlowPasskey => Self::invalid("token", text),
            #[cfg(feature = "passkeys")]
            Error::BadPasskey => Self::new(StatusCode::UNAUTHORIZED, "wrong_credentials", text),
            Error::Certificate(refusal) => Self::from(*refusal),
            Error::BadRegisterId => Self::invalid("register_id", text),
            Error::NoErasure => Self::not_found(text),
            Error::ErasureBegun => Self::conflict("erasure_begun", text),
            Error::TooManyExports => Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", text)
                .retry_after(Duration::from_hours(8)),
            Error::NoScope => Self::invalid("scopes", text),
            Error::Expired => Self::invalid("expires", text),
            Error::Configured(_) => Self::conflict("set_in_configuration", text),
            Error::WrongPassword => Self::new(StatusCode::UNAUTHORIZED, "wrong_credentials", text),
            Error::Wait(wait) => {
                let seconds = u64::try_from(wait.0.as_secs()).unwrap_or(0).max(1);
                Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", text)
                    .retry_after(Duration::from_secs(seconds))
            }
            Error::Unproven(refusal) => {
                let status = match refusal.field() {
                    _ if refusal.is_outside() => StatusCode::BAD_GATEWAY,
                    Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
                    None => StatusCode::CONFLICT,
                };
                let problem = Self::new(status, refusal.code(), text.clone());
                match refusal.field() {
                    Some(field) => problem.field(field, text),
                    None => problem,
                }
            }
            Error::Weak(_) => Self::invalid("password", text),
            Error::MailUnconfirmed => Self::invalid("email", text),
            Error::Stale => Self::precondition_failed(text),
            Error::Store(error) => error.into(),
        }
    }
}

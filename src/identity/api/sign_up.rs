//! Making an account, links from mails, and lost passwords: what strangers may ask.
//!
//! Every answer here is the same whether there is such an account or not.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use crate::config::SignUp;
use crate::ham::callsign::Callsign;
use crate::identity::login::Login;
use crate::identity::model::AccountId;
use crate::identity::password::Password;
use crate::identity::quiz::{Asked, Challenge, PROOF_BITS};
use crate::identity::sign_up::{Confirmed, SignUpForm, SignedUp};
use crate::identity::tables::Person;
use crate::web::{Json, Path, Problem, ProblemBody, Result, Sensitive};

use super::gate::{Visitor, Who};
use super::session::{SecondStepBody, SessionBody, admitted};
use super::{IdentityState, accounts};

/// Longest postal code and register number, in characters.
const MOST_CODE: usize = 20;

/// What somebody who signs up is asked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignUpAsked {
    /// `open`, `approval` or `closed`.
    policy: &'static str,
    /// To be sent back with the answers; works once, and until `until`.
    token: String,
    /// For operators; a listener is not asked.
    questions: Vec<QuestionBody>,
    proof: ProofBody,
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// A question with its answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuestionBody {
    ask: String,
    /// One of them is right; it is answered by its place, from 0.
    choices: Vec<String>,
}

/// Work for the browser: a text such that the SHA-256 of `token:text` begins with so many zero bits.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProofBody {
    algorithm: &'static str,
    bits: u32,
}

/// An account to be made: an operator's with `call`, or a listener's with `name` and the fields below it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUpBody {
    /// An operator's callsign. Whoever proves it later gets it.
    #[serde(default)]
    pub(crate) call: String,
    /// A listener's own name, without or with `SWL_`.
    #[serde(default)]
    pub(crate) swl: String,
    /// The operator's name.
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) grid: String,
    /// A listener's first name.
    #[serde(default)]
    pub(crate) first_name: String,
    #[serde(default)]
    pub(crate) last_name: String,
    #[serde(default)]
    pub(crate) postal_code: String,
    /// Number in a licence register, such as an FRN.
    #[serde(default)]
    pub(crate) register_id: String,
    /// Needed where no proof is sent.
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 15)]
    pub(crate) password: Option<Password>,
    #[serde(default)]
    pub(crate) token: String,
    #[serde(default)]
    pub(crate) answers: Vec<usize>,
    /// The work's result.
    #[serde(default)]
    pub(crate) proof: String,
    /// Leave it out: only robots fill it in.
    #[serde(default)]
    pub(crate) website: String,
}

/// What comes next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedUpBody {
    /// `ready`: sign in; `waiting`: an administrator lets you in first; `check_mail`: answer the mail first.
    state: &'static str,
}

/// The token of a link.
#[derive(Deserialize, ToSchema)]
pub(super) struct LinkBody {
    token: String,
}

/// What a link did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConfirmedBody {
    /// `ready` or `waiting` after a sign-up, `mail` where an address is now the account's.
    state: &'static str,
}

/// Who lost the password.
#[derive(Deserialize, ToSchema)]
pub(super) struct RecoveryBody {
    /// The callsign, or a listener's name.
    call: String,
}

/// The new password, with the link's token.
#[derive(Deserialize, ToSchema)]
pub(super) struct RecoverBody {
    token: String,
    #[schema(value_type = String, format = Password, min_length = 15)]
    password: Password,
}

/// A link to hand over.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecoveryLinkBody {
    url: String,
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// A new mail address.
#[derive(Deserialize, ToSchema)]
pub(super) struct MailBody {
    email: String,
}

/// The questions for an account of one's own, and who may have one.
#[utoipa::path(get, path = "/api/v1/signup", tag = "session", responses((status = 200, body = SignUpAsked)))]
pub(super) async fn questions(
    State(state): State<IdentityState>,
) -> (Extension<Sensitive>, Json<SignUpAsked>) {
    let Challenge {
        token,
        questions,
        until,
    } = state.identity.sign_up_questions();
    let asked = SignUpAsked {
        policy: policy(state.identity.sign_up_policy()),
        token,
        questions: questions.into_iter().map(QuestionBody::from).collect(),
        proof: ProofBody {
            algorithm: "sha256",
            bits: PROOF_BITS,
        },
        until,
    };
    (Extension(Sensitive), Json(asked))
}

/// Makes an account of one's own.
#[utoipa::path(post, path = "/api/v1/signup", tag = "session", request_body = SignUpBody, responses(
    (status = 202, body = SignedUpBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody)))]
pub(super) async fn sign_up(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(body): Json<SignUpBody>,
) -> Result<impl IntoResponse> {
    let form = body.read()?;
    let done = state
        .identity
        .sign_up(&visitor.actor, form, &visitor.browser)
        .await?;
    Ok((StatusCode::ACCEPTED, Json(SignedUpBody { state: done.as_str() })))
}

/// Uses a link from a mail: finishes a sign-up, or makes an address the account's.
#[utoipa::path(post, path = "/api/v1/confirm", tag = "session", request_body = LinkBody, responses(
    (status = 200, body = ConfirmedBody), (status = 403, body = ProblemBody)))]
pub(super) async fn confirm_link(
    State(state): State<IdentityState>,
    Json(link): Json<LinkBody>,
) -> Result<Json<ConfirmedBody>> {
    let state = match state.identity.confirm_link(&link.token).await? {
        Confirmed::SignUp(done) => done.as_str(),
        Confirmed::Mail => "mail",
    };
    Ok(Json(ConfirmedBody { state }))
}

/// Asks for a link to set a new password; it goes to the account's own address.
#[utoipa::path(post, path = "/api/v1/recovery", tag = "session", request_body = RecoveryBody, responses(
    (status = 202), (status = 429, body = ProblemBody)))]
pub(super) async fn ask_recovery(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(body): Json<RecoveryBody>,
) -> Result<StatusCode> {
    state.identity.ask_recovery(&body.call, &visitor.browser).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets a new password by such a link, ends all sessions, and signs in.
#[utoipa::path(post, path = "/api/v1/recovery/set", tag = "session", request_body = RecoverBody, responses(
    (status = 200, body = SessionBody), (status = 202, body = SecondStepBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn recover(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(body): Json<RecoverBody>,
) -> Result<Response> {
    let password = body.password.for_use();
    let password = password.map_err(|weak| Problem::invalid("password", weak.to_string()))?;
    let entry = state
        .identity
        .recover(&body.token, password, &visitor.browser)
        .await?;
    admitted(&state, &visitor, entry, false).await
}

/// Makes a link by which somebody sets a new password: to be handed over. Works once and for a day.
#[utoipa::path(post, path = "/api/v1/users/{id}/recovery", tag = "users", params(("id" = u32, Path)), responses(
    (status = 201, body = RecoveryLinkBody), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn give_recovery(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u32>,
) -> Result<impl IntoResponse> {
    let link = state.identity.give_recovery(&actor, AccountId(id)).await?;
    let body = RecoveryLinkBody {
        url: link.url,
        until: link.until,
    };
    Ok((StatusCode::CREATED, Extension(Sensitive), Json(body)))
}

/// Asks for a mail that makes an address one's own. Asks for the password again where it was shown more than ten
/// minutes ago.
#[utoipa::path(post, path = "/api/v1/account/email", tag = "account", request_body = MailBody, responses(
    (status = 202), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody)))]
pub(super) async fn ask_mail(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(body): Json<MailBody>,
) -> Result<StatusCode> {
    let email = accounts::optional_mail(&body.email)?;
    let email = email.ok_or_else(|| Problem::invalid("email", "is empty"))?;
    state
        .identity
        .ask_mail(&visitor.actor, email, &visitor.browser)
        .await?;
    Ok(StatusCode::ACCEPTED)
}

impl SignUpBody {
    /// The form in domain types; a refusal names the field.
    pub(crate) fn read(self) -> Result<SignUpForm> {
        let (login, person) = if self.swl.trim().is_empty() {
            (self.operator()?, None)
        } else {
            let login = Login::listener(&self.swl);
            let login = login.map_err(|bad| Problem::invalid("swl", bad.to_string()))?;
            (login, Some(self.person()?))
        };
        let name = match &person {
            Some(person) => person.first_name.clone(),
            None => named("name", &self.name)?,
        };
        let password = self.password.unwrap_or_else(|| Password::entered(""));
        let password = password.for_use();
        Ok(SignUpForm {
            login,
            name,
            grid: accounts::optional_grid(&self.grid)?,
            person,
            email: accounts::optional_mail(&self.email)?,
            password: password.map_err(|weak| Problem::invalid("password", weak.to_string()))?,
            token: self.token,
            answers: self.answers,
            proof: self.proof,
            trap: self.website,
        })
    }

    fn operator(&self) -> Result<Login> {
        let call = Callsign::parse(&self.call);
        call.map(Login::Call)
            .map_err(|error| Problem::invalid("call", error.to_string()))
    }

    fn person(&self) -> Result<Person> {
        let code = |field: &str, text: &str| {
            let text = text.trim();
            let fits = text.len() <= MOST_CODE
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || " -".contains(c));
            if fits {
                Ok(SmolStr::new(text.to_ascii_uppercase()))
            } else {
                Err(Problem::invalid(
                    field,
                    "has letters, digits and dashes, at most 20",
                ))
            }
        };
        Ok(Person {
            first_name: given("first_name", &self.first_name)?,
            last_name: given("last_name", &self.last_name)?,
            postal_code: code("postal_code", &self.postal_code)?,
            register_id: code("register_id", &self.register_id)?,
        })
    }
}

fn named(field: &str, text: &str) -> Result<crate::identity::DisplayName> {
    text.parse()
        .map_err(|error| Problem::invalid(field, format!("{error}")))
}

fn given(field: &str, text: &str) -> Result<crate::identity::DisplayName> {
    if text.trim().is_empty() {
        return Err(Problem::invalid(field, "is needed to find your licence later"));
    }
    named(field, text)
}

/// The word for who may make an account.
pub(crate) fn policy(policy: SignUp) -> &'static str {
    match policy {
        SignUp::Open => "open",
        SignUp::Approval => "approval",
        SignUp::Closed => "closed",
    }
}

impl SignedUp {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::CheckMail => "check_mail",
        }
    }
}

impl From<Asked> for QuestionBody {
    fn from(asked: Asked) -> Self {
        Self {
            ask: asked.ask.into(),
            choices: asked.choices.map(String::from).into(),
        }
    }
}

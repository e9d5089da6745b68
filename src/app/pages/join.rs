//! Making an account of one's own: an operator's or a listener's.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::fields::{Again, Fields};
use super::frame::Shelf;
use super::notice::Done;
use super::reader::{Reader, see_other};
use super::views::{AskedRow, SignUpPage};
use crate::app::App;
use crate::config::SignUp;
use crate::identity::api::SignUpBody;
use crate::identity::{PROOF_BITS, SignedUp};
use crate::web::{Query, Result, Sensitive};

/// Where the page has a place for what is wrong.
const PLACES: [&str; 11] = [
    "call",
    "swl",
    "name",
    "grid",
    "first_name",
    "last_name",
    "postal_code",
    "register_id",
    "email",
    "password",
    "answers",
];

/// As what somebody signs up.
#[derive(Debug, Deserialize)]
pub(super) struct As {
    #[serde(default, rename = "as")]
    kind: String,
}

/// `/signup`, `/signup?as=swl`. Whoever is signed in has an account.
pub(super) async fn show(reader: Reader, Query(query): Query<As>) -> Result<Response> {
    if reader.account.is_some() {
        return see_other("/");
    }
    page(&reader, Again::default(), query.kind == "swl")
}

/// Makes the account, or sends the mail that does.
pub(super) async fn sign_up(State(app): State<App>, reader: Reader, fields: Fields) -> Result<Response> {
    let done = match read(&fields).read() {
        Ok(form) => {
            let identity = &app.services.identity;
            let made = identity.sign_up(&reader.visitor.actor, form, &reader.visitor.browser);
            made.await.map_err(crate::web::Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(SignedUp::Ready) => reader.go_on("/login", Done::SignedUp),
        Ok(SignedUp::Waiting) => reader.go_on("/login", Done::SignedUpWaiting),
        Ok(SignedUp::CheckMail) => reader.go_on("/login", Done::SignedUpMail),
        Err(problem) => {
            let again = Again::after(problem)?.having(&PLACES);
            let kept: Vec<&str> = PLACES
                .into_iter()
                .filter(|name| !matches!(*name, "password" | "answers"))
                .collect();
            page(&reader, again.keeping(&fields, &kept), fields.text("as") == "swl")
        }
    }
}

fn read(fields: &Fields) -> SignUpBody {
    let text = |name: &str| fields.text(name).to_owned();
    let answers = (0..crate::identity::ASKED).map(|at| fields.text(&format!("answer{at}")).parse().ok());
    SignUpBody {
        call: text("call"),
        swl: text("swl"),
        name: text("name"),
        grid: text("grid"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        postal_code: text("postal_code"),
        register_id: text("register_id"),
        email: text("email"),
        password: Some(fields.password("password")),
        token: text("token"),
        answers: answers.flatten().collect(),
        proof: text("proof"),
        website: text("website"),
    }
}

fn page(reader: &Reader, again: Again, swl: bool) -> Result<Response> {
    let identity = &reader.app.services.identity;
    let policy = identity.sign_up_policy();
    let asked = identity.sign_up_questions();
    let row = |asked: crate::identity::Asked| AskedRow {
        ask: asked.ask.to_string(),
        choices: asked.choices.iter().map(ToString::to_string).collect(),
    };
    let page = SignUpPage {
        frame: reader.frame("", reader.t.s("signup.title"), Shelf::default()),
        form: again.form,
        swl,
        closed: policy == SignUp::Closed,
        approval: policy == SignUp::Approval,
        token: asked.token,
        bits: PROOF_BITS,
        questions: if swl {
            Vec::new()
        } else {
            asked.questions.into_iter().map(row).collect()
        },
    };
    let status = if page.closed {
        StatusCode::FORBIDDEN
    } else {
        again.status
    };
    let mut response = reader.show(status, &page)?;
    // The questions are this visitor's and answered once.
    response.extensions_mut().insert(Sensitive);
    Ok(response)
}

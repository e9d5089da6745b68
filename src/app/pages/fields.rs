//! What plain forms send, and how they are answered.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Redirect, Response};

use super::views::Form;
use crate::web::{Problem, Result};

/// The fields of a plain form, in their order.
pub(super) struct Fields(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
        let axum::Form(fields) = form.map_err(|error| Problem::bad_request("bad_form", error.body_text()))?;
        Ok(Self(fields))
    }
}

impl Fields {
    /// A field's first value, empty where it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// All values of a field.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The form as it was refused, with what was typed; passwords are not given back.
    pub(super) fn refused(&self, problem: &Problem) -> Form {
        let shown = self.0.iter().filter(|(name, _)| !is_secret(name));
        shown.fold(Form::of_problem(problem), |form, (name, value)| {
            form.with_value(name, value)
        })
    }
}

/// To a page of ours, with the word for what was done.
pub(super) fn back(path: &str, said: &str) -> Response {
    Redirect::to(&format!("{path}?said={said}")).into_response()
}

fn is_secret(name: &str) -> bool {
    matches!(name, "password" | "current" | "new" | "csrf" | "token")
}

//! A plain form as it was sent, and the page again where it was refused.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use zeroize::Zeroizing;

use super::views::Form;
use crate::identity::Password;
use crate::web::{Problem, Result, Whole};

/// The fields of a form, in their order; wiped when they are dropped, for some are passwords.
pub(super) struct Fields(Vec<(String, Zeroizing<String>)>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let Whole(bytes) = Whole::from_request(request, state).await?;
        Ok(Self::parse(&bytes))
    }
}

impl Fields {
    /// Reads the fields out of a body.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let fields = url::form_urlencoded::parse(bytes);
        let owned = fields.map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())));
        Self(owned.collect())
    }

    /// A field without blanks around it; empty where the form has none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// All values of a field that can be ticked more than once.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(own, _)| own == name)
            .map(|(_, value)| value.trim())
    }

    /// Whether a box is ticked.
    pub(super) fn ticked(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// A password, blanks and all.
    pub(super) fn password(&self, name: &str) -> Password {
        Password::entered(self.secret(name))
    }

    /// A secret as it was typed, blanks and all.
    pub(super) fn secret(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }

    /// Which of a page's forms it was.
    pub(super) fn action(&self) -> &str {
        self.text("do")
    }

    /// The answer to a form that no page of ours has.
    pub(super) fn unknown(&self) -> Problem {
        let detail = format!("this page has no form for `{}`", self.action());
        Problem::bad_request("unknown_form", detail)
    }
}

/// A page that is shown again, or for the first time.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// The status it is sent with.
    pub(super) status: StatusCode,
    /// What was typed, and what was wrong.
    pub(super) form: Form,
}

impl Again {
    /// The page with what was wrong, where a person can mend it; every other problem stays one.
    pub(super) fn after(problem: Problem) -> Result<Self> {
        let mendable = match problem.status() {
            StatusCode::UNAUTHORIZED => problem.body().code == "wrong_credentials",
            StatusCode::SERVICE_UNAVAILABLE => problem.body().code == "storage_unavailable",
            StatusCode::INTERNAL_SERVER_ERROR | StatusCode::NOT_FOUND => false,
            _ => true,
        };
        if !mendable {
            return Err(problem);
        }
        // 401 would promise a challenge; what is wrong is what was typed.
        let status = match problem.status() {
            StatusCode::UNAUTHORIZED => StatusCode::UNPROCESSABLE_ENTITY,
            other => other,
        };
        let form = Form::of_problem(&problem);
        Ok(Self { status, form })
    }

    /// Keeps what was typed into these fields; never passwords.
    #[must_use]
    pub(super) fn keeping(mut self, fields: &Fields, names: &[&str]) -> Self {
        for name in names {
            self.form = self.form.with_value(name, fields.text(name));
        }
        self
    }

    /// Says what is wrong with a field at the field that the page has for it.
    #[must_use]
    pub(super) fn moved(mut self, from: &str, to: &str) -> Self {
        self.form = self.form.with_error_moved(from, to);
        self
    }

    /// Says on top what is wrong with fields that the page has no place for.
    #[must_use]
    pub(super) fn having(mut self, places: &[&str]) -> Self {
        self.form = self.form.with_places(places);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_keep_their_blanks_and_texts_lose_theirs() {
        let fields = Fields::parse(b"call=+k6bp+&password=+two+words+&scopes=a&scopes=b");
        assert_eq!(fields.text("call"), "k6bp");
        assert_eq!(fields.secret("password"), " two words ");
        assert_eq!(fields.all("scopes").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(fields.text("absent"), "");
    }

    #[test]
    fn a_refused_form_says_what_is_wrong_where_there_is_a_place_for_it() {
        let problem = Problem::invalid("band", "is none").field("tx_power", "is no number");
        let again = Again::after(problem)
            .unwrap()
            .moved("band", "freq")
            .having(&["freq"]);
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(again.form.error("freq"), "Is none");
        assert_eq!(again.form.error("tx_power"), "");
        assert_eq!(again.form.message, "tx_power: Is no number");
    }

    #[test]
    fn wrong_passwords_are_mended_and_broken_stores_are_not() {
        let wrong = Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong_credentials",
            "call or password is wrong",
        );
        assert_eq!(
            Again::after(wrong).unwrap().status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        for problem in [
            Problem::unauthenticated(),
            Problem::internal("disk"),
            Problem::not_found("gone"),
        ] {
            assert!(Again::after(problem).is_err());
        }
    }
}

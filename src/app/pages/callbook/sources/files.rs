//! Files that an administrator hands over by the page's form.

use axum::extract::Request;
use axum::extract::multipart::{Field, MultipartError};

use super::callbook;
use crate::app::pages::reader::Reader;
use crate::callbook::api::take_in;
use crate::web::{Problem, Result};

/// Takes the file of a form in, and asks for its import.
pub(super) async fn hand_over(reader: &Reader, named: &str, request: Request) -> Result<()> {
    let of = callbook(reader).authority(named)?;
    let state = reader.app.callbook_state();
    // Whether it is taken by force, the form says itself.
    take_in(&state, &reader.visitor.actor, &of, ("", false), request).await?;
    Ok(())
}

/// How large a form may be.
pub(super) fn most_bytes(reader: &Reader) -> u64 {
    reader.app.services.config.limits.upload_bytes
}

/// A field that is text, of so many bytes at most.
pub(super) async fn text(mut part: Field<'_>, most: usize) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(most as u64, &error))? {
        if bytes.len() + chunk.len() > most {
            return Err(Problem::bad_request(
                "bad_form",
                "a field of the form is too long",
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Problem::bad_request("bad_form", "a field of the form is no text"))
}

/// A form that broke off on its way, or is larger than its limit.
pub(super) fn broken(limit: u64, error: &MultipartError) -> Problem {
    Problem::unread_body(limit, error)
}

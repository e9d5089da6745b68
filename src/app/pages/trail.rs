//! The audit trail as a page: what was done, in sentences, by whom and to whom.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;

use super::fields::Again;
use super::reader::Reader;
use super::say::iso;
use super::views::{AdminAuditPage, AuditRow, Form, utc_words, words_of};
use crate::identity::api::trail::AuditQuery;
use crate::identity::{AccountId, Place, StoredAudit};
use crate::web::Result;

/// Lines on a page.
const LINES: usize = 100;

/// `/admin/audit`
pub(super) async fn show(reader: Reader, Query(query): Query<AuditQuery>) -> Result<Response> {
    let filter = match query.filter() {
        Ok(filter) => filter,
        Err(problem) => {
            let again = Again::after(problem)?.having(&["account", "from", "to"]);
            return page(&reader, &query, again, (Vec::new(), String::new())).await;
        }
    };
    let signer = &reader.app.signer;
    let after = query.after(signer)?;
    let identity = &reader.app.services.identity;
    let mut lines = identity
        .audit(&reader.visitor.actor, filter, after, LINES + 1)
        .await?;
    let more = lines.len() > LINES;
    lines.truncate(LINES);
    let next = match lines.last().filter(|_| more) {
        Some((place, _)) => query.link(&query.behind(signer, *place)),
        None => String::new(),
    };
    page(&reader, &query, Again::default(), (lines, next)).await
}

async fn page(
    reader: &Reader,
    query: &AuditQuery,
    again: Again,
    (lines, next): (Vec<(Place, StoredAudit)>, String),
) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let page = AdminAuditPage {
        frame: reader.frame_of("admin", "admin.audit").await,
        part: "audit",
        form: query
            .fields()
            .into_iter()
            .fold(again.form, |form: Form, (name, value)| {
                form.with_value(name, value)
            }),
        lines: lines.into_iter().map(|line| row(reader, line)).collect(),
        csv: format!("/api/v1/admin/audit.csv?{}", query.shared()),
        next,
    };
    reader.show(
        if page.form.message.is_empty() {
            StatusCode::OK
        } else {
            again.status
        },
        &page,
    )
}

fn row(reader: &Reader, ((at, _), line): (Place, StoredAudit)) -> AuditRow {
    let account = line.account.map(|id| name(reader, id)).unwrap_or_default();
    let key = format!("audit.{}", line.action.replace('.', "_"));
    let sentence = words_of(reader.t, &key).unwrap_or_else(|| line.action.to_string());
    AuditRow {
        at_iso: iso(at),
        at: utc_words(at, reader.now),
        who: line.who.into(),
        sentence: sentence.replace("{account}", &account),
        action: line.action.into(),
        account_id: line.account.map(|id| id.to_string()).unwrap_or_default(),
        detail: line.detail.into(),
    }
}

fn name(reader: &Reader, id: AccountId) -> String {
    let known = reader.app.services.identity.account(id).ok();
    known.map_or_else(|| format!("account {id}"), |account| account.call.to_string())
}

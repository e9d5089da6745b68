//! A member's own accounts at other callbooks, which are asked on their behalf.

use axum::response::Response;

use crate::app::pages::fields::{Again, Fields};
use crate::app::pages::notice::Done;
use crate::app::pages::reader::Reader;
use crate::app::pages::say::iso;
use crate::app::pages::views::{CallbookAccountsPage, ElsewhereRow, When, utc_words};
use crate::callbook::api::elsewhere::site;
use crate::callbook::upstream::{Error, Site};
use crate::web::{Problem, Result};

/// Where the page is.
const PAGE: &str = "/callbook/accounts";

/// `/callbook/accounts`
pub(in crate::app::pages) async fn show(reader: Reader) -> Result<Response> {
    page(&reader, Again::default(), "").await
}

/// Keeps or forgets an account.
pub(in crate::app::pages) async fn change(reader: Reader, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &fields).await {
        Ok(done) => reader.go_on(PAGE, done),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["user", "password"]);
            let service = fields.text("service");
            page(&reader, again.keeping(&fields, &["user"]), service).await
        }
    }
}

async fn carry_out(reader: &Reader, fields: &Fields) -> Result<Done> {
    let (elsewhere, actor) = (&reader.app.elsewhere, &reader.visitor.actor);
    let site = site(fields.text("service"))?;
    match fields.action() {
        "keep" => {
            let login = (fields.text("user"), fields.secret("password"));
            match elsewhere.set_account(actor, site, login).await? {
                None => Ok(Done::AccountKept),
                Some(_) => Ok(Done::AccountUntried),
            }
        }
        "forget" => {
            elsewhere.remove_account(actor, site).await?;
            Ok(Done::AccountForgotten)
        }
        _ => Err(fields.unknown()),
    }
}

async fn page(reader: &Reader, again: Again, refused: &str) -> Result<Response> {
    let mut rows = Vec::new();
    for site in Site::WITH_ACCOUNT {
        let kept = reader.app.elsewhere.account(&reader.visitor.actor, site).await;
        let kept = match kept {
            Ok(kept) => Some(kept),
            Err(Error::NoAccount(_)) => None,
            Err(error) => return Err(Problem::from(error)),
        };
        let set = kept.as_ref().map(|(_, set)| When {
            iso: iso(*set),
            words: utc_words(*set, reader.now),
        });
        rows.push(ElsewhereRow {
            service: site.as_str(),
            name: site.name(),
            user: kept.map(|(user, _)| user.into()).unwrap_or_default(),
            set,
        });
    }
    let page = CallbookAccountsPage {
        frame: reader.frame_of("callbook", "callbook.accounts").await,
        form: again.form,
        refused: refused.to_owned(),
        rows,
    };
    reader.show(again.status, &page)
}

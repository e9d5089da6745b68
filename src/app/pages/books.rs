//! Logbooks: making one, naming it, sharing it, removing it.

use axum::http::StatusCode;
use axum::response::Response;

use super::directory::moved;
use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::{Reader, quoted};
use super::views::{BookMember, BookRow, Grouped, LogbookMembersPage, LogbooksPage, word_or_name};
use crate::ham::callsign::Callsign;
use crate::identity::{self, AccountId, Actor, Scope};
use crate::jobs::{self, NewJob};
use crate::logbook::error::Error;
use crate::logbook::jobs::ClearJob;
use crate::logbook::read::books::members;
use crate::logbook::read::stats;
use crate::logbook::rights::{self, Opened};
use crate::logbook::tables::{Membership, Right};
use crate::logbook::write::books::{self, NewBook, Person};
use crate::store::Write;
use crate::web::{Path, Problem, Result};

/// What a change of a logbook leads to.
struct Changed {
    path: String,
    done: Done,
}

/// `/logbooks`
pub(super) async fn list(reader: Reader) -> Result<Response> {
    list_page(&reader, Again::default()).await
}

/// Makes a logbook.
pub(super) async fn add(reader: Reader, fields: Fields) -> Result<Response> {
    match make(&reader, &fields).await {
        Ok(()) => reader.go_on("/logbooks", Done::LogbookMade),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["call", "title"]);
            list_page(&reader, again.keeping(&fields, &["call", "title"])).await
        }
    }
}

/// `/logbooks/{call}`
pub(super) async fn one(reader: Reader, Path(call): Path<String>) -> Result<Response> {
    let page = one_page(&reader, call.clone(), Again::default()).await;
    let gone = page
        .as_ref()
        .is_err_and(|problem| problem.status() == StatusCode::NOT_FOUND);
    match reader
        .app
        .services
        .identity
        .own_new_call(&reader.visitor.actor, &call)
    {
        // The call was the reader's own before, and nothing of theirs is under it any more.
        Some(to) if gone => Ok(moved(&format!("/logbooks/{}", quoted(to.as_str())))),
        _ => page,
    }
}

/// Renames, shares or removes a logbook.
pub(super) async fn change(reader: Reader, Path(call): Path<String>, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &call, &fields).await {
        Ok(changed) => reader.go_on(&changed.path, changed.done),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["title", "call", "confirm"]);
            one_page(&reader, call, again).await
        }
    }
}

async fn make(reader: &Reader, fields: &Fields) -> Result<()> {
    let new = NewBook {
        call: callsign("call", fields.text("call"))?,
        title: fields.text("title").to_owned(),
        club: fields.ticked("club"),
    };
    let (actor, now) = (reader.actor(), reader.now);
    let write = move |tx: &mut Write<'_>| books::create(tx, &actor, new, now).map(drop);
    let made = reader.app.services.store.write(write).await;
    made.map_err(Problem::from)
}

async fn carry_out(reader: &Reader, call: &str, fields: &Fields) -> Result<Changed> {
    let here = |done| Changed {
        path: format!("/logbooks/{}", quoted(call)),
        done,
    };
    match fields.action() {
        "rename" => {
            rename(reader, call, fields.text("title")).await?;
            Ok(here(Done::LogbookSaved))
        }
        "share" => {
            share(reader, call, fields).await?;
            Ok(here(Done::Shared))
        }
        "remove" => {
            unshare(reader, call, fields).await?;
            Ok(here(Done::Unshared))
        }
        "delete" if fields.text("confirm").eq_ignore_ascii_case(call) => {
            remove(reader, reader.actor(), call.to_owned()).await?;
            Ok(Changed {
                path: "/logbooks".to_owned(),
                done: Done::LogbookDeleted,
            })
        }
        "delete" => Err(Problem::invalid(
            "confirm",
            reader.t.f("js.books.confirm", &[("call", call)]),
        )),
        _ => Err(fields.unknown()),
    }
}

async fn rename(reader: &Reader, call: &str, title: &str) -> Result<()> {
    let (actor, book, title) = (reader.actor(), call.to_owned(), title.to_owned());
    let write = move |tx: &mut Write<'_>| books::rename(tx, &actor, &book, Some(title), None).map(drop);
    let renamed = reader.app.services.store.write(write).await;
    renamed.map_err(Problem::from)
}

async fn share(reader: &Reader, book: &str, fields: &Fields) -> Result<()> {
    let call = callsign("call", fields.text("call"))?;
    let right = right(fields.text("right"))?;
    let (actor, now, book) = (reader.actor(), reader.now, book.to_owned());
    let write = move |tx: &mut Write<'_>| {
        let account = account(tx, &call)?;
        books::share(tx, &actor, &book, &Person { account, call }, right, now)
    };
    let shared = reader.app.services.store.write(write).await;
    shared.map_err(at_the_call)
}

async fn unshare(reader: &Reader, book: &str, fields: &Fields) -> Result<()> {
    let call = callsign("call", fields.text("call"))?;
    let (actor, book) = (reader.actor(), book.to_owned());
    let write = move |tx: &mut Write<'_>| {
        let account = account(tx, &call)?;
        books::unshare(tx, &actor, &book, account)
    };
    let unshared = reader.app.services.store.write(write).await;
    unshared.map_err(at_the_call)
}

/// A call that has no account is a mistake in the form, not a page that is missing.
fn at_the_call(error: Error) -> Problem {
    match error {
        Error::NoAccount(_) => Problem::invalid("call", error.to_string()),
        other => other.into(),
    }
}

/// Closes the logbook; its contacts are removed in the background.
async fn remove(reader: &Reader, actor: Actor, call: String) -> Result<()> {
    let new = NewJob::now(&reader.app.services.env, actor.account().map(|account| account.0));
    let write = move |tx: &mut Write<'_>| {
        let book = books::close(tx, &actor, &call)?;
        jobs::enqueue(tx, &ClearJob { book }, new)?;
        Ok::<_, Error>(())
    };
    reader
        .app
        .services
        .store
        .write(write)
        .await
        .map_err(Problem::from)
}

async fn list_page(reader: &Reader, again: Again) -> Result<Response> {
    let (shelf, ()) = reader.gather(|_, _| Ok(())).await?;
    let row = |(opened, count): &(Opened, u64)| row(reader, opened, *count);
    let page = LogbooksPage {
        form: again.form,
        books: shelf.books().iter().map(row).collect(),
        frame: reader.frame("logbooks", reader.t.s("logbooks.title"), shelf),
    };
    reader.show(again.status, &page)
}

async fn one_page(reader: &Reader, call: String, again: Again) -> Result<Response> {
    let actor = reader.actor();
    let gathered = reader.gather(move |r, _| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, Some(&call))?;
        Ok((members(r, opened.id)?, stats::total(r, opened.id)?, opened))
    });
    let (shelf, (members, count, opened)) = gathered.await?;
    let page = LogbookMembersPage {
        frame: reader.frame("logbooks", &opened.book.call, shelf),
        form: again.form,
        book: row(reader, &opened, count),
        may_share: opened.right == Right::Owner,
        members: members
            .into_iter()
            .map(|member| member_row(reader, member))
            .collect(),
    };
    reader.show(again.status, &page)
}

fn row(reader: &Reader, opened: &Opened, count: u64) -> BookRow {
    let right = opened.right.as_str();
    BookRow {
        call: opened.book.call.to_string(),
        title: opened.book.title.clone(),
        club: opened.book.club,
        right,
        right_word: word_or_name(reader.t, "right", right),
        count: Grouped(count),
    }
}

fn member_row(reader: &Reader, (account, membership): (u32, Membership)) -> BookMember {
    let id = AccountId(account);
    let known = reader.app.services.identity.account(id).ok();
    BookMember {
        call: membership.call.to_string(),
        name: known
            .map(|account| account.name.as_str().to_owned())
            .unwrap_or_default(),
        right_word: word_or_name(reader.t, "right", membership.right.as_str()),
        me: reader.actor().account() == Some(id),
    }
}

fn account(tx: &Write<'_>, call: &Callsign) -> std::result::Result<AccountId, Error> {
    identity::read::account_of(tx, call)?.ok_or(Error::NoAccount(call.as_str().into()))
}

fn callsign(field: &str, text: &str) -> Result<Callsign> {
    Callsign::parse(text).map_err(|error| Problem::invalid(field, error.to_string()))
}

fn right(text: &str) -> Result<Right> {
    match text {
        "member" => Ok(Right::Member),
        "officer" => Ok(Right::Officer),
        "owner" => Ok(Right::Owner),
        other => Err(Problem::invalid(
            "right",
            format!("{other} is not one of member, officer, owner"),
        )),
    }
}

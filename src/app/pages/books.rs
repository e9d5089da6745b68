//! Logbooks: making one, naming it, sharing it, removing it.

use axum::response::{IntoResponse, Redirect, Response};

use super::fields::{Fields, back};
use super::reader::Reader;
use super::views::{BookMember, BookRow, Form, Grouped, LogbookMembersPage, LogbooksPage, word_or_name};
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
use crate::store::{Read, Write};
use crate::web::{Path, Problem, Result, render};

/// `/logbooks`
pub(super) async fn list(reader: Reader) -> Result<Response> {
    list_page(&reader, Form::default())
}

/// Makes a logbook.
pub(super) async fn add(reader: Reader, fields: Fields) -> Result<Response> {
    match make(&reader, &fields).await {
        Ok(()) => Ok(back("/logbooks", "logbook_added")),
        Err(problem) => {
            let page = list_page(&reader, fields.refused(&problem))?;
            Ok((problem.status(), page).into_response())
        }
    }
}

/// `/logbooks/{call}`
pub(super) async fn one(reader: Reader, Path(call): Path<String>) -> Result<Response> {
    one_page(&reader, call, Form::default()).await
}

/// Renames, shares or removes a logbook.
pub(super) async fn change(reader: Reader, Path(call): Path<String>, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &call, &fields).await {
        Ok(done) => Ok(done),
        Err(problem) => {
            let page = one_page(&reader, call, fields.refused(&problem)).await?;
            Ok((problem.status(), page).into_response())
        }
    }
}

async fn make(reader: &Reader, fields: &Fields) -> Result<()> {
    let call = callsign("call", fields.get("call"))?;
    let new = NewBook {
        call,
        title: fields.get("title").to_owned(),
        club: fields.get("club") == "true",
    };
    let (actor, now) = (reader.actor(), reader.now);
    let write = move |tx: &mut Write<'_>| books::create(tx, &actor, new, now).map(drop);
    reader
        .app
        .services
        .store
        .write(write)
        .await
        .map_err(Problem::from)
}

async fn carry_out(reader: &Reader, call: &str, fields: &Fields) -> Result<Response> {
    let (actor, now, book) = (reader.actor(), reader.now, call.to_owned());
    let store = &reader.app.services.store;
    let here = format!("/logbooks/{}", encoded(call));
    match fields.get("do") {
        "rename" => {
            let title = fields.get("title").to_owned();
            let write =
                move |tx: &mut Write<'_>| books::rename(tx, &actor, &book, Some(title), None).map(drop);
            store.write(write).await.map_err(Problem::from)?;
            Ok(back(&here, "saved"))
        }
        "share" => {
            let member = callsign("call", fields.get("call"))?;
            let right = right(fields.get("right"))?;
            let write = move |tx: &mut Write<'_>| {
                let account = account(tx, &member)?;
                books::share(
                    tx,
                    &actor,
                    &book,
                    &Person {
                        account,
                        call: member,
                    },
                    right,
                    now,
                )
            };
            store.write(write).await.map_err(Problem::from)?;
            Ok(back(&here, "shared"))
        }
        "remove" => {
            let member = callsign("call", fields.get("call"))?;
            let write = move |tx: &mut Write<'_>| {
                let account = account(tx, &member)?;
                books::unshare(tx, &actor, &book, account)
            };
            store.write(write).await.map_err(Problem::from)?;
            Ok(back(&here, "unshared"))
        }
        "delete" if fields.get("confirm").trim().eq_ignore_ascii_case(call) => {
            remove(reader, actor, book).await?;
            Ok(Redirect::to("/logbooks").into_response())
        }
        "delete" => Err(Problem::invalid("confirm", format!("type {call} to remove it"))),
        _ => Err(Problem::bad_request(
            "bad_form",
            "the form does not say what to do",
        )),
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

fn list_page(reader: &Reader, form: Form) -> Result<Response> {
    let row = |(opened, count): &(Opened, u64)| row(reader, opened, *count);
    render(&LogbooksPage {
        frame: reader.frame("logbooks", reader.t.s("logbooks.title")),
        form,
        books: reader.books.iter().map(row).collect(),
    })
}

async fn one_page(reader: &Reader, call: String, form: Form) -> Result<Response> {
    let actor = reader.actor();
    let read = move |r: &Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, Some(&call))?;
        Ok::<_, Error>((members(r, opened.id)?, stats::total(r, opened.id)?, opened))
    };
    let (members, count, opened) = reader
        .app
        .services
        .store
        .read(read)
        .await
        .map_err(Problem::from)?;
    render(&LogbookMembersPage {
        frame: reader.frame("logbooks", &opened.book.call),
        form,
        book: row(reader, &opened, count),
        may_share: opened.right == Right::Owner,
        members: members
            .into_iter()
            .map(|member| member_row(reader, member))
            .collect(),
    })
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

/// A call as part of a path: its slash written out.
fn encoded(call: &str) -> String {
    url::form_urlencoded::byte_serialize(call.as_bytes()).collect()
}

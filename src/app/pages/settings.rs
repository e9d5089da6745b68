//! A member's settings: account, looks, password, sessions, API keys.

use axum::response::Response;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::Reader;
use super::say::iso;
use super::views::{
    KeyRow, PasskeyRow, ScopeChoice, SecretRow, SessionRow, SettingsPage, utc_words, word_or_name,
};
use crate::identity::write::{AccountChange, NewKey};
use crate::identity::{Error, KeyLine, PasskeyLine, Scope, SessionLine};
use crate::web::{Problem, Result, Sensitive};

/// The scopes that open something here, with whether a new key begins with them.
const SCOPES: [(Scope, &str, bool); 5] = [
    (Scope::LogbookRead, "logbook_read", true),
    (Scope::LogbookWrite, "logbook_write", true),
    (Scope::CallbookRead, "callbook_read", false),
    (Scope::Admin, "admin", false),
    (Scope::Full, "full", false),
];

/// Where the page has a place for what is wrong.
const PLACES: [&str; 8] = [
    "name",
    "grid",
    "current",
    "new",
    "email",
    "second_password",
    "key_name",
    "scopes",
];

/// What a form came to.
enum Outcome {
    Done(Done),
    /// A new secret, shown once, in the answer itself: a redirect would have to keep it somewhere.
    Made(Secrets),
}

/// What was just made.
#[derive(Default)]
struct Secrets {
    key: String,
    signing: String,
}

/// `/settings`
pub(super) async fn show(reader: Reader) -> Result<Response> {
    page(&reader, Again::default(), Secrets::default()).await
}

/// Does what one of the page's forms asks for.
pub(super) async fn change(reader: Reader, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &fields).await {
        Ok(Outcome::Done(done)) => reader.go_on("/settings", done),
        Ok(Outcome::Made(made)) => page(&reader, Again::default(), made).await,
        Err(problem) => {
            let again = Again::after(problem)?.having(&PLACES);
            let again = again.keeping(&fields, &["name", "grid", "key_name", "email"]);
            page(&reader, again, Secrets::default()).await
        }
    }
}

async fn carry_out(reader: &Reader, fields: &Fields) -> Result<Outcome> {
    let identity = &reader.app.services.identity;
    let actor = &reader.visitor.actor;
    let account = actor.member()?.account;
    match fields.action() {
        "account" => {
            let change = AccountChange {
                name: Some(named(fields)?),
                grid: Some(grid(fields)?),
                ..AccountChange::default()
            };
            identity.change_account(actor, account, change).await?;
            Ok(Outcome::Done(Done::Saved))
        }
        "appearance" => {
            let change = AccountChange {
                theme: Some(word("theme", fields)?),
                density: Some(word("density", fields)?),
                units: Some(word("units", fields)?),
                ..AccountChange::default()
            };
            identity.change_account(actor, account, change).await?;
            Ok(Outcome::Done(Done::Saved))
        }
        "password" => change_password(reader, fields).await,
        "email" => {
            let email = fields.text("email").parse();
            let email = email.map_err(|error| Problem::invalid("email", format!("{error}")))?;
            identity.ask_mail(actor, email, &reader.visitor.browser).await?;
            Ok(Outcome::Done(Done::MailAsked))
        }
        "rename_passkey" => {
            let name = fields.text("passkey_name").parse();
            let name = name.map_err(|_| Problem::invalid("passkey_name", "is too long"))?;
            identity
                .rename_passkey(actor, fields.text("id").into(), name)
                .await?;
            Ok(Outcome::Done(Done::PasskeyRenamed))
        }
        "revoke_passkey" => {
            identity.revoke_passkey(actor, fields.text("id").into()).await?;
            Ok(Outcome::Done(Done::PasskeyRevoked))
        }
        "second_factor" => second_factor(reader, fields).await,
        "make_secret" => {
            let signing = identity.make_signing_secret(actor).await?;
            Ok(Outcome::Made(Secrets {
                signing,
                ..Secrets::default()
            }))
        }
        "revoke_secret" => {
            identity.revoke_signing_secret(actor).await?;
            Ok(Outcome::Done(Done::SecretRevoked))
        }
        "end_session" => {
            identity.end_session(actor, fields.text("id")).await?;
            Ok(Outcome::Done(Done::SessionEnded))
        }
        "create_key" => create_key(reader, fields).await,
        "revoke_key" => {
            let id = fields
                .text("id")
                .parse()
                .map_err(|_| Problem::not_found("there is no such API key"))?;
            identity.revoke_api_key(actor, id).await?;
            Ok(Outcome::Done(Done::KeyRevoked))
        }
        _ => Err(fields.unknown()),
    }
}

async fn change_password(reader: &Reader, fields: &Fields) -> Result<Outcome> {
    let new = fields.password("new");
    let (visitor, identity) = (&reader.visitor, &reader.app.services.identity);
    let changed = identity.change_password(&visitor.actor, fields.password("current"), new, &visitor.browser);
    changed.await.map_err(|error| match error {
        Error::WrongPassword => Problem::invalid("current", "this is not your password"),
        Error::Weak(weak) => Problem::invalid("new", weak.to_string()),
        other => other.into(),
    })?;
    Ok(Outcome::Done(Done::PasswordChanged))
}

async fn second_factor(reader: &Reader, fields: &Fields) -> Result<Outcome> {
    let (identity, actor) = (&reader.app.services.identity, &reader.visitor.actor);
    if fields.ticked("required") {
        identity.require_second_factor(actor).await?;
        return Ok(Outcome::Done(Done::SecondFactorOn));
    }
    let given = !fields.secret("second_password").is_empty();
    let new = given.then(|| fields.password("second_password"));
    let ended = identity.end_second_factor(actor, new).await;
    ended.map_err(|error| match error {
        Error::Weak(weak) => Problem::invalid("second_password", weak.to_string()),
        other => other.into(),
    })?;
    Ok(Outcome::Done(Done::SecondFactorOff))
}

async fn create_key(reader: &Reader, fields: &Fields) -> Result<Outcome> {
    let actor = &reader.visitor.actor;
    let scopes = fields.all("scopes").map(str::parse::<Scope>);
    let scopes = scopes.collect::<std::result::Result<_, _>>();
    let name = fields.text("key_name").parse();
    let new = NewKey {
        account: actor.member()?.account,
        name: name.map_err(|_| Problem::invalid("key_name", "is too long"))?,
        scopes: scopes.map_err(|error| Problem::invalid("scopes", error.to_string()))?,
        expires: None,
    };
    let key = reader.app.services.identity.create_api_key(actor, new).await?;
    Ok(Outcome::Made(Secrets {
        key: key.expose().to_owned(),
        ..Secrets::default()
    }))
}

fn named(fields: &Fields) -> Result<crate::identity::DisplayName> {
    fields
        .text("name")
        .parse()
        .map_err(|_| Problem::invalid("name", "is too long"))
}

fn grid(fields: &Fields) -> Result<Option<crate::ham::grid::Grid>> {
    let text = fields.text("grid");
    let read = || {
        text.parse()
            .map_err(|error| Problem::invalid("grid", format!("{error}")))
    };
    if text.is_empty() {
        Ok(None)
    } else {
        read().map(Some)
    }
}

/// One of the words a setting knows.
fn word<T: DeserializeOwned>(field: &str, fields: &Fields) -> Result<T> {
    let value = serde_json::Value::from(fields.text(field));
    serde_json::from_value(value).map_err(|error| Problem::invalid(field, error.to_string()))
}

async fn page(reader: &Reader, again: Again, made: Secrets) -> Result<Response> {
    let identity = &reader.app.services.identity;
    let actor = &reader.visitor.actor;
    let (sessions, keys) = (identity.sessions(actor)?, identity.keys(actor)?);
    let passkeys = identity.passkeys(actor).await?;
    let account = identity.account(actor.member()?.account)?;
    let email = account.email.as_ref().map(|email| email.as_str().to_owned());
    let origin = identity.passkey_place().map(|(_, origin)| origin.to_owned());
    let secret = !made.key.is_empty() || !made.signing.is_empty();
    let page = SettingsPage {
        frame: reader.frame_of("settings", "nav.settings").await,
        grid: reader.grid(),
        sessions: sessions.into_iter().map(|line| session(reader, line)).collect(),
        keys: keys.iter().map(|line| key(reader, line)).collect(),
        scopes: scopes(reader),
        form: again.form,
        email: email.unwrap_or_default(),
        password_free: identity.may_replace_password(actor),
        second_factor: account.second_factor,
        short_password: account.short_password,
        passkeys: passkeys.iter().map(|line| passkey(reader, line)).collect(),
        passkeys_here: reader.passkeys_here(),
        passkey_origin: origin.unwrap_or_default(),
        secret: identity
            .signing_secret(actor)?
            .map(|(made, used)| signing(reader, made, used)),
        new_secret: made.signing,
        new_key: made.key,
    };
    let mut response = reader.show(again.status, &page)?;
    if secret {
        response.extensions_mut().insert(Sensitive);
    }
    Ok(response)
}

/// The scopes that the reader's keys may have.
fn scopes(reader: &Reader) -> Vec<ScopeChoice> {
    let admin = reader.visitor.actor.admin().is_ok();
    let choice = |(scope, key, usual): (Scope, &str, bool)| ScopeChoice {
        name: scope.as_str(),
        words: word_or_name(reader.t, "scope", key),
        usual,
    };
    let offered = SCOPES
        .into_iter()
        .filter(|(scope, ..)| admin || *scope != Scope::Admin);
    offered.map(choice).collect()
}

fn session(reader: &Reader, line: SessionLine) -> SessionRow {
    SessionRow {
        id: line.id,
        device: device(&line.agent),
        address: line.address.to_string(),
        seen_iso: iso(line.last_seen),
        seen: utc_words(line.last_seen, reader.now),
        behind: line.behind.map(|behind| behind.to_string()).unwrap_or_default(),
        current: line.current,
    }
}

fn key(reader: &Reader, line: &KeyLine) -> KeyRow {
    let scopes: Vec<&str> = line.scopes.iter().map(Scope::as_str).collect();
    KeyRow {
        id: line.id.to_string(),
        name: line.name.as_str().to_owned(),
        scopes: scopes.join(" "),
        made_iso: iso(line.created),
        made: utc_words(line.created, reader.now),
        seen_iso: line.last_used.map(iso).unwrap_or_default(),
        seen: line
            .last_used
            .map(|time| utc_words(time, reader.now))
            .unwrap_or_default(),
    }
}

fn passkey(reader: &Reader, line: &PasskeyLine) -> PasskeyRow {
    let seen = line.last_used;
    PasskeyRow {
        id: line.id.to_string(),
        name: line.name.as_str().to_owned(),
        made_iso: iso(line.created),
        made: utc_words(line.created, reader.now),
        seen_iso: seen.map(iso).unwrap_or_default(),
        seen: seen.map(|time| utc_words(time, reader.now)).unwrap_or_default(),
    }
}

fn signing(reader: &Reader, made: Timestamp, used: Option<Timestamp>) -> SecretRow {
    SecretRow {
        made_iso: iso(made),
        made: utc_words(made, reader.now),
        seen_iso: used.map(iso).unwrap_or_default(),
        seen: used.map(|time| utc_words(time, reader.now)).unwrap_or_default(),
    }
}

/// Browser and system out of a browser's long description of itself: `Firefox, Linux`.
fn device(agent: &str) -> String {
    // The first name that fits counts: most browsers also name those they descend from.
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn browsers_are_told_by_their_first_name_and_system() {
        let told = [
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "curl/8.5.0",
        ]
        .map(device);
        assert_eq!(
            told,
            ["Firefox, Linux", "Safari, iPhone", "Edge, Windows", "curl/8.5.0"]
        );
    }
}

//! `user` and `apikey`.

use super::args::NewUser;
use super::output::{self, Failure, Outcome};
use super::password;
use super::place::{Json, Place, tell};
use super::reach::ask;
use crate::app::admin::{self, AccountLine, Command, HashText, Reply};
use crate::env::Entropy;
use crate::identity::{DisplayName, Login, Password, PasswordHash, Role, Scope};

/// `user add`
pub(super) fn add(place: &Place, new: NewUser) -> Outcome {
    let password = if new.password_stdin || password::can_ask() {
        Some(hashed(&password::chosen(new.password_stdin)?))
    } else {
        None
    };
    let locked = password.is_none();
    let command = Command::UserAdd(admin::NewUser {
        call: new.call,
        name: new.name,
        email: new.email,
        admin: new.admin,
        verified: new.verified,
        password,
    });
    let Reply::Account(account) = ask(place, command)? else {
        return Err(Failure::odd_reply());
    };
    tell(new.json.json, &account, || {
        output::say(format_args!(
            "{} has an account ({})",
            account.call,
            role(&account)
        ));
        if locked {
            output::hint(format_args!(
                "it has no password yet: shackbox user passwd {}",
                account.call
            ));
        }
    })
}

/// `user list`
pub(super) fn list(place: &Place, json: Json) -> Outcome {
    let Reply::Accounts(accounts) = ask(place, Command::UserList)? else {
        return Err(Failure::odd_reply());
    };
    tell(json.json, &accounts, || {
        let rows: Vec<_> = accounts.iter().map(row).collect();
        output::table(&["CALL", "ROLE", "STATE", "NAME", "MAIL"], &rows);
    })
}

fn row(account: &AccountLine) -> Vec<String> {
    let mut state = Vec::new();
    state.extend(account.disabled.then_some("disabled"));
    state.extend(account.verified.then_some("verified"));
    state.extend((!account.has_password).then_some("no password"));
    if state.is_empty() {
        state.push("active");
    }
    vec![
        account.call.to_string(),
        role(account).to_owned(),
        state.join(", "),
        account.name.as_str().to_owned(),
        account
            .email
            .as_ref()
            .map(|email| email.as_str().to_owned())
            .unwrap_or_default(),
    ]
}

fn role(account: &AccountLine) -> &'static str {
    match account.role {
        Role::Administrator => "administrator",
        Role::Member => "member",
        Role::Swl => "listener",
    }
}

/// `user passwd`
pub(super) fn passwd(place: &Place, call: Login, from_stdin: bool) -> Outcome {
    let password = hashed(&password::chosen(from_stdin)?);
    let name = call.clone();
    ask(place, Command::UserPasswd { call, password })?;
    output::say(format_args!(
        "{name} has a new password and is signed out everywhere"
    ));
    Ok(())
}

/// `user disable`
pub(super) fn disable(place: &Place, call: Login, undo: bool) -> Outcome {
    let Reply::Account(account) = ask(
        place,
        Command::UserDisable {
            call,
            disabled: !undo,
        },
    )?
    else {
        return Err(Failure::odd_reply());
    };
    let state = if account.disabled {
        "disabled; sessions and keys stop working"
    } else {
        "active again"
    };
    output::say(format_args!("{} is {state}", account.call));
    Ok(())
}

/// `apikey create`
pub(super) fn create_key(
    place: &Place,
    call: Login,
    scopes: &[Scope],
    name: DisplayName,
    json: Json,
) -> Outcome {
    let owner = call.clone();
    let command = Command::ApikeyCreate {
        call,
        scopes: scopes.iter().copied().collect(),
        name,
    };
    let Reply::Key { id, key } = ask(place, command)? else {
        return Err(Failure::odd_reply());
    };
    if json.json {
        return output::json(&serde_json::json!({"id": id, "key": key}));
    }
    output::result(&key);
    output::say(format_args!(
        "Key {id} of {owner}. It is shown this once; keep it like a password."
    ));
    Ok(())
}

/// The password stays here; only its hash goes on.
fn hashed(password: &Password) -> HashText {
    HashText(PasswordHash::of(password, Entropy::system().bytes()))
}

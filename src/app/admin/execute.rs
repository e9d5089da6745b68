//! Carrying out a command: the one function behind the socket and behind a command on a stopped data directory.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::callbook;
use super::command::{AccountLine, Command, ExportFormat, Failure, NewUser, Progress, Reply};
use super::zones;
use crate::app::Services;
use crate::app::keyfile;
use crate::ham::callsign::Callsign;
use crate::identity::write::{NewAccount, NewKey, Standing};
use crate::identity::{AccountId, Actor, Role, Scope, StoredAccount};
use crate::logbook;
use crate::logbook::jobs::import::{Stopped, import_now};
use crate::logbook::write::import::Options;
use crate::logbook::writer::{self, Form};
use crate::web::Health;

/// As whom commands act.
pub(super) const ACTOR: Actor = Actor::COMMAND_LINE;
/// Pieces in which a backup is copied.
const PIECE: usize = 64 << 10;

/// What commands are carried out on.
#[derive(Clone)]
pub(crate) struct Executor {
    pub(crate) services: Services,
    /// How the server's parts do; none without a server.
    pub(crate) health: Option<Health>,
}

/// Hears how far a command is.
pub(crate) type Report = Arc<dyn Fn(Progress) + Send + Sync>;

/// Where content comes from and goes to, and who hears of progress.
pub(crate) struct Exchange {
    pub(crate) input: Box<dyn Read + Send>,
    pub(crate) output: Box<dyn Write + Send>,
    pub(crate) report: Report,
}

/// Carries out one command.
pub(crate) async fn execute(on: &Executor, command: Command, exchange: Exchange) -> Result<Reply, Failure> {
    match command {
        Command::Health => Ok(health(on)),
        Command::UserAdd(new) => add_user(on, new).await,
        Command::UserList => list_users(on),
        Command::UserPasswd { call, password } => {
            let identity = &on.services.identity;
            let account = identity.account_of(&call)?;
            identity.set_password_hash(&ACTOR, account, password.0).await?;
            Ok(Reply::Done)
        }
        Command::UserDisable { call, disabled } => {
            let account = on.services.identity.account_of(&call)?;
            let standing = Standing {
                disabled: Some(disabled),
                ..Standing::default()
            };
            let stored = on
                .services
                .identity
                .set_standing(&ACTOR, account, standing)
                .await?;
            Ok(Reply::Account(line(account, &stored)))
        }
        Command::ApikeyCreate { call, scopes, name } => {
            let account = on.services.identity.account_of(&call)?;
            let new = NewKey {
                account,
                name,
                scopes,
                expires: None,
            };
            let key = on.services.identity.create_api_key(&ACTOR, new).await?;
            Ok(Reply::Key {
                id: key.id().to_string(),
                key: key.expose().to_owned(),
            })
        }
        Command::AdifImport { callsign, file } => import(on, &callsign, file, exchange).await,
        Command::AdifExport { callsign, format } => export_log(on, callsign, format, exchange).await,
        Command::Backup { with_keys } => backup(on, with_keys, exchange).await,
        Command::LicenceApply { events } => {
            let read = events.len();
            let outcomes = on.services.identity.licence_events(&ACTOR, events).await?;
            Ok(Reply::Licences(
                serde_json::json!({"events": read, "outcomes": outcomes}),
            ))
        }
        Command::DnsCheck => zones::compare(on).await,
        Command::DnsExport { zone } => zones::export(on, &zone, exchange).await,
        Command::DnsImport { zone } => zones::import(on, &zone, exchange).await,
        Command::CallbookImport {
            authority,
            map,
            force,
            files,
        } => {
            let wanted = callbook::Import {
                authority,
                map,
                force,
                files,
            };
            callbook::import(on, wanted, exchange).await
        }
        Command::CallbookLookup { call } => callbook::lookup(on, &call).await,
        Command::CallbookSearch { query, limit } => callbook::search(on, query, limit).await,
        Command::CallbookSources => callbook::sources(on).await,
        Command::Check => {
            let store = on.services.store.clone();
            let report = tokio::task::spawn_blocking(move || store.check()).await??;
            Ok(Reply::Checked(serde_json::to_value(report)?))
        }
    }
}

fn health(on: &Executor) -> Reply {
    let report = on.health.as_ref().map(Health::report);
    let parts: BTreeMap<_, _> = report
        .iter()
        .flat_map(|report| &report.parts)
        .map(|(name, trouble)| ((*name).to_owned(), trouble.clone()))
        .collect();
    Reply::Health {
        ready: report.as_ref().is_some_and(|report| report.ready),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        parts,
        remarks: report.map(|report| report.remarks).unwrap_or_default(),
    }
}

async fn add_user(on: &Executor, new: NewUser) -> Result<Reply, Failure> {
    let account = NewAccount {
        call: new.call.into(),
        name: new.name,
        grid: None,
        email: new.email,
        role: if new.admin {
            Role::Administrator
        } else {
            Role::Member
        },
        person: None,
        password: new.password.map(|hash| hash.0),
        verified: new.verified,
    };
    let id = on.services.identity.add_account(&ACTOR, account).await?;
    Ok(Reply::Account(line(id, &*on.services.identity.account(id)?)))
}

fn list_users(on: &Executor) -> Result<Reply, Failure> {
    let all = on.services.identity.accounts(&ACTOR)?;
    Ok(Reply::Accounts(
        all.iter().map(|(id, account)| line(*id, account)).collect(),
    ))
}

fn line(id: AccountId, account: &StoredAccount) -> AccountLine {
    AccountLine {
        id,
        call: account.call.clone(),
        name: account.name.clone(),
        role: account.role,
        email: account.email.clone(),
        verified: account.verified.is_some(),
        disabled: account.disabled,
        has_password: account.password.is_some(),
        created: account.created,
    }
}

/// Imports content as it comes.
async fn import(
    on: &Executor,
    callsign: &Callsign,
    file: String,
    exchange: Exchange,
) -> Result<Reply, Failure> {
    let options = Options {
        file,
        ..Options::default()
    };
    let report = exchange.report;
    let watch = move |done| {
        report(Progress {
            done,
            total: 0,
            unit: "bytes".to_owned(),
        });
        Ok(())
    };
    let handle = on.services.logbook.clone();
    match import_now(&handle, callsign, options, exchange.input, watch).await {
        Ok(summary) => Ok(Reply::Import(summary)),
        Err(Stopped::Logbook(error)) => Err(no_logbook(error, callsign)),
        Err(stopped) => Err(stopped.into()),
    }
}

fn no_logbook(error: logbook::error::Error, callsign: &Callsign) -> Failure {
    let missing = matches!(error, logbook::error::Error::NoLogbook(_));
    let failure = Failure::from(error);
    if missing {
        failure.hint(format!(
            "shackbox user add {callsign} makes an account and its logbook"
        ))
    } else {
        failure
    }
}

/// Writes a whole logbook.
async fn export_log(
    on: &Executor,
    callsign: Callsign,
    format: ExportFormat,
    exchange: Exchange,
) -> Result<Reply, Failure> {
    let store = on.services.store.clone();
    let created = on.services.env.clock.now();
    let call = callsign.clone();
    let opened = store
        .read(move |r| logbook::rights::open(r, &ACTOR, Scope::LogbookRead, Some(call.as_str())))
        .await
        .map_err(|error| no_logbook(error, &callsign))?;
    let form = match format {
        ExportFormat::Adi => Form::Adi,
        ExportFormat::Adx => Form::Adx,
    };
    let written = tokio::task::spawn_blocking(move || {
        let mut output = Counted {
            to: exchange.output,
            done: 0,
            report: exchange.report,
        };
        writer::write_log(&store, opened.id, form, created, &mut output)
    });
    Ok(Reply::Exported {
        contacts: written.await??,
    })
}

/// Tells how much has been written.
struct Counted {
    to: Box<dyn Write + Send>,
    done: u64,
    report: Report,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let length = self.to.write(bytes)?;
        self.done += length as u64;
        (self.report)(Progress {
            done: self.done,
            total: 0,
            unit: "bytes".to_owned(),
        });
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

/// Makes the backup beside the data and sends it: the server may not be allowed to write where it is wanted.
async fn backup(on: &Executor, with_keys: bool, mut exchange: Exchange) -> Result<Reply, Failure> {
    let store = on.services.store.clone();
    let now = on.services.env.clock.now();
    let name = format!("backup-{}.tmp", on.services.env.entropy.token(9));
    let keys: Vec<PathBuf> = if with_keys {
        vec![PathBuf::from(keyfile::KEY_FILE)]
    } else {
        Vec::new()
    };
    let made = tokio::task::spawn_blocking(move || {
        let path = store.dir().join(name);
        let made = store.backup(&path, &keys, now).map_err(Failure::from);
        let sent = made.and_then(|report| {
            copy(&path, &mut exchange, report.bytes)?;
            Ok(serde_json::json!({"bytes": report.bytes, "rows": report.rows, "files": report.files}))
        });
        // A file that was never made cannot be removed either; the error that counts is the first one.
        drop(std::fs::remove_file(&path));
        sent
    });
    made.await?.map(Reply::Backup)
}

fn copy(path: &std::path::Path, exchange: &mut Exchange, total: u64) -> Result<(), Failure> {
    let mut file = std::fs::File::open(path)?;
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    loop {
        let length = file.read(&mut piece)?;
        if length == 0 {
            return Ok(exchange.output.flush()?);
        }
        exchange.output.write_all(&piece[..length])?;
        done += length as u64;
        (exchange.report)(Progress {
            done,
            total,
            unit: "bytes".to_owned(),
        });
    }
}

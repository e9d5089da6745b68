//! `--demo`: a throw-away data directory with an invented station, so that a newcomer sees every page alive.
//!
//! Everything goes the way real things go: accounts by the accounts' commands, the log by the import, new contacts
//! by live logging. Passwords are random and printed.

mod contacts;
mod names;
mod registers;
mod spots;
mod world;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use self::contacts::Operator;
pub(crate) use self::names::SETTINGS;
use super::running::App;
use super::services::{Services, StartError};
use crate::env::Dice;
use crate::ham::adif;
use crate::ham::callsign::Callsign;
use crate::ham::geo::LatLon;
use crate::ham::grid::Grid;
use crate::identity::review::Matter;
use crate::identity::write::NewAccount;
use crate::identity::{AccountId, Actor, Login, Password, Person as Listener, Role, Scope, Service};
use crate::logbook::error::Error;
use crate::logbook::jobs::import::import_now;
use crate::logbook::tables::Right;
use crate::logbook::write::books::{self, NewBook, Person};
use crate::logbook::write::import::Options;
use crate::logbook::write::merge::Incoming;
use crate::logbook::{Logbook, rights, write};

/// Contacts of the demo's station.
const CONTACTS: usize = 50_000;
/// Contacts of the demo's club.
const CLUB_CONTACTS: usize = 3_000;
/// Years back that the log reaches.
const YEARS: i64 = 18;
/// Between two new contacts.
const PAUSE: (u64, u64) = (6, 20);

const STATION: &str = "N0CALL";
const GRID: &str = "FN31pr";
const CLUB: &str = "N0CALL/C";
/// Callsign and name of the demo's accounts; the first is the administrator.
const PEOPLE: [(&str, &str); 4] = [
    (STATION, "Pat Demo"),
    ("AA0DEM", "Kim Sample"),
    ("KD0DEM", "Lee Invented"),
    ("WB0DEM", "Max Example"),
];

/// The filled demo.
pub(crate) struct Demo {
    logins: Vec<(String, String)>,
}

/// Makes accounts, logbooks and contacts.
pub(crate) async fn fill(services: &Services, say: &impl Fn(&str)) -> Result<Demo, StartError> {
    say("Inventing a station: accounts, two logbooks, 50,000 contacts, a register of 6,000 licences …");
    let mut logins = Vec::new();
    let mut people = Vec::new();
    for (number, (call, name)) in PEOPLE.into_iter().enumerate() {
        let password = services.env.entropy.token(12);
        let role = if number == 0 {
            Role::Administrator
        } else {
            Role::Member
        };
        let account = account(services, call, name, role, &password).await?;
        logins.push((call.to_owned(), password));
        people.push(Person {
            account,
            call: parsed(call),
        });
    }
    let now = services.env.clock.now();
    make_books(services, people, now).await?;
    let logbook = services.logbook.clone();
    bring_in(
        &logbook,
        STATION,
        "twenty-years.adi",
        log(STATION, CONTACTS, now, 73),
    )
    .await?;
    bring_in(
        &logbook,
        CLUB,
        "club-activities.adi",
        log(CLUB, CLUB_CONTACTS, now, 88),
    )
    .await?;
    something_to_decide(services).await?;
    names::publish(services).await?;
    registers::publish(services, now).await?;
    Ok(Demo { logins })
}

impl Demo {
    /// Lines that tell how to sign in.
    pub(crate) fn logins(&self) -> Vec<String> {
        let mut lines = vec!["Sign in as (administrator first):".to_owned()];
        lines.extend(
            self.logins
                .iter()
                .map(|(call, password)| format!("  {call:<10} {password}")),
        );
        lines
    }
}

/// Logs a new contact now and then until the program stops.
pub(crate) fn keep_busy(app: &App) {
    let (logbook, stop) = (app.logbook.clone(), app.stop.clone());
    tokio::spawn(async move { trickle(&logbook, &stop).await });
    let (cluster, stop) = (app.services.cluster.clone(), app.stop.clone());
    let mut dice = Dice(u64::from_le_bytes(app.services.env.entropy.bytes()));
    tokio::spawn(async move {
        let who = operator(STATION);
        spots::fill(&cluster, &mut dice, &who);
        spots::go_on(&cluster, &mut dice, &who, &stop).await;
    });
}

fn parsed(call: &str) -> Callsign {
    Callsign::parse(call).expect("the demo's own calls are valid")
}

fn operator(call: &str) -> Operator<'_> {
    let home = GRID
        .parse::<Grid>()
        .map_or_else(|_| LatLon::new(0.0, 0.0).expect("a place"), |grid| grid.centre());
    Operator {
        call,
        grid: GRID,
        home,
    }
}

async fn account(
    services: &Services,
    call: &str,
    name: &str,
    role: Role,
    password: &str,
) -> Result<AccountId, StartError> {
    let password = Password::entered(password);
    let new = NewAccount {
        call: parsed(call).into(),
        name: name.parse().expect("the demo's own names are short"),
        grid: GRID.parse().ok(),
        email: None,
        role,
        person: None,
        password: Some(services.identity.hash(password).await),
        verified: true,
    };
    Ok(services
        .identity
        .add_account(&Actor::Service(Service::Demo), new)
        .await?)
}

/// A listener who may have got a licence, so that the administrators' queue is not empty.
async fn something_to_decide(services: &Services) -> Result<(), StartError> {
    let listener = Login::listener("ANNA").map_err(|error| StartError::Demo(error.to_string()))?;
    let text = |text: &str| text.parse().expect("the demo's own names are short");
    let new = NewAccount {
        name: text("Anna Example"),
        person: Some(Listener {
            first_name: text("Anna"),
            last_name: text("Example"),
            postal_code: "94704".into(),
            register_id: "".into(),
        }),
        ..NewAccount::of(listener)
    };
    let identity = &services.identity;
    let account = identity.add_account(&Actor::Service(Service::Demo), new).await?;
    let matter = Matter::LicenceMatch {
        call: parsed("KJ0DEM"),
        authority: "fcc".into(),
        licensee: Some("L00000001".into()),
        name: "EXAMPLE, ANNA B".into(),
        postal_code: "94704-1001".into(),
    };
    identity
        .open_review(&Actor::Service(Service::LicenceWatcher), account, matter)
        .await?;
    Ok(())
}

async fn make_books(services: &Services, people: Vec<Person>, now: Timestamp) -> Result<(), StartError> {
    let made = services.store.write(move |tx| -> Result<(), Error> {
        let Some((owner, others)) = people.split_first() else {
            return Ok(());
        };
        let club = NewBook {
            call: parsed(CLUB),
            title: "Invented Radio Club".to_owned(),
            club: true,
        };
        books::create_for(tx, &Actor::Service(Service::Demo), owner, club, now)?;
        for (person, right) in others.iter().zip([Right::Officer, Right::Member, Right::Member]) {
            books::share(tx, &Actor::Service(Service::Demo), CLUB, person, right, now)?;
        }
        Ok(())
    });
    Ok(made.await?)
}

/// The whole log as a file.
fn log(call: &str, count: usize, now: Timestamp, seed: u64) -> String {
    let mut dice = Dice(seed);
    let from = now
        .saturating_sub(SignedDuration::from_hours(YEARS * 365 * 24))
        .unwrap_or(now);
    let until = now.saturating_sub(SignedDuration::from_mins(5)).unwrap_or(now);
    let mut file = String::with_capacity(count * 360);
    file.push_str("An invented log.\n<ADIF_VER:5>3.1.7 <PROGRAMID:8>Shackbox <EOH>\n");
    let who = operator(call);
    for at in contacts::times(&mut dice, count, from, until) {
        file.push_str(&contacts::contact(&mut dice, &who, at));
    }
    file
}

async fn bring_in(logbook: &Logbook, call: &'static str, name: &str, file: String) -> Result<(), StartError> {
    let options = Options {
        file: name.to_owned(),
        bytes: file.len() as u64,
        ..Options::default()
    };
    let content = std::io::Cursor::new(file.into_bytes());
    import_now(logbook, &parsed(call), options, content, |_| Ok(()))
        .await
        .map_err(|stopped| StartError::Demo(stopped.to_string()))?;
    Ok(())
}

async fn trickle(logbook: &Logbook, stop: &CancellationToken) {
    let mut dice = Dice(u64::from_le_bytes(logbook.env.entropy.bytes()));
    let who = operator(STATION);
    loop {
        let pause = Duration::from_secs(PAUSE.0 + dice.below(PAUSE.1 - PAUSE.0));
        if stop
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_none()
        {
            return;
        }
        let now = logbook.env.clock.now();
        let record = contacts::contact(&mut dice, &who, now);
        let read = adif::Reader::new(record.as_bytes())
            .next()
            .and_then(|entry| entry.record);
        let Some(Ok((qso, _))) = read.map(|record| adif::to_qso(&record, now)) else {
            continue;
        };
        let place = logbook.countries.table().place(&qso);
        let logged = logbook.store.write(move |tx| {
            let opened = rights::open(
                tx,
                &Actor::Service(Service::Demo),
                Scope::LogbookWrite,
                Some(STATION),
            )?;
            write::log::log(tx, &opened, Incoming { qso, place }, now).map(drop)
        });
        if let Err(error) = logged.await {
            let error: Error = error;
            tracing::warn!(%error, "the demo could not log a contact: {error}");
        }
    }
}

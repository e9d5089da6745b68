//! The demo's register: some thousand invented licences, read by a column map as any list is.
//!
//! The calls are of the shapes that are given out, the places are real, the people are not.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::{PEOPLE, Services, StartError};
use crate::env::Dice;
use crate::identity::{Actor, Service};

/// Invented licences.
const LICENCES: u64 = 6_000;

const MAP: &str = r#"
authority = "demo"
title = "Demo register"
credit = "Invented licences: nobody in this register exists."
country = "US"
[columns]
call = "Call"
class = "Class"
kind = "Kind"
status = "Status"
name = "Name"
first = "First"
last = "Last"
street = "Street"
city = "City"
region = "State"
postcode = "ZIP"
granted = "Granted"
expires = "Expires"
previous = "Previous"
trustee_call = "Trustee"
trustee_name = "Trustee name"
number = "Number"
person = "Person"
[status]
missing = "active"
values = { "A" = "active", "E" = "expired", "C" = "cancelled" }
[class]
values = { "N" = "novice", "T" = "technician", "G" = "general", "A" = "advanced", "E" = "extra" }
[kind]
missing = "person"
values = { "club" = "club" }
"#;

const HEADINGS: &str = "Call,Class,Kind,Status,Name,First,Last,Street,City,State,ZIP,Granted,Expires,Previous,Trustee,Trustee name,Number,Person\n";

const FIRST: &[&str] = &[
    "John",
    "Michael",
    "David",
    "Robert",
    "James",
    "Stephen",
    "Mary",
    "Linda",
    "Paul",
    "Mark",
    "Susan",
    "Kenneth",
    "Thomas",
    "Gary",
    "Anne",
    "Richard",
    "William",
    "Carol",
    "Edward",
    "Joseph",
    "Ruth",
    "Frank",
    "Katherine",
    "Ronald",
    "Daniel",
    "Maria",
    "George",
    "Laura",
    "Peter",
    "Nancy",
];
const LAST: &[&str] = &[
    "Abernathy",
    "Baker",
    "Castellano",
    "Davenport",
    "Eriksen",
    "Fitzgerald",
    "Gutierrez",
    "Hollister",
    "Ingram",
    "Jankowski",
    "Kowalski",
    "Lindqvist",
    "McAllister",
    "Nakamura",
    "O'Brien",
    "Petrov",
    "Quinlan",
    "Rasmussen",
    "Sandoval",
    "Thornton",
    "Underwood",
    "Vandenberg",
    "Whitaker",
    "Yamamoto",
    "Zimmerman",
    "Smith",
    "Johnson",
    "Miller",
    "Perkins",
    "Muñoz",
    "Schroeder",
    "van der Berg",
];
const PLACES: &[(&str, &str, &str)] = &[
    ("Newington", "CT", "06111"),
    ("Berkeley", "CA", "94707"),
    ("San Diego", "CA", "92103"),
    ("Austin", "TX", "78704"),
    ("Denver", "CO", "80202"),
    ("Portland", "OR", "97214"),
    ("Seattle", "WA", "98103"),
    ("Boise", "ID", "83702"),
    ("Minneapolis", "MN", "55408"),
    ("Madison", "WI", "53703"),
    ("Chicago", "IL", "60614"),
    ("Dayton", "OH", "45402"),
    ("Pittsburgh", "PA", "15213"),
    ("Ithaca", "NY", "14850"),
    ("Burlington", "VT", "05401"),
    ("Bangor", "ME", "04401"),
    ("Raleigh", "NC", "27603"),
    ("Huntsville", "AL", "35801"),
    ("Orlando", "FL", "32801"),
    ("Anchorage", "AK", "99501"),
    ("Honolulu", "HI", "96815"),
    ("Tucson", "AZ", "85701"),
    ("Santa Fe", "NM", "87501"),
    ("Lincoln", "NE", "68502"),
];
const STREETS: &[&str] = &[
    "Antenna Way",
    "Dipole Ln",
    "Yagi Ct",
    "Feedline Rd",
    "Balun Ave",
    "Coax St",
];
const CLUBS: &[&str] = &[
    "Amateur Radio Club",
    "Repeater Association",
    "DX Society",
    "Contest Club",
];

/// Makes the register and imports it.
pub(super) async fn publish(services: &Services, now: Timestamp) -> Result<(), StartError> {
    let wrong = |error: &dyn std::fmt::Display| StartError::Demo(format!("the register: {error}"));
    let book = &services.callbook;
    let actor = Actor::Service(Service::Demo);
    let authority = book.put_list(&actor, MAP.to_owned()).await;
    let authority = authority.map_err(|error| wrong(&error))?;
    let folder = book.handed_over().map_err(|error| wrong(&error))?;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let list = list(today);
    let file = folder.join("demo.csv");
    tokio::fs::write(&file, list)
        .await
        .map_err(|error| wrong(&error))?;
    let imported = book.import_now(&actor, &authority, &folder, false, Arc::new(|_| true));
    imported.await.map_err(|error| wrong(&error))?;
    tokio::fs::remove_dir_all(&folder)
        .await
        .map_err(|error| wrong(&error))
}

/// The list as text.
fn list(today: Date) -> String {
    let mut dice = Dice(88);
    let mut rows = HEADINGS.to_owned();
    let mut known = std::collections::BTreeSet::new();
    for (number, (call, name)) in (1..).zip(PEOPLE) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let holder = Holder {
            call: call.to_owned(),
            first,
            last,
            number,
        };
        known.insert(holder.call.clone());
        row(&mut rows, &mut dice, today, &holder);
    }
    for number in 0..LICENCES {
        let holder = Holder {
            call: call(&mut dice),
            first: dice.pick(FIRST),
            last: dice.pick(LAST),
            number: 1_000 + number,
        };
        if known.insert(holder.call.clone()) {
            row(&mut rows, &mut dice, today, &holder);
        }
    }
    rows
}

/// Somebody who does not exist.
struct Holder<'a> {
    call: String,
    first: &'a str,
    last: &'a str,
    number: u64,
}

fn call(dice: &mut Dice) -> String {
    let letters = |dice: &mut Dice, count: usize| -> String { (0..count).map(|_| dice.letter(26)).collect() };
    let first = dice.pick(&[
        "K", "W", "N", "KA", "KB", "KC", "KD", "KE", "KI", "WA", "WB", "AA",
    ]);
    let digit = dice.below(10);
    let suffix = if first.len() == 1 && dice.below(3) == 0 {
        2
    } else {
        3
    };
    format!("{first}{digit}{}", letters(dice, suffix))
}

fn row(rows: &mut String, dice: &mut Dice, today: Date, holder: &Holder<'_>) {
    let (city, state, zip) = dice.pick(PLACES);
    let days = i32::try_from(dice.below(3_650)).unwrap_or(0);
    // A tenth ran out, within and beyond the years in which a licence can be renewed.
    let (status, expires) = if dice.below(10) == 0 && holder.number >= 1_000 {
        ("E", today.saturating_sub((days / 2 + 1).days()))
    } else {
        ("A", today.saturating_add((days + 1).days()))
    };
    let granted = expires.saturating_sub(10.years());
    let number = holder.number;
    let street = format!("{} {}", 1 + dice.below(9_900), dice.pick(STREETS));
    let club = holder.number >= 1_000 && dice.below(50) == 0;
    let former = if dice.below(8) == 0 {
        call(dice)
    } else {
        String::new()
    };
    let written = if club {
        let name = format!("{city} {}", dice.pick(CLUBS));
        writeln!(
            rows,
            "{},,club,{status},{name},,,{street},{city},{state},{zip},{granted},{expires},,{},{} {},{number},{:010}",
            holder.call,
            call(dice),
            holder.first,
            holder.last,
            900_000 + number
        )
    } else {
        let class = dice.pick(&["T", "T", "T", "G", "G", "E", "E", "A", "N"]);
        writeln!(
            rows,
            "{},{class},,{status},,{},{},{street},{city},{state},{zip},{granted},{expires},{former},,,{number},{:010}",
            holder.call,
            holder.first,
            holder.last,
            900_000 + number
        )
    };
    written.expect("text takes what is written");
}

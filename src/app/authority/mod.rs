//! Who may do what, in one table: every command that changes records, tried by every kind of actor there is.
//!
//! The commands are found in the sources, so that one that is added without a row fails here. Each is really called,
//! in a transaction that is taken back, and must be carried out for the personas of its row and refused to all others.

mod leaving;
mod operations;
mod sources;
mod world;

use std::collections::BTreeSet;

use operations::operations;
use world::{PERSONAS, World};

/// Rows and steps by the end of their names: how a function is called where it is.
fn own_name(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

#[test]
fn every_command_has_a_row() {
    let found = sources::read();
    assert!(found.commands.len() > 60, "the sources were read");
    let rows: BTreeSet<&str> = operations().map(|row| row.name).collect();
    assert_eq!(rows.len(), operations().count(), "a command has one row");
    let of_others: BTreeSet<&str> = operations::PARTS.iter().map(|(name, _)| *name).collect();
    let known = |name: &&String| rows.contains(name.as_str()) || of_others.contains(name.as_str());
    let missing: Vec<_> = found.commands.iter().filter(|name| !known(name)).collect();
    assert!(
        missing.is_empty(),
        "commands without a row in OPERATIONS (src/app/authority/operations):\n{missing:#?}"
    );
    let mut names = found.commands.clone();
    names.dedup();
    assert_eq!(
        names, found.commands,
        "two commands of one name would share a row"
    );
    let gone: Vec<_> = rows
        .union(&of_others)
        .filter(|name| !found.commands.iter().any(|found| found == *name))
        .collect();
    assert!(gone.is_empty(), "rows of commands that there are not:\n{gone:#?}");
}

#[test]
fn whatever_else_changes_something_calls_a_command_or_is_listed() {
    let found = sources::read();
    assert!(found.doors.len() > 60, "the sources were read");
    let rows: BTreeSet<&str> = operations().map(|row| own_name(row.name)).collect();
    let doors = found.doors.iter();
    let doors = doors.filter(|door| !door.calls.iter().any(|call| rows.contains(call.as_str())));
    let others: BTreeSet<&str> = doors
        .map(|door| door.name.as_str())
        .chain(found.steps.iter().map(String::as_str))
        .collect();
    let listed: BTreeSet<&str> = operations::STEPS.iter().map(|(name, _)| *name).collect();
    let missing: Vec<_> = others.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "these change something, and call no command that asks who does it: make it a command with a row, or say in \
         STEPS why nobody is to be asked\n{missing:#?}"
    );
    let gone: Vec<_> = listed.difference(&others).collect();
    assert!(gone.is_empty(), "steps that there are not:\n{gone:#?}");
}

#[test]
fn every_row_names_personas_that_there_are() {
    for row in operations() {
        for name in row.allowed() {
            assert!(PERSONAS.contains(&name), "{}: {name:?} is nobody", row.name);
        }
    }
}

#[tokio::test]
async fn commands_are_carried_out_for_the_personas_of_their_row_and_refused_to_all_others() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    for row in operations() {
        let allowed: Vec<_> = row.allowed().collect();
        for persona in PERSONAS {
            let refused = world.try_out(row.run, persona).await;
            match (allowed.contains(&persona), refused) {
                (true, Some(why)) => {
                    wrong.push(format!("{}: {persona} may, and was refused: {why}", row.name));
                }
                (false, None) => wrong.push(format!("{}: {persona} may not, and did", row.name)),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn nothing_of_what_was_tried_is_left() {
    let world = World::new().await;
    let before = world.rows();
    for row in operations() {
        for persona in PERSONAS {
            world.try_out(row.run, persona).await;
        }
    }
    assert_eq!(world.rows(), before, "each try is taken back");
}

//! Who may do what, in one table: every command that changes records, tried by every kind of actor there is.
//!
//! The commands are found in the sources, so that one that is added without a row fails here. Each is really called,
//! in a transaction that is taken back, and must be carried out for the personas of its row and refused to all others.

mod operations;
mod sources;
mod world;

use operations::operations;
use world::{PERSONAS, World};

#[test]
fn every_command_has_a_row() {
    let found = sources::commands();
    assert!(found.len() > 40, "the sources were read");
    let rows: Vec<String> = operations().map(|row| row.name.to_owned()).collect();
    let steps: Vec<String> = operations::STEPS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    let missing: Vec<_> = found
        .iter()
        .filter(|name| !rows.contains(name) && !steps.contains(name))
        .collect();
    assert!(
        missing.is_empty(),
        "commands without a row in OPERATIONS (src/app/authority/operations):\n{missing:#?}"
    );
    let gone: Vec<_> = rows
        .iter()
        .chain(&steps)
        .filter(|name| !found.contains(name))
        .collect();
    assert!(gone.is_empty(), "rows of commands that there are not:\n{gone:#?}");
    let mut distinct = rows.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), rows.len(), "a command has one row");
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

//! Whoever goes leaves nothing: somebody is put into every table of the accounts, erased, and looked for.
//!
//! What the tables held before somebody came is what they hold after they are gone, but for the lines that stay on
//! purpose, in which there is a pseudonym.

use jiff::SignedDuration;

use super::operations::{hash, licence_of, no, sow_attempts};
use super::world::{ADMIN, CLUB, MEMBER, NEXT, OWNER, Seeds, World, actor, incoming, person, session, wish};
use crate::app::personal::PARTS;
use crate::callbook::wishes::form::{Asking, Typed};
use crate::callbook::wishes::removal::{self, Verdict};
use crate::callbook::wishes::write::{self as wishes, Terms as WishTerms, Wanted};
use crate::dns::model::{Change, Quotas, Reach, Terms, TokenScope};
use crate::dns::name::Name;
use crate::dns::rr::{RecordType, RrSet, Ttl};
use crate::dns::token::Token;
use crate::dns::write::{NewGrant, NewToken};
use crate::dns::{self, rdata};
use crate::dx::telnet::tables::StoredUser;
use crate::dx::telnet::write::{allow_network, keep_settings};
use crate::env::Entropy;
use crate::identity::review::{self, Matter};
use crate::identity::write::{
    self, AccountChange, NewAccount, NewKey, NewSession, Proof, ask_erasure, begin_erasure, erase_piece,
};
use crate::identity::{self, Actor, ApiKey, Role, ScopeSet, Service, personal};
use crate::logbook::tables::Right;
use crate::logbook::write::books::{self, NewBook};
use crate::logbook::write::edit::{self, Target, WayBack};
use crate::logbook::write::log;
use crate::logbook::{KEEPER, rights};
use crate::privacy::{Erased, Subject};
use crate::store::Write;
use crate::web::Network;

const CALL: &str = "W9ZZ";
const EMAIL: &str = "zelda@example.org";
/// What tells of the person, wherever it stands.
const TRACES: [&str; 8] = [
    CALL,
    EMAIL,
    "Zelda",
    "Zander",
    "0055667788",
    "EN52aa",
    "zelda-new@",
    "198.51.100.9",
];
/// Where lines stay, and why they differ from what was there before.
const STAYS: [(&str, &str); 19] = [
    (
        "callbook.removal",
        "what they decided of others stays decided, by a pseudonym",
    ),
    ("callbook.wish", "likewise"),
    (
        "dns.name",
        "the name is kept from the next holder of the call for ninety days, without whose it was",
    ),
    ("dns.zone", "a serial goes on"),
    ("dns.rrset", "likewise"),
    ("dns.unsettled", "numbers of accounts, for a moment"),
    ("identity.audit", "what was done stays, by a pseudonym"),
    ("identity.review", "what they decided of others stays decided"),
    ("identity.review.open", "likewise"),
    ("identity.account", "the other whose proof they ended has none"),
    (
        "identity.verification",
        "the proof of another that they ended stays ended",
    ),
    ("identity.try_count", "of their network, for a day"),
    ("identity.mail_count", "of their network and of all, for a day"),
    ("logbook.qso", "what they logged for the club is nobody's"),
    ("logbook.qso.by_call", "likewise"),
    ("logbook.qso.by_time", "likewise"),
    ("logbook.tally", "likewise"),
    ("logbook.next", "numbers are given once"),
    ("store.counter", "likewise"),
];

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn me() -> Actor {
    Actor::Member(session(NEXT, Role::Administrator, (true, true)))
}

/// Somebody who administers, and has used everything there is.
fn come(tx: &mut Write<'_>, seeds: &Seeds) -> Result<(), String> {
    let now = seeds.now;
    let new = NewAccount {
        name: "Zelda".parse().map_err(text)?,
        grid: Some("EN52aa".parse().map_err(text)?),
        email: Some(EMAIL.parse().map_err(text)?),
        role: Role::Administrator,
        person: Some(identity::Person {
            first_name: "Zelda".parse().map_err(text)?,
            last_name: "Zander".parse().map_err(text)?,
            postal_code: "60601".into(),
            register_id: "0055667788".into(),
        }),
        password: Some(hash()),
        verified: true,
        ..NewAccount::of(CALL.parse().map_err(text)?)
    };
    let id = write::add_account(tx, &Actor::COMMAND_LINE, &new, now).map_err(text)?;
    assert_eq!(id, NEXT);
    let directory = AccountChange {
        directory: Some(true),
        ..AccountChange::default()
    };
    write::change_account(tx, &me(), NEXT, &directory, now).map_err(text)?;
    secrets(tx, seeds)?;
    proofs(tx, seeds)?;
    judgements(tx, seeds)?;
    names(tx, seeds)?;
    records(tx, seeds)?;
    contacts(tx, seeds)
}

/// Words of their own and requests of theirs in the callbook, and one of others that they decided.
fn records(tx: &mut Write<'_>, seeds: &Seeds) -> Result<(), String> {
    let (me, now) = (me(), seeds.now);
    let (own, other) = (licence_of(CALL), licence_of("W1AW"));
    let asking = Asking::read("Zelda wants it", EMAIL).map_err(|_| "refused")?;
    removal::ask(tx, &me, &own, &asking, ("of W9ZZ", now)).map_err(text)?;
    removal::ask(tx, &Actor::Guest, &own, &asking, ("of a guest", now)).map_err(text)?;
    let typed = Typed {
        name: "Zelda".to_owned(),
        email: EMAIL.to_owned(),
        ..Typed::default()
    };
    let wanted = Wanted {
        own: typed.read().map_err(|_| "refused")?,
        opted_out: true,
        ..Wanted::default()
    };
    let terms = WishTerms { expected: None, now };
    wishes::change(tx, &me, &own, wanted, terms).map_err(text)?;
    let asking = Asking::read("it is mine", "").map_err(|_| "refused")?;
    let id = removal::ask(tx, &Actor::Guest, &other, &asking, ("elsewhere", now)).map_err(text)?;
    let verdict = Verdict {
        confirm: true,
        reason: "as W9ZZ sees it".to_owned(),
    };
    let decided = removal::decide(tx, &me, id, &verdict, (Some(&other), now));
    decided.map(drop).map_err(text)
}

/// A record and a token of their own, and a right that they were given in another's name.
fn names(tx: &mut Write<'_>, seeds: &Seeds) -> Result<(), String> {
    let (me, now) = (me(), seeds.now);
    let terms = Terms {
        now,
        quotas: &Quotas::DEFAULT,
    };
    dns::write::settle_account(tx, &dns::KEEPER, NEXT, now).map_err(text)?;
    let own: Name = "w9zz.club.example.".parse().map_err(text)?;
    let datum = rdata::read(RecordType::TXT, "\"Zelda at 198.51.100.9\"", &own).map_err(text)?;
    let set = RrSet::single(own.clone(), RecordType::TXT, Ttl::DEFAULT, datum);
    dns::write::apply(tx, &me, &own, &vec![Change::put(set)].into(), terms).map_err(text)?;
    let wish = NewToken {
        name: own,
        scope: TokenScope::Dyndns,
        label: "Zelda's router".into(),
        lasts: None,
    };
    let token = Token::random(&Entropy::seeded(79));
    dns::write::create_token(tx, &me, &wish, &token, terms).map_err(text)?;
    let right = NewGrant {
        account: NEXT,
        name: "w1aw.club.example.".parse().map_err(text)?,
        reach: Reach::Subtree,
        kinds: Vec::new(),
    };
    dns::write::give(tx, &actor("administrator confirmed"), &right, terms).map_err(text)?;
    dns::write::note_licence(tx, NEXT, true).map_err(text)
}

fn secrets(tx: &mut Write<'_>, seeds: &Seeds) -> Result<(), String> {
    let (me, now) = (me(), seeds.now);
    let key = NewKey {
        account: NEXT,
        name: "Zelda's laptop".parse().map_err(text)?,
        scopes: ScopeSet::FULL,
        expires: None,
    };
    let random = ApiKey::from_random([70; 8], [71; 32]);
    write::create_api_key(tx, &me, &key, &random, now).map_err(text)?;
    #[cfg(feature = "passkeys")]
    super::operations::sow_passkey(tx, &me, "of Zelda", now)?;
    write::set_signing_secret(tx, &me, NEXT, Some(vec![7; 8]), now).map_err(text)?;
    let looking = NewSession {
        digest: [72; 32],
        account: MEMBER,
        remember: false,
        proven: "administrator".into(),
        network: "198.51.100.9".into(),
        agent: "Zelda's browser".into(),
        behind: None,
    };
    write::look_in(tx, &me, looking, now).map_err(text)?;
    let address = "zelda-new@example.org".parse().map_err(text)?;
    write::ask_mail(tx, &me, [73; 32], address, now).map_err(text)?;
    write::give_recovery(tx, &actor("administrator confirmed"), [74; 32], NEXT, now).map_err(text)?;
    write::give_recovery(tx, &me, [75; 32], MEMBER, now).map_err(text)?;
    let wanted = (wish("ZELDA"), EMAIL.parse().map_err(text)?);
    write::hold_sign_up(tx, &Actor::Guest, [76; 32], wanted, now).map_err(text)?;
    let settings = StoredUser {
        name: "Zelda".to_owned(),
        ..StoredUser::default()
    };
    let address = "198.51.100.9/32".parse().map_err(text)?;
    allow_network(tx, &me, address).map_err(text)?;
    keep_settings(tx, &me, &settings).map_err(text)
}

fn proofs(tx: &mut Write<'_>, seeds: &Seeds) -> Result<(), String> {
    let (me, now) = (me(), seeds.now);
    sow_attempts(tx, &me, now)?;
    let network = Network::of([198, 51, 100, 9].into());
    write::ask_morse(tx, &me, [77; 32], now).map_err(text)?;
    write::take_morse(tx, &me, (&[77; 32], network), now).map_err(text)?;
    let keyed = (&CALL.parse().map_err(text)?, "20 words per minute".to_owned());
    write::record_morse(tx, &me, keyed, now).map_err(text)?;
    write::ask_morse(tx, &me, [78; 32], now).map_err(text)?;
    Ok(())
}

/// What they decided of others, and what others are to decide of them.
fn judgements(tx: &mut Write<'_>, seeds: &Seeds) -> Result<(), String> {
    let (me, now) = (me(), seeds.now);
    let mut verdict = no();
    verdict.reason = "not as long as W9ZZ sits here".parse().map_err(text)?;
    review::decide(tx, &me, seeds.open_review, &verdict, now).map_err(text)?;
    let contested = Matter::ContestedCall {
        call: "K1ABC".parse().map_err(text)?,
        holder: Some(ADMIN),
        proof: Proof::word_of("of W9ZZ"),
    };
    review::open_review(tx, &me, NEXT, contested, now).map_err(text)?;
    write::end_verification(tx, &me, (OWNER, seeds.proof), "W9ZZ does not believe it", now).map_err(text)
}

/// A logbook of their own, one deleted contact, and one in the club's.
fn contacts(tx: &mut Write<'_>, seeds: &Seeds) -> Result<(), String> {
    let (me, now) = (me(), seeds.now);
    let own = NewBook {
        call: CALL.parse().map_err(text)?,
        title: "Zelda's log".to_owned(),
        club: false,
    };
    books::create_for(tx, &KEEPER, &person(NEXT), own, now).map_err(text)?;
    let own = rights::open(tx, &me, identity::Scope::LogbookWrite, Some(CALL)).map_err(text)?;
    log::log(tx, &own, incoming("JA1XYZ"), now).map_err(text)?;
    let (gone, _) = log::log(tx, &own, incoming("DL1ABC"), now).map_err(text)?;
    let target = Target {
        id: gone.id,
        revision: None,
    };
    let back = WayBack {
        token: "of W9ZZ".into(),
        until: jiff::Timestamp::MAX,
    };
    edit::delete(tx, &me, target, &back).map_err(text)?;
    let owner = actor("owner");
    books::share(tx, &owner, CLUB, &person(NEXT), Right::Member, now).map_err(text)?;
    let club = rights::open(tx, &me, identity::Scope::LogbookWrite, Some(CLUB)).map_err(text)?;
    log::log(tx, &club, incoming("G4ABC"), now)
        .map(drop)
        .map_err(text)
}

/// Their week is over.
fn go(tx: &mut Write<'_>, seeds: &Seeds) -> Result<(), String> {
    let now = seeds.now;
    let asked = now
        .checked_sub(SignedDuration::from_hours(8 * 24))
        .map_err(text)?;
    ask_erasure(tx, &me(), NEXT, true, asked).map_err(text)?;
    let eraser = Actor::Service(Service::Eraser);
    begin_erasure(tx, &eraser, NEXT, now).map_err(text)?;
    let subject = Subject {
        account: NEXT.0,
        names: vec![CALL.into()],
        email: Some(EMAIL.into()),
        logs: true,
        now,
    };
    for part in PARTS {
        let mut at = None;
        while erase_piece(tx, &eraser, &subject, (part.erase, &mut at)).map_err(text)? == Erased::Some {}
    }
    Ok(())
}

fn holds(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|part| part == what.as_bytes())
}

#[tokio::test]
async fn whoever_goes_leaves_nothing_in_any_table() {
    let world = World::new().await;
    let before = world.bytes();
    world.change(come).await;
    let there = world.bytes();
    for table in personal::PART
        .tables
        .iter()
        .filter(|table| **table != "identity.erasure")
    {
        assert_ne!(
            before.get(*table),
            there.get(*table),
            "{table}: nobody was put there"
        );
    }
    for trace in TRACES {
        assert!(
            there.values().any(|bytes| holds(bytes, trace)),
            "{trace} is there"
        );
    }
    world.change(go).await;
    let mut wrong = Vec::new();
    for (table, bytes) in world.bytes() {
        for trace in TRACES.iter().filter(|trace| holds(&bytes, trace)) {
            wrong.push(format!("{table} still has {trace}"));
        }
        let stays = STAYS.iter().any(|(name, _)| *name == table);
        // A table that nothing was ever in is not there.
        let held = before.get(&table).map_or(&[][..], Vec::as_slice);
        if !stays && bytes != held {
            wrong.push(format!("{table} is not what it was before they came"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

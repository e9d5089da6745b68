//! Zones, names and their records.

use super::super::world::{OWNER, STRANGER};
use super::{ADMINS, Operation, told};
use crate::dns::model::{Change, Quotas, Reach, Terms, TokenScope, Version};
use crate::dns::name::Name;
use crate::dns::rr::{RecordType, RrSet, Ttl};
use crate::dns::settings::{BaseZone, address, soa};
use crate::dns::token::Token;
use crate::dns::write::{self, NewGrant, NewToken, NewZone};
use crate::env::Entropy;
use crate::store::Restored;
use jiff::Timestamp;

/// The owner, by all that may change names.
const NAME_OWNER: &[&str] = &[
    "owner",
    "owner confirmed",
    "owner key dns.write",
    "owner key full",
    "owner signed",
    "looking in",
];
/// Parts of the program that may change any name.
const NAME_SERVICES: &[&str] = &["command line", "demo"];
const KEEPER: &[&str] = &["name keeper"];
const GOVERNORS: &[&[&str]] = &[ADMINS, NAME_SERVICES];
const QUOTAS: Quotas = Quotas::DEFAULT;

fn terms(now: Timestamp) -> Terms<'static> {
    Terms { now, quotas: &QUOTAS }
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// The members' zone of these tests.
pub(in crate::app::authority) fn base() -> BaseZone {
    BaseZone {
        zone: zone("club.example."),
        web: vec![[192, 0, 2, 80].into()],
    }
}

fn zone(origin: &str) -> NewZone {
    NewZone {
        origin: name(origin),
        nameservers: vec![name("ns.example.net.")],
        hostmaster: name("hostmaster.example.net."),
        glue: Vec::new(),
    }
}

fn own() -> Name {
    name("w1aw.club.example.")
}

/// A record under the owner's name.
fn record() -> Vec<Change> {
    let (kind, datum) = address([192, 0, 2, 7].into());
    vec![Change::put(RrSet::single(
        own().child(b"shack").unwrap(),
        kind,
        Ttl::DEFAULT,
        datum,
    ))]
}

fn grant() -> NewGrant {
    NewGrant {
        account: STRANGER,
        name: own(),
        reach: Reach::Acme,
        kinds: Vec::new(),
    }
}

fn token() -> (NewToken, Token) {
    let new = NewToken {
        name: own(),
        scope: TokenScope::Dyndns,
        label: "router".into(),
        lasts: None,
    };
    (new, Token::random(&Entropy::seeded(5)))
}

fn other_zone() -> Vec<RrSet> {
    let origin = name("other.example.");
    let primary = name("ns.example.net.");
    let data = crate::dns::rr::Rdata::new(primary.wire()).unwrap();
    vec![
        RrSet::single(
            origin.clone(),
            RecordType::SOA,
            Ttl::DEFAULT,
            soa(&primary, &primary, 7),
        ),
        RrSet::single(origin, RecordType::NS, Ttl::DEFAULT, data),
    ]
}

/// The rows of this domain.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "dns::edit::apply",
        run: |tx, seeds, actor| {
            told(write::apply(
                tx,
                actor,
                &own(),
                &record().into(),
                terms(seeds.now),
            ))
        },
        allowed: &[NAME_OWNER, ADMINS, NAME_SERVICES],
    },
    Operation {
        name: "dns::edit::undo",
        run: |tx, seeds, actor| {
            let version = crate::dns::grants::base(tx).unwrap().unwrap().1.version;
            told(write::undo(
                tx,
                actor,
                &own(),
                Version(version.0),
                terms(seeds.now),
            ))
        },
        allowed: &[NAME_OWNER, ADMINS, NAME_SERVICES],
    },
    Operation {
        name: "dns::give::give",
        run: |tx, seeds, actor| told(write::give(tx, actor, &grant(), terms(seeds.now))),
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::give::take_back",
        run: |tx, seeds, actor| {
            let line = crate::identity::Actor::COMMAND_LINE;
            write::give(tx, &line, &grant(), terms(seeds.now)).unwrap();
            told(write::take_back(tx, actor, &own(), STRANGER))
        },
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::names::settle_account",
        run: |tx, seeds, actor| told(write::settle_account(tx, actor, OWNER, seeds.now)),
        allowed: &[KEEPER],
    },
    Operation {
        name: "dns::names::suspend_name",
        run: |tx, seeds, actor| told(write::suspend_name(tx, actor, &own(), seeds.now)),
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::names::restore_name",
        run: |tx, seeds, actor| {
            let line = crate::identity::Actor::COMMAND_LINE;
            write::suspend_name(tx, &line, &own(), seeds.now).unwrap();
            told(write::restore_name(tx, actor, &own(), seeds.now))
        },
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::names::release_name",
        run: |tx, seeds, actor| {
            let line = crate::identity::Actor::COMMAND_LINE;
            write::suspend_name(tx, &line, &own(), seeds.now).unwrap();
            told(write::release_name(tx, actor, &own(), seeds.now))
        },
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::names::delegate",
        run: |tx, _, actor| told(write::delegate(tx, actor, &own(), true)),
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::tokens::create_token",
        run: |tx, seeds, actor| {
            let (new, token) = token();
            told(write::create_token(tx, actor, &new, &token, terms(seeds.now)))
        },
        allowed: &[
            &["owner", "owner confirmed"],
            &["administrator", "administrator confirmed"],
        ],
    },
    Operation {
        name: "dns::tokens::revoke_token",
        run: |tx, seeds, actor| {
            let (new, token) = token();
            let owner = super::super::world::actor("owner");
            write::create_token(tx, &owner, &new, &token, terms(seeds.now)).unwrap();
            told(write::revoke_token(tx, actor, &token.id()))
        },
        allowed: &[&["owner", "owner confirmed", "looking in"], ADMINS, NAME_SERVICES],
    },
    Operation {
        name: "dns::upkeep::end_records",
        run: |tx, seeds, actor| told(write::end_records(tx, actor, seeds.now)),
        allowed: &[KEEPER],
    },
    Operation {
        name: "dns::upkeep::release_old",
        run: |tx, seeds, actor| told(write::release_old(tx, actor, seeds.now)),
        allowed: &[KEEPER],
    },
    Operation {
        name: "dns::upkeep::forget_journal",
        run: |tx, seeds, actor| told(write::forget_journal(tx, actor, seeds.now)),
        allowed: &[KEEPER],
    },
    Operation {
        name: "dns::upkeep::raise_serials",
        run: |tx, seeds, actor| {
            let restored = Restored {
                mark: "another".into(),
                made: seeds.now,
            };
            told(write::raise_serials(tx, actor, &restored, seeds.now))
        },
        allowed: &[KEEPER],
    },
    Operation {
        name: "dns::zones::create_zone",
        run: |tx, seeds, actor| told(write::create_zone(tx, actor, &zone("other.example."), seeds.now)),
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::zones::remove_zone",
        run: |tx, seeds, actor| {
            let line = crate::identity::Actor::COMMAND_LINE;
            write::create_zone(tx, &line, &zone("other.example."), seeds.now).unwrap();
            told(write::remove_zone(tx, actor, &name("other.example.")))
        },
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::zones::import_zone",
        run: |tx, seeds, actor| {
            let whole = write::WholeZone::of(name("other.example."), other_zone()).unwrap();
            told(write::import_zone(tx, actor, &whole, seeds.now))
        },
        allowed: GOVERNORS,
    },
    Operation {
        name: "dns::zones::prepare_base",
        run: |tx, seeds, actor| told(write::prepare_base(tx, actor, &base(), seeds.now)),
        allowed: &[KEEPER],
    },
];

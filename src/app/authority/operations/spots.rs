//! Rules, filters and settings of the DX cluster. Spots themselves are no records: `dx::accept` has its own tests.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{CALL_IN_PERSON, Operation, told};
use crate::dx::alerts::model::Rule;
use crate::dx::alerts::write;
use crate::dx::telnet;

/// Whoever sits at a browser, with a call or without, also an administrator who looks in.
const ANYBODY_IN_PERSON: &[&[&str]] = &[CALL_IN_PERSON, &["listener", "looking in"]];

/// Whoever may read or send spots, by whatever they show.
const CLUSTER_USERS: &[&[&str]] = &[
    CALL_IN_PERSON,
    &[
        "listener",
        "looking in",
        "owner key dx.read",
        "owner key dx.write",
        "owner key full",
        "owner signed",
        "owner password",
        "owner address",
        "administrator key full",
        "administrator signed",
    ],
];

/// Whoever may send spots, by whatever they show.
const SPOTTERS: &[&[&str]] = &[
    CALL_IN_PERSON,
    &[
        "looking in",
        "owner key dx.write",
        "owner key full",
        "owner signed",
        "owner password",
        "owner address",
        "administrator key full",
        "administrator signed",
    ],
];

/// Where a program of somebody's is.
fn network() -> IpNet {
    IpNet::from(IpAddr::from([192, 0, 2, 7]))
}

fn rule() -> Rule {
    Rule {
        name: "Bouvet".to_owned(),
        enabled: true,
        dxcc: vec![24],
        ..Rule::default()
    }
}

/// The rows of this domain.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "dx::write::add_rule",
        run: |tx, _, actor| told(write::add_rule(tx, actor, &rule())),
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "dx::write::change_rule",
        run: |tx, _, actor| {
            let number = write::add_rule(tx, actor, &rule()).unwrap_or(1);
            told(write::change_rule(tx, actor, number, &rule()))
        },
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "dx::write::remove_rule",
        run: |tx, _, actor| {
            let number = write::add_rule(tx, actor, &rule()).unwrap_or(1);
            told(write::remove_rule(tx, actor, number))
        },
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "dx::write::save_filters",
        run: |tx, _, actor| told(write::save_filters(tx, actor, &Vec::new())),
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "dx::write::keep_settings",
        run: |tx, _, actor| {
            let settings = telnet::tables::StoredUser::default();
            told(telnet::write::keep_settings(tx, actor, &settings))
        },
        allowed: CLUSTER_USERS,
    },
    Operation {
        name: "dx::write::allow_network",
        run: |tx, _, actor| told(telnet::write::allow_network(tx, actor, network())),
        allowed: &[CALL_IN_PERSON, &["owner password"]],
    },
    Operation {
        name: "dx::write::disallow_network",
        run: |tx, _, actor| told(telnet::write::disallow_network(tx, actor, network())),
        allowed: SPOTTERS,
    },
];

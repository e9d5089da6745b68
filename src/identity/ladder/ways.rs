//! Every way of proving a call, as the hub page and the API list them: the one table that a new method adds a row to.
//!
//! A row names its method, whose worth is drawn from there, where one goes for it, and when it can be taken. What it
//! proves and how long it takes stands in the message catalogue under `way_proves` and `way_takes`, why it cannot be
//! taken under `way_off`.

use crate::config::Verify;
use crate::identity::verification::Method;

/// A way of proving a call.
#[derive(Debug)]
pub(crate) struct Way {
    /// Its name, in the catalogue and for programs.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) at: At,
    /// Why it cannot be taken, by a name of the catalogue's `way_off`.
    pub(super) off: fn(&Circumstances<'_>) -> Option<&'static str>,
}

/// Where one goes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// The hub has the form itself.
    Here,
    /// A page of its own.
    Page(&'static str),
    /// An administrator does it.
    Office,
}

/// What the rules of the ways look at.
#[derive(Debug)]
pub(super) struct Circumstances<'a> {
    pub(super) policy: &'a Verify,
    /// Whether the register has a mail address for the call.
    pub(super) address_on_record: bool,
    /// Whether QRZ refused to have its pages fetched.
    pub(super) page_stopped: bool,
}

/// All ways, the strongest first.
pub(crate) static WAYS: [Way; 12] = [
    Way {
        id: "lotw",
        method: Method::CERTIFICATE,
        at: At::Page("/verify/lotw"),
        off: |_| None,
    },
    Way {
        id: "ampr",
        method: Method::AMPR,
        at: At::Here,
        off: |now| dns(now.policy),
    },
    Way {
        id: "winlink",
        method: Method::MAILBOX,
        at: At::Here,
        off: |now| switched(now.policy.winlink),
    },
    Way {
        id: "arrl",
        method: Method::MAILBOX,
        at: At::Here,
        off: |now| switched(now.policy.arrl),
    },
    Way {
        id: "register",
        method: Method::MAILBOX,
        at: At::Here,
        off: |now| switched(now.policy.register_mail).or((!now.address_on_record).then_some("no_address")),
    },
    Way {
        id: "qrz",
        method: Method::QRZ,
        at: At::Here,
        off: |now| now.policy.qrz.is_none().then_some("no_account"),
    },
    Way {
        id: "qrz_page",
        method: Method::QRZ,
        at: At::Here,
        off: |now| switched(now.policy.qrz_page.is_some()).or(now.page_stopped.then_some("page_stopped")),
    },
    Way {
        id: "hamqth",
        method: Method::HAMQTH,
        at: At::Here,
        off: |now| now.policy.hamqth.is_none().then_some("no_account"),
    },
    Way {
        id: "domain",
        method: Method::DNS,
        at: At::Here,
        off: |now| {
            let books = now.policy.qrz.is_some() || now.policy.hamqth.is_some();
            dns(now.policy).or((!books).then_some("no_account"))
        },
    },
    Way {
        id: "document",
        method: Method::DOCUMENT,
        at: At::Page("/verify/document"),
        off: |_| None,
    },
    Way {
        id: "morse",
        method: Method::MORSE,
        at: At::Page("/verify/morse"),
        off: |_| None,
    },
    Way {
        id: "administrator",
        method: Method::ADMINISTRATOR,
        at: At::Office,
        off: |_| None,
    },
];

fn switched(on: bool) -> Option<&'static str> {
    (!on).then_some("off")
}

/// Two name servers must agree, or one be trusted to check.
fn dns(policy: &Verify) -> Option<&'static str> {
    let enough = policy.resolvers.len() > 1 || (policy.dnssec && !policy.resolvers.is_empty());
    switched(policy.dns && enough)
}

//! The keys of what members may prove their calls by, and of the services asked for it: `identity.verify.*`,
//! `sources.qrz.*`, `sources.hamqth.*`, `sources.qrz_page.*`.
//!
//! A method that needs an account elsewhere is off until that account is configured. Nothing here asks anybody.

use std::net::SocketAddr;

use url::Url;

use super::layers::Values;
use super::schema::{Key, key};
use super::value::{Kind, Secret};

/// The keys, in the order of the documentation.
pub(super) const KEYS: [Key; 16] = [
    key(
        "identity.verify.winlink",
        Kind::Flag,
        "true",
        "Whether a code sent to `CALL@winlink.org` proves a call.",
    ),
    key(
        "identity.verify.arrl",
        Kind::Flag,
        "true",
        "Whether a code sent to `CALL@arrl.net` proves a call.",
    ),
    key(
        "identity.verify.register_mail",
        Kind::Flag,
        "true",
        "Whether a code sent to the mail address in the register of licences proves a call, where a register has one.",
    ),
    key(
        "identity.verify.qrz",
        Kind::Flag,
        "true",
        "Whether a token in the call's biography at QRZ proves it. Needs `sources.qrz.user`, or `sources.qrz_page.enabled`.",
    ),
    key(
        "identity.verify.hamqth",
        Kind::Flag,
        "true",
        "Whether a token in the call's biography at HamQTH proves it. Needs `sources.hamqth.user`.",
    ),
    key(
        "identity.verify.dns",
        Kind::Flag,
        "true",
        "Whether a TXT record at a name of the call's holder proves it.",
    ),
    key(
        "identity.verify.resolvers",
        Kind::Servers(53),
        "9.9.9.9:53, 1.1.1.1:53",
        "Name servers asked for that record. Two of them must see it; give them different owners.",
    ),
    key(
        "identity.verify.dnssec",
        Kind::Flag,
        "false",
        "Whether one name server's word is enough where it says that it checked the signatures (DNSSEC). Only for a server that nobody else can answer for, such as one on this machine.",
    ),
    key(
        "sources.qrz.url",
        Kind::Directory,
        "https://xmldata.qrz.com/xml/current/",
        "Address of QRZ's XML service.",
    ),
    key(
        "sources.qrz.user",
        Kind::Text,
        "",
        "User name of the station's account at QRZ; unset: QRZ is not asked.",
    ),
    key(
        "sources.qrz.password",
        Kind::Secret,
        "",
        "Password of that account.",
    ),
    key(
        "sources.hamqth.url",
        Kind::Service,
        "https://www.hamqth.com/",
        "Base address of HamQTH; `xml.php` is asked under it.",
    ),
    key(
        "sources.hamqth.user",
        Kind::Text,
        "",
        "User name of the station's account at HamQTH; unset: HamQTH is not asked.",
    ),
    key(
        "sources.hamqth.password",
        Kind::Secret,
        "",
        "Password of that account.",
    ),
    key(
        "sources.qrz_page.url",
        Kind::Service,
        "https://www.qrz.com/",
        "Base address of QRZ's public pages.",
    ),
    key(
        "sources.qrz_page.enabled",
        Kind::Flag,
        "false",
        "Whether a call's public page at QRZ is fetched when a member asks for it: for stations without an account there. At most one in 30 s; QRZ's pages are made for people and may show a program nothing.",
    ),
];

/// What goes together: user names and their passwords.
pub(super) const PAIRS: [(&str, &str); 4] = [
    ("sources.qrz.user", "sources.qrz.password"),
    ("sources.qrz.password", "sources.qrz.user"),
    ("sources.hamqth.user", "sources.hamqth.password"),
    ("sources.hamqth.password", "sources.hamqth.user"),
];

/// `identity.verify.*`
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone)]
pub(crate) struct Verify {
    /// Codes to `CALL@winlink.org`.
    pub(crate) winlink: bool,
    /// Codes to `CALL@arrl.net`.
    pub(crate) arrl: bool,
    /// Codes to the licence's own address.
    pub(crate) register_mail: bool,
    /// TXT records.
    pub(crate) dns: bool,
    /// Whom to ask for them.
    pub(crate) resolvers: Vec<SocketAddr>,
    /// Whether a checked signature is enough.
    pub(crate) dnssec: bool,
    /// QRZ's XML service, where it is configured and accepted.
    pub(crate) qrz: Option<Callbook>,
    /// `HamQTH`'s, likewise.
    pub(crate) hamqth: Option<Callbook>,
    /// QRZ's public pages, where they may be fetched.
    pub(crate) qrz_page: Option<Url>,
}

/// An account at a callbook.
#[derive(Debug, Clone)]
pub(crate) struct Callbook {
    /// Where the service is.
    pub(crate) url: Url,
    /// User name.
    pub(crate) user: String,
    /// Password.
    pub(crate) password: Secret,
}

/// Reads the keys.
pub(super) fn verify(values: &Values) -> Verify {
    let qrz = values.flag("identity.verify.qrz");
    let page = qrz && values.flag("sources.qrz_page.enabled");
    Verify {
        winlink: values.flag("identity.verify.winlink"),
        arrl: values.flag("identity.verify.arrl"),
        register_mail: values.flag("identity.verify.register_mail"),
        dns: values.flag("identity.verify.dns"),
        resolvers: values.servers("identity.verify.resolvers"),
        dnssec: values.flag("identity.verify.dnssec"),
        qrz: callbook(values, "qrz").filter(|_| qrz),
        hamqth: callbook(values, "hamqth").filter(|_| values.flag("identity.verify.hamqth")),
        qrz_page: values.url("sources.qrz_page.url").filter(|_| page),
    }
}

pub(super) fn callbook(values: &Values, name: &str) -> Option<Callbook> {
    let key = |leaf: &str| format!("sources.{name}.{leaf}");
    Some(Callbook {
        url: values.url(&key("url"))?,
        user: values.text(&key("user"))?,
        password: values.secret(&key("password"))?,
    })
}

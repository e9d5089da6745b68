//! What can be wrong with a configuration, told so that its author can mend it at once.
//!
//! A wrong value of a secret key is never repeated.

use std::path::PathBuf;

use super::layers::Source;

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file that was asked for cannot be read.
    #[error("cannot read the configuration file {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{}:{line}: not valid TOML: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where reading stopped, counted from 1.
        line: usize,
        /// The parser's words.
        reason: String,
    },
    /// Keys or values are wrong; all of them are listed.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Mistakes(Vec<Mistake>),
}

/// One wrong key or value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mistake {
    /// No such key.
    #[error("{place}: unknown key `{key}`{}", hint(nearest.as_deref()))]
    UnknownKey {
        /// Where it stands.
        place: Source,
        /// The key as written.
        key: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A value that the key does not take.
    #[error("{place}: `{key}` is {value}, but must be {expected}")]
    WrongValue {
        /// Where it stands.
        place: Source,
        /// The key.
        key: &'static str,
        /// The value as written, quoted, or masked.
        value: String,
        /// What the key takes.
        expected: String,
    },
    /// Keys that make sense only together.
    #[error("`{given}` needs `{missing}` as well")]
    Incomplete {
        /// The key that is set.
        given: &'static str,
        /// The key that is not.
        missing: &'static str,
    },
    /// Keys of which only one may be set.
    #[error("`{first}` and `{second}` are both set; a certificate comes from one place: remove one of them")]
    Either {
        /// One of them.
        first: &'static str,
        /// Another.
        second: &'static str,
    },
    /// TLS without a certificate.
    #[error(
        "`{given}` needs a certificate: set `web.tls.cert` and `web.tls.key`, or `web.tls.acme = true`, or `web.tls.self_signed = true`"
    )]
    NoCertificate {
        /// The key that is set.
        given: &'static str,
    },
    /// ACME for a name that no authority can vouch for.
    #[error(
        "`web.tls.acme` needs a public name in `web.public_url`, such as https://log.example.org, but {told}; set it, or use `web.tls.self_signed = true`"
    )]
    NoPublicName {
        /// What is wrong with it.
        told: String,
    },
    /// A certificate host that cannot be told from the main one.
    #[error("`web.mtls.server_name` {name:?} {told}")]
    NoOwnHost {
        /// The name as written.
        name: String,
        /// What is wrong with it.
        told: String,
    },
    /// A certificate host that no browser can come back from.
    #[error("`{given}` {told}")]
    NoWayBack {
        /// The key that is set.
        given: &'static str,
        /// What keeps the browser from it.
        told: String,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

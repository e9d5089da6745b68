//! The command line's grammar: names, values and help of every command.
//!
//! Values are parsed into domain types here, so that a wrong scope or call is a usage error (exit code 2) before
//! anything is opened.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::place::{Config, Json, Place};
#[cfg(feature = "relay")]
use super::relay::Relay;
use crate::app::admin::ExportFormat;
use crate::ham::callsign::Callsign;
use crate::identity::{DisplayName, Login, MailAddress, Scope};

/// The on-air platform of a ham or a club, in one program.
#[derive(Debug, Parser)]
#[command(
    name = "shackbox",
    version,
    about,
    long_about = "The on-air platform of a ham or a club, in one program.\n\nWithout a command it serves: pages and API on http://127.0.0.1:8073.",
    after_help = "Results stand on stdout, words on stderr. Exit code 0: done, 1: failed, 2: wrong usage.",
    max_term_width = 100
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) place: Place,
    #[command(flatten)]
    pub(super) serve: Serve,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// How to serve.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Serve {
    /// Fill a throw-away data directory with generated members and logs, and print the logins
    #[arg(long)]
    pub(super) demo: bool,
    /// Address and port for HTTP, instead of web.listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(super) listen: Option<SocketAddr>,
    /// What is logged: error, warn, info, debug, trace, or directives; instead of log.level
    #[arg(long, value_name = "LEVEL")]
    pub(super) log_level: Option<String>,
}

impl Serve {
    /// Whether anything was said about serving.
    pub(super) fn is_given(&self) -> bool {
        self.demo || self.listen.is_some() || self.log_level.is_some()
    }

    /// What was said behind the command, else what was said in front of it.
    pub(super) fn or(self, before: Self) -> Self {
        Self {
            demo: self.demo || before.demo,
            listen: self.listen.or(before.listen),
            log_level: self.log_level.or(before.log_level),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the appliance (also without a command)
    Serve(Serve),
    #[command(flatten)]
    Other(Other),
}

/// Everything but serving.
#[derive(Debug, Subcommand)]
pub(super) enum Other {
    /// Run the relay, beside the radio on a radio amateur's own computer
    #[cfg(feature = "relay")]
    Relay(Box<Relay>),
    /// Accounts
    #[command(subcommand)]
    User(User),
    /// API keys
    #[command(subcommand)]
    Apikey(Apikey),
    /// What a register says of licences
    #[command(subcommand)]
    Licence(Licence),
    /// ADIF files: ADI and ADX
    #[command(subcommand)]
    Adif(Adif),
    /// Zones of the name server
    #[command(subcommand)]
    Dns(Dns),
    /// Registers of licences
    #[command(subcommand)]
    Callbook(Callbook),
    /// Print the hash of a password for `admin.password_hash`; asks twice, or reads stdin
    HashPassword,
    /// Write a consistent backup into one checksummed file, also while serving
    Backup {
        /// The file; it must not exist
        file: PathBuf,
        /// Put the key file into the backup too: whoever has it can read the secrets
        #[arg(long)]
        with_keys: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Make a data directory from a backup; refuses one that holds data
    Restore {
        /// The backup
        file: PathBuf,
        #[command(flatten)]
        json: Json,
    },
    /// Read everything stored and compare every index with its records
    Check {
        /// Then give unused space back to the disk; the server must be stopped
        #[arg(long)]
        compact: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Ask the running server how it is: exit code 0 when every part runs
    Health {
        #[command(flatten)]
        json: Json,
    },
    /// Authorities of Logbook of the World, whose certificates prove callsigns
    #[command(subcommand)]
    Lotw(Lotw),
    /// The configuration in force
    #[command(subcommand)]
    Config(Config),
}

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make an account and its logbook
    Add(NewUser),
    /// List the accounts
    List {
        #[command(flatten)]
        json: Json,
    },
    /// Set a password; signs the account out everywhere
    Passwd {
        /// The account's callsign
        call: Login,
        /// Read the password from stdin instead of asking for it
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lock an account out; its logbooks stay
    Disable {
        /// The account's callsign
        call: Login,
        /// Let it in again
        #[arg(long)]
        undo: bool,
    },
}

/// A person who is to have an account.
#[derive(Debug, Args)]
pub(super) struct NewUser {
    /// The person's home callsign
    pub(super) call: Callsign,
    /// Make them an administrator
    #[arg(long)]
    pub(super) admin: bool,
    /// Where mail reaches them
    #[arg(long)]
    pub(super) email: Option<MailAddress>,
    /// The person's name
    #[arg(long, default_value = "")]
    pub(super) name: DisplayName,
    /// You vouch that the call is theirs
    #[arg(long)]
    pub(super) verified: bool,
    /// Read the password from stdin instead of asking for it
    #[arg(long)]
    pub(super) password_stdin: bool,
    #[command(flatten)]
    pub(super) json: Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Apikey {
    /// Make an API key and print it, alone, once
    Create {
        /// The account whose key it is
        call: Login,
        /// What the key allows; repeat for more
        #[arg(long = "scope", value_name = "SCOPE", required = true, help = scope_help())]
        scopes: Vec<Scope>,
        /// What the key is for
        #[arg(long, default_value = "")]
        name: DisplayName,
        #[command(flatten)]
        json: Json,
    },
}

fn scope_help() -> String {
    format!(
        "What the key allows, repeat for more: {}",
        Scope::ALL.map(Scope::as_str).join(", ")
    )
}

#[derive(Debug, Subcommand)]
pub(super) enum Licence {
    /// Apply events of a register: grants, changes of calls, ends
    Apply {
        /// JSON: a list of events, or an object with `events`; - is stdin
        file: PathBuf,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Adif {
    /// Read a file and report what an import would say; exit code 1 when a record would be rejected
    Check {
        /// The file; - is stdin
        file: PathBuf,
        #[command(flatten)]
        json: Json,
    },
    /// Import a file into a logbook; running it twice adds nothing
    Import {
        /// The file; - is stdin
        file: PathBuf,
        /// The logbook's callsign
        #[arg(long, value_name = "CALL")]
        callsign: Callsign,
        #[command(flatten)]
        json: Json,
    },
    /// Export a logbook
    Export {
        /// The logbook's callsign
        #[arg(long, value_name = "CALL")]
        callsign: Callsign,
        /// Where to; - is stdout
        #[arg(long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
        /// Which of ADIF's two formats [default: by the output's name, else adi]
        #[arg(long)]
        format: Option<ExportFormat>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Dns {
    /// Compare all records with what is answered; exit code 1 when something differs
    Check {
        #[command(flatten)]
        json: Json,
    },
    /// Write a zone as a master file
    Export {
        /// The zone, such as club.example
        zone: String,
        /// Where to; - is stdout
        #[arg(long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// Have a zone be what a master file says, making it where there is none; all of it or nothing
    Import {
        /// The zone, such as club.example
        zone: String,
        /// The master file; - is stdin
        file: PathBuf,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Callbook {
    /// Import a register from its files; the one in use answers until the new one is complete
    Import {
        /// fcc, ised, traficom, acma, japan, a list by its name, or csv for the list of --map
        authority: String,
        /// The archive as it comes, or the files of one; a daily file of the FCC keeps its name, such as `l_am_mon.zip`
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// What the columns of a list are: a TOML file
        #[arg(long, value_name = "FILE")]
        map: Option<PathBuf>,
        /// Take it even if it is older, or much smaller, than what is in use
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Print what is known of a call
    Lookup {
        /// In any form: K6BP, DL/K6BP/P
        call: String,
        #[command(flatten)]
        json: Json,
    },
    /// Search as in the one box: K6*, "name:perens state:CA", zip:945, grid:CM87
    Search {
        /// What to search for
        #[arg(required = true)]
        query: Vec<String>,
        /// Hits at most
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=50))]
        limit: u8,
        #[command(flatten)]
        json: Json,
    },
    /// List the registers: how old, how large, what went wrong
    Sources {
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Lotw {
    /// List the authorities that count, or those in a file, with SHA-256 and validity
    Roots {
        /// PEM or DER file of certificates; of a .p12: openssl pkcs12 -in FILE.p12 -nokeys -legacy -out chain.pem
        file: Option<PathBuf>,
        #[command(flatten)]
        json: Json,
    },
    /// Let the authorities in a file count: copies them into web.mtls.roots
    Trust {
        /// PEM or DER file of certificates; those of operators in it are passed over
        file: PathBuf,
    },
}

//! The whole program in the test's own process: real store, real routes, real sockets on a port of the system's choice.
//!
//! Only the outside is not real: the clock stands still until it is wound, randomness comes from a seed, mails go to
//! the outbox, and no service outside is reachable.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::app::{Addresses, App, Doors, Listening, Services, authority, callbooks, listen, mailer, table};
use crate::config::{Config, Sources};
use crate::env::{Clock, Entropy, Env, Outbound, Service, install_crypto};
use crate::identity::write::{NewAccount, NewKey};
use crate::identity::{Actor, Password, Role, Scope};
use crate::logging::Log;
use crate::web::{Access, Document};

/// When a test begins, if it says nothing else.
pub const BEGIN: &str = "2026-11-21T12:00:00Z";

const GOOD: &str = "a test's server does what is asked of it";

/// A running server on a temporary data directory.
pub struct TestApp {
    dir: TempDir,
    settings: Vec<(String, String)>,
    clock: Clock,
    starts: u64,
    running: Option<Running>,
}

struct Running {
    app: App,
    listening: Listening,
    addresses: Addresses,
}

/// A route, as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its pattern, such as `/api/v1/jobs/{id}`.
    pub path: String,
    /// Its method; none where the handler decides (pages, assets, sockets).
    pub method: Option<String>,
    /// Whether guests may call it.
    pub public: bool,
}

/// A mail, as its reader gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMail {
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl SentMail {
    /// The token of the link in it.
    pub fn link_token(&self) -> String {
        let after = self.text.split("token=").nth(1).expect("the mail has a link");
        let token = after.split_whitespace().next();
        token.expect("the link has a token").to_owned()
    }
}

/// Logbook of the World, where a test stands in for it.
fn lotw(config: &Config) -> Option<(String, Service)> {
    let source = config.source("lotw").filter(|source| source.enabled)?;
    let service = Service {
        pause: Duration::ZERO,
        ..Service::at(source.url)
    };
    Some(("lotw".to_owned(), service))
}

impl TestApp {
    /// A server with an empty data directory.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server with settings other than the defaults, by their dotted names.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::at(BEGIN, settings).await
    }

    /// The same, whose clock shows another time.
    pub async fn at(begin: &str, settings: &[(&str, &str)]) -> Self {
        install_crypto();
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let mut app = Self {
            dir: tempfile::tempdir().expect("a temporary directory can be made"),
            settings: settings.iter().map(owned).collect(),
            clock: Clock::fake(begin.parse().expect("a time")),
            starts: 0,
            running: None,
        };
        app.run().await;
        app
    }

    async fn run(&mut self) {
        self.starts += 1;
        let flags = [
            ("web.listen", "127.0.0.1:0"),
            ("cluster.listen", "127.0.0.1:0"),
            ("cluster.call", "N0NODE-2"),
            ("dns.listen", "127.0.0.1:0"),
            ("sources.country.enabled", "false"),
            ("sources.lotw.enabled", "false"),
            ("backup.enabled", "false"),
        ];
        let mut flags: Vec<_> = flags
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        flags.extend(self.settings.iter().cloned());
        let config = Config::load(&Sources {
            data_dir: Some(self.data_dir()),
            file: None,
            environment: Vec::new(),
            flags,
        })
        .expect(GOOD);
        let env = Env {
            // Without settings for a mail server there is none.
            mailer: mailer(&config, self.clock.clone()).expect(GOOD),
            // Ids drawn after a restart are not those drawn before it.
            entropy: Entropy::seeded(self.starts),
            outbound: Outbound::new(
                authority(&config)
                    .into_iter()
                    .chain(lotw(&config))
                    .chain(callbooks(&config)),
            ),
            clock: self.clock.clone(),
        };
        let doors = Doors::bind(&config).await.expect(GOOD);
        let addresses = doors.addresses();
        let log = Log::start(&config.log.level, false, self.clock.clone()).expect(GOOD);
        let services = Services::open_with(config, env).await.expect(GOOD);
        let app = App::start(services, log).await.expect(GOOD);
        let listening = listen(&app, doors).expect(GOOD);
        self.running = Some(Running {
            app,
            listening,
            addresses,
        });
    }

    fn running(&self) -> &Running {
        self.running
            .as_ref()
            .expect("a server that was stopped is not asked")
    }

    /// Stops the server as SIGTERM would.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.app.stop_beside(running.listening.stop()).await;
        }
    }

    /// Stops the server and starts it on the same data, at another port.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.run().await;
    }

    /// Where the records and the spool are.
    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A scratch place beside the data directory.
    pub fn scratch(&self) -> &Path {
        self.dir.path()
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.running().addresses.plain
    }

    /// Where it speaks HTTPS.
    pub fn tls_address(&self) -> SocketAddr {
        self.running().addresses.tls.expect("HTTPS is on")
    }

    /// Where the host that asks for certificates has a port of its own.
    pub fn asking_address(&self) -> SocketAddr {
        self.running().addresses.asking.expect("it has a port of its own")
    }

    /// Where logging programs reach the cluster.
    pub fn telnet_address(&self) -> SocketAddr {
        self.running().addresses.telnet.expect("the cluster is on")
    }

    /// Where questions of names are answered.
    pub fn names_address(&self) -> SocketAddr {
        self.running().addresses.names.expect("the name server is on")
    }

    /// Where they are answered by TLS.
    pub fn names_tls_address(&self) -> SocketAddr {
        self.running()
            .addresses
            .names_tls
            .expect("the name server speaks TLS")
    }

    /// Does what SIGHUP does to certificates.
    pub async fn reload_certificates(&self) {
        let tls = self.running().app.tls.as_ref();
        tls.expect("HTTPS is on").reload().await;
    }

    /// Does what SIGHUP does to the authorities of Logbook of the World.
    pub async fn reload_authorities(&self) {
        self.running().app.certificates.reload().await;
    }

    /// An address of the server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// The address of one of its sockets.
    pub fn ws_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address())
    }

    /// Winds the clock.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Runs what is due until nothing is.
    pub async fn settle(&self) {
        let jobs = &self.running().app.jobs;
        jobs.wake().await.expect(GOOD);
        jobs.settle().await.expect(GOOD);
    }

    /// The mails that were sent, newest first.
    pub fn mails(&self) -> Vec<SentMail> {
        let recent = self.running().app.services.env.mailer.recent();
        let sent = |posted: crate::env::Posted| SentMail {
            to: posted.mail.to,
            subject: posted.mail.subject,
            text: posted.mail.text,
        };
        recent.into_iter().map(sent).collect()
    }

    /// The token of a fresh first-run link; none where somebody administers the installation.
    pub fn first_run_token(&self) -> Option<String> {
        self.running().app.services.identity.first_run_token()
    }

    /// Makes an account with its logbook.
    pub async fn account(&self, call: &str, admin: bool, password: &str) {
        let identity = &self.running().app.services.identity;
        let new = NewAccount {
            call: call.parse().expect("a call"),
            name: String::new().parse().expect("an empty name is one"),
            grid: None,
            email: None,
            role: if admin { Role::Administrator } else { Role::Member },
            person: None,
            password: Some(identity.hash(Password::entered(password)).await),
            verified: true,
        };
        identity.add_account(&Actor::COMMAND_LINE, new).await.expect(GOOD);
    }

    /// Records a proof of an account's call, by a licence of this licensee.
    pub async fn proven(&self, call: &str, licensee: &str) {
        let identity = &self.running().app.services.identity;
        let account = identity
            .account_of(&call.parse().expect("a call"))
            .expect("an account");
        let proof = crate::identity::write::Proof {
            licensee: Some(licensee.into()),
            ..crate::identity::write::Proof::word_of("")
        };
        let verifier = Actor::Service(crate::identity::Service::Verifier);
        identity
            .add_verification(&verifier, account, proof)
            .await
            .expect(GOOD);
    }

    /// Makes a listener's account.
    pub async fn listener(&self, name: &str, password: &str) {
        self.make_listener(name, password, None).await;
    }

    /// Makes a listener's account of a person with first name, last name and postal code.
    pub async fn listener_named(&self, name: &str, password: &str, person: (&str, &str, &str)) {
        let (first, last, postal) = person;
        let person = crate::identity::Person {
            first_name: first.parse().expect("a name"),
            last_name: last.parse().expect("a name"),
            postal_code: postal.into(),
            register_id: "".into(),
        };
        self.make_listener(name, password, Some(person)).await;
    }

    async fn make_listener(&self, name: &str, password: &str, person: Option<crate::identity::Person>) {
        let identity = &self.running().app.services.identity;
        let new = NewAccount {
            password: Some(identity.hash(Password::entered(password)).await),
            person,
            ..NewAccount::of(name.parse().expect("a listener's name"))
        };
        identity.add_account(&Actor::COMMAND_LINE, new).await.expect(GOOD);
    }

    /// Makes an API key for an account.
    pub async fn key(&self, call: &str, scopes: &[&str]) -> String {
        let identity = &self.running().app.services.identity;
        let call = call.parse().expect("a call");
        let scope = |text: &&str| text.parse::<Scope>().expect("a scope");
        let new = NewKey {
            account: identity.account_of(&call).expect("an account"),
            name: "test".parse().expect("a name"),
            scopes: scopes.iter().map(scope).collect(),
            expires: None,
        };
        let key = identity
            .create_api_key(&Actor::COMMAND_LINE, new)
            .await
            .expect(GOOD);
        key.expose().to_owned()
    }

    /// All that is stored, as bytes.
    pub fn stored(&self) -> Vec<u8> {
        let store = &self.running().app.services.store;
        let read = store.read_now(|read| Ok::<_, crate::store::StoreError>(read.all_bytes()));
        read.expect(GOOD)
    }

    /// Every route there is.
    pub fn routes(&self) -> Vec<Route> {
        let (_, _, declared) = table(&self.running().app, &Document::default()).finish();
        let route = |(path, method, guard): (&str, Option<&axum::http::Method>, crate::web::Guard)| Route {
            path: path.to_owned(),
            method: method.map(|method| method.as_str().to_owned()),
            public: guard.access == Access::Public,
        };
        declared.iter().map(route).collect()
    }

    /// What `shackbox check` finds; none is as it should be. The server must be stopped.
    pub fn findings(&self) -> Vec<String> {
        let config = crate::store::StoreConfig {
            registry: crate::app::registry(),
            ..crate::store::StoreConfig::new(self.data_dir())
        };
        crate::store::check_data_dir(&config, false).expect(GOOD).findings
    }
}

//! What a request, a job or a command works with: the open store and the handles of the domains above it.
//!
//! No listener and no running task is here, so that a command on a stopped data directory opens the very same
//! thing as the server does.

use std::sync::Arc;
use std::time::Duration;

use super::keyfile;
use crate::bus::{Bus, BusConfig};
use crate::callbook::generation::Registers;
use crate::callbook::{self, Callbook};
use crate::config::Config;
use crate::dns::settings::{Settings, SettingsError};
use crate::dns::{self, Dns};
use crate::dx::lotw::LotwUsers;
use crate::dx::node::{Node, NodeParts};
use crate::dx::{self, Cluster, Keeping, Parts};
use crate::env::{Env, MailError};
use crate::identity::ladder::Means;
use crate::identity::{self, BadHash, ConfiguredAdmin, Foundation, Identity};
use crate::jobs;
use crate::logbook::{self, Logbook};
use crate::shack::{self, Shack, ShackParts};
use crate::store::{OpenError, Registry, Store, StoreConfig};
use crate::web;

/// How often a store whose disk failed tries again.
const REOPEN_EVERY: Duration = Duration::from_secs(5);

/// The program without its edges. Clones share everything.
#[derive(Clone)]
pub(crate) struct Services {
    /// The configuration in force.
    pub(crate) config: Arc<Config>,
    /// The outside.
    pub(crate) env: Env,
    /// The records.
    pub(crate) store: Store,
    /// What has happened.
    pub(crate) bus: Bus,
    /// The installation's secret key.
    pub(super) key: [u8; 32],
    /// Accounts, sessions, keys.
    pub(crate) identity: Identity,
    /// The registers of licences.
    pub(crate) callbook: Callbook,
    /// The logbooks, with the table of DXCC entities in use.
    pub(crate) logbook: Logbook,
    /// The DX cluster.
    pub(crate) cluster: Cluster,
    /// The cluster as a node.
    pub(crate) node: Node,
    /// Who uses Logbook of the World.
    pub(crate) lotw_users: LotwUsers,
    /// Zones and names.
    pub(crate) dns: Dns,
    /// Radios, presence, following.
    pub(crate) shack: Shack,
}

/// Why the program could not start; each is one clear line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The data directory.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The accounts.
    #[error("the accounts could not be read: {0}")]
    Accounts(#[from] identity::Error),
    /// `admin.password_hash`.
    #[error("admin.password_hash: {0}")]
    AdminHash(#[from] BadHash),
    /// The mail server's settings.
    #[error("smtp: {0}")]
    Mail(#[from] MailError),
    /// The registers of licences.
    #[error("the callbook: {0}")]
    Callbook(#[from] callbook::error::Error),
    /// The logbooks.
    #[error("the logbooks: {0}")]
    Logbook(#[from] logbook::error::Error),
    /// The settings of the name server.
    #[error(transparent)]
    NameSettings(#[from] SettingsError),
    /// The name server's records.
    #[error("the name server: {0}")]
    Names(#[from] dns::error::Error),
    /// The demo.
    #[error("the demo could not be made: {0}")]
    Demo(String),
    /// The API's definition.
    #[error("the API's definition: {0}")]
    Document(String),
    /// A listener.
    #[error(transparent)]
    Bind(#[from] crate::net::BindError),
    /// The certificate.
    #[error(transparent)]
    Certificate(#[from] crate::net::tls::KeepError),
    /// Something in the data directory.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        error: std::io::Error,
    },
    /// The store failed after it was opened.
    #[error(transparent)]
    Records(#[from] crate::store::StoreError),
}

impl Services {
    /// Opens the data directory of this configuration with the real outside.
    pub(crate) async fn open(config: Config) -> Result<Self, StartError> {
        let env = super::outside::outside(&config)?;
        Self::open_with(config, env).await
    }

    /// Opens the data directory with a given outside.
    pub(crate) async fn open_with(config: Config, env: Env) -> Result<Self, StartError> {
        let bus = Bus::new(
            BusConfig {
                ring_messages: config.limits.firehose_ring,
                encoders: vec![
                    jobs::encode,
                    logbook::encode,
                    logbook::encode_contact,
                    dx::worked::encode,
                    identity::review::encode,
                    identity::review::encode_own,
                ],
                ..BusConfig::default()
            },
            env.clock.clone(),
        );
        let published = bus.clone();
        let settings = StoreConfig {
            cache_bytes: config.store.cache_bytes,
            registry: registry(),
            on_commit: Box::new(move |events| published.publish(&events)),
            reopen_every: REOPEN_EVERY,
            ..StoreConfig::new(&config.data_dir)
        };
        let store = open_blocking(settings).await?;
        let key = keyfile::load_or_make(&config.data_dir, &env.entropy).map_err(|error| StartError::Io {
            what: format!("{}", config.data_dir.join(keyfile::KEY_FILE).display()),
            error,
        })?;
        let registers = Arc::new(Registers::default());
        let foundation = Foundation {
            store: store.clone(),
            clock: env.clock.clone(),
            entropy: env.entropy.clone(),
            mailer: env.mailer.clone(),
            key,
            sign_up: config.sign_up,
            public: config.public_origin(),
            data_dir: config.data_dir.clone(),
            documents_kept: config.documents_kept,
            means: Means {
                policy: config.verify.clone(),
                outbound: env.outbound.clone(),
                register: callbook::proofs::register(Arc::clone(&registers)),
            },
        };
        let identity = Identity::load(foundation, configured_admin(&config)?).await?;
        let callbook = Callbook::new(callbook::Parts {
            store: store.clone(),
            env: env.clone(),
            identity: identity.clone(),
            registers,
            settings: callbook::settings::Settings::of(&config),
            dir: config.data_dir.join("callbook"),
            key,
        });
        callbook.open_registers().await?;
        let countries = super::country::in_use(&config);
        let logbook = Logbook::new(store.clone(), env.clone(), countries.clone(), &config.data_dir);
        let lotw_users = LotwUsers::default();
        let cluster = Cluster::new(Parts {
            bus: bus.clone(),
            clock: env.clock.clone(),
            countries,
            lotw: lotw_users.clone(),
            keeping: keeping(&config),
            data_dir: config.data_dir.clone(),
        });
        let node = Node::new(NodeParts {
            cluster: cluster.clone(),
            identity: identity.clone(),
            bus: bus.clone(),
            store: store.clone(),
            env: env.clone(),
            settings: config.cluster.clone(),
        });
        let dns = Dns::new(store.clone(), &env, Settings::of(&config.dns)?);
        let shack = Shack::new(ShackParts {
            store: store.clone(),
            bus: bus.clone(),
            clock: env.clock.clone(),
            identity: identity.clone(),
        });
        Ok(Self {
            config: Arc::new(config),
            env,
            store,
            bus,
            key,
            identity,
            callbook,
            logbook,
            cluster,
            node,
            lotw_users,
            dns,
            shack,
        })
    }

    /// Finishes what is in line and lets go of the data directory.
    pub(crate) async fn close(&self) {
        self.store.close().await;
    }
}

/// How the configuration has spots kept.
fn keeping(config: &Config) -> Keeping {
    Keeping {
        age: config.dx.history,
        bytes: config.dx.memory,
        snapshot: config.dx.snapshot,
    }
}

/// Opening may repair, migrate and copy: not on an async thread.
async fn open_blocking(settings: StoreConfig) -> Result<Store, StartError> {
    let opened = tokio::task::spawn_blocking(move || Store::open(settings)).await;
    match opened {
        Ok(opened) => Ok(opened?),
        Err(error) => Err(StartError::Io {
            what: "opening the data directory".to_owned(),
            error: std::io::Error::other(error),
        }),
    }
}

/// The administrator the configuration names, if it names one.
pub(super) fn configured_admin(config: &Config) -> Result<Option<ConfiguredAdmin>, StartError> {
    let Some(call) = config.admin.call.clone() else {
        return Ok(None);
    };
    let password = match &config.admin.password_hash {
        Some(hash) => Some(hash.reveal().parse()?),
        None => None,
    };
    Ok(Some(ConfiguredAdmin { call, password }))
}

/// Everything the store must know of the domains: the one list of all tables, reactors and index checks.
pub(crate) fn registry() -> Registry {
    let mut tables = Vec::new();
    tables.extend(identity::tables());
    tables.extend(jobs::tables());
    tables.extend(callbook::tables());
    tables.extend(callbook::upstream::tables());
    tables.extend(logbook::tables());
    tables.extend(dx::alerts::tables());
    tables.extend(web::tables());
    tables.extend(dx::telnet::tables::tables());
    tables.extend(dns::tables());
    tables.extend(shack::tables());
    let mut index_checks: Vec<_> = vec![
        ("identity calls", identity::check_calls as _),
        ("identity proofs", identity::check_verifications as _),
        ("identity reviews", identity::check_reviews as _),
        ("identity documents", identity::check_documents as _),
        ("jobs", jobs::check as _),
        ("callbook wishes", callbook::wishes::check_wishes as _),
    ];
    index_checks.extend(logbook::CHECKS);
    index_checks.extend(dns::CHECKS);
    index_checks.extend(shack::following::CHECKS);
    Registry {
        tables,
        reactors: super::reactors::REACTORS.to_vec(),
        index_checks,
        migrations: logbook::MIGRATIONS.to_vec(),
    }
}

//! Mail to members, by the operator's mail server; or kept where the administrator can read it.
//!
//! The last mails are kept in memory for the administrator's page: with no mail server their text too, so
//! that an invitation can be handed over by other means; with one only to whom, what about and how it went.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::clock::Clock;

/// Mails remembered for the administrator.
const REMEMBERED: usize = 100;
const TIMEOUT: Duration = Duration::from_secs(30);

/// A mail to one person, in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    /// The address.
    pub(crate) to: String,
    /// The subject line.
    pub(crate) subject: String,
    /// The text.
    pub(crate) text: String,
}

/// A mail that was handed to the mailer.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    /// When.
    pub(crate) at: Timestamp,
    /// The mail; its text only where no mail server was asked to carry it.
    pub(crate) mail: Mail,
    /// `None`: no mail server is configured. Else whether the server took it, or what it said.
    pub(crate) outcome: Option<Result<(), String>>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SmtpSecurity {
    /// TLS from the first byte (port 465).
    Tls,
    /// STARTTLS, required (port 587).
    StartTls,
    /// None: only for a server on the same machine.
    Plain,
}

/// The operator's mail server.
#[derive(Debug, Clone)]
pub(crate) struct SmtpSettings {
    /// Its name.
    pub(crate) host: String,
    /// Its port; `None`: the usual one of `security`.
    pub(crate) port: Option<u16>,
    /// How the connection is protected.
    pub(crate) security: SmtpSecurity,
    /// User name and password, if it wants any.
    pub(crate) login: Option<(String, String)>,
    /// Sender of all mails, as `Name <address>` or an address.
    pub(crate) from: String,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum MailError {
    /// The sender's or recipient's address is none.
    #[error("not a mail address: {0}")]
    Address(String),
    /// The settings do not make a connection.
    #[error("mail server settings: {0}")]
    Settings(String),
    /// The mail cannot be put into a message.
    #[error("the mail cannot be written: {0}")]
    Content(String),
    /// The mail server could not be reached or refused.
    #[error("mail server: {0}")]
    Server(String),
}

/// Sends mail; clones share the connection and the list of recent mails.
#[derive(Clone)]
pub(crate) struct Mailer {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    server: Option<Server>,
    recent: Mutex<VecDeque<Posted>>,
}

struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// A mailer without a server: mails are only kept for the administrator to see.
    pub(crate) fn off(clock: Clock) -> Self {
        Self::with(clock, None)
    }

    /// A mailer that hands its mails to the operator's server.
    pub(crate) fn smtp(settings: &SmtpSettings, clock: Clock) -> Result<Self, MailError> {
        super::install_crypto();
        Ok(Self::with(clock, Some(Server::new(settings)?)))
    }

    /// Whether a mail server is configured.
    pub(crate) fn is_on(&self) -> bool {
        self.inner.server.is_some()
    }

    /// Sends a mail; with no server configured it is kept, and that is no error.
    pub(crate) async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let Some(server) = &self.inner.server else {
            mailbox(&mail.to)?;
            self.remember(mail, None);
            return Ok(());
        };
        let sent = server.send(&mail).await;
        let outcome = sent.clone().map_err(|error| error.to_string());
        self.remember(
            Mail {
                text: String::new(),
                ..mail
            },
            Some(outcome),
        );
        sent
    }

    /// The last mails, newest first.
    pub(crate) fn recent(&self) -> Vec<Posted> {
        self.inner
            .recent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .rev()
            .cloned()
            .collect()
    }

    fn with(clock: Clock, server: Option<Server>) -> Self {
        Self {
            inner: Arc::new(Inner {
                clock,
                server,
                recent: Mutex::default(),
            }),
        }
    }

    fn remember(&self, mail: Mail, outcome: Option<Result<(), String>>) {
        let mut recent = self.inner.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == REMEMBERED {
            recent.pop_front();
        }
        recent.push_back(Posted {
            at: self.inner.clock.now(),
            mail,
            outcome,
        });
    }
}

impl Server {
    fn new(settings: &SmtpSettings) -> Result<Self, MailError> {
        let tls =
            || TlsParameters::new(settings.host.clone()).map_err(|e| MailError::Settings(e.to_string()));
        let (tls, usual_port) = match settings.security {
            SmtpSecurity::Tls => (Tls::Wrapper(tls()?), 465),
            SmtpSecurity::StartTls => (Tls::Required(tls()?), 587),
            SmtpSecurity::Plain => (Tls::None, 25),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port.unwrap_or(usual_port))
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let Some((user, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from: mailbox(&settings.from)?,
        })
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(mailbox(&mail.to)?)
            .subject(&mail.subject)
            .body(mail.text.clone())
            .map_err(|e| MailError::Content(e.to_string()))?;
        self.transport
            .send(message)
            .await
            .map(drop)
            .map_err(|e| MailError::Server(e.to_string()))
    }
}

fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    text.parse().map_err(|_| MailError::Address(text.to_owned()))
}

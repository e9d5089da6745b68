//! Mail to members, by the operator's mail server; or kept where the administrator can read it.
//!
//! What is posted leaves from one queue in the background, so that an answer takes no longer when a mail goes with
//! it; a server that fails is asked again after a minute, five and thirty. The queue does not outlive the program.
//!
//! The last mails are kept in memory for the administrator's page: with no mail server their text too, so
//! that an invitation can be handed over by other means; with one only to whom, what about and how it went.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lettre::message::Mailbox;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::clock::Clock;

/// Mails remembered for the administrator.
const REMEMBERED: usize = 100;
const TIMEOUT: Duration = Duration::from_secs(30);
/// Mails that may wait to be sent.
const QUEUED: usize = 256;
/// How long to wait before each further try.
const RETRIES: [Duration; 3] = [
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
];

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
    queue: mpsc::Sender<Mail>,
    /// Taken by the one task that delivers.
    queued: Mutex<Option<mpsc::Receiver<Mail>>>,
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

    /// Puts a mail into the queue and returns at once; with no server configured it is kept.
    pub(crate) fn post(&self, mail: Mail) {
        if self.inner.server.is_none() {
            self.remember(mail, None);
            return;
        }
        if let Err(error) = self.inner.queue.try_send(mail) {
            let text = "too many mails are waiting already";
            tracing::error!("a mail was not sent: {text}");
            let mpsc::error::TrySendError::Full(mail) = error else {
                return;
            };
            let mail = Mail {
                text: String::new(),
                ..mail
            };
            self.remember(mail, Some(Err(text.to_owned())));
        }
    }

    /// Delivers what is posted, for as long as it is polled. The first task that asks does it.
    pub(crate) async fn deliver(&self) {
        let taken = self
            .inner
            .queued
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut queued) = taken else { return };
        let mut later: VecDeque<(Instant, usize, Mail)> = VecDeque::new();
        loop {
            let due = later.iter().map(|(at, ..)| *at).min();
            let wait = async {
                match due {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let (tries, mail) = tokio::select! {
                mail = queued.recv() => match mail {
                    Some(mail) => (0, mail),
                    None => return,
                },
                () = wait => {
                    let at = later.iter().position(|(at, ..)| Some(*at) == due);
                    match at.and_then(|at| later.remove(at)) {
                        Some((_, tries, mail)) => (tries, mail),
                        None => continue,
                    }
                }
            };
            if let Err(error) = self.send(mail.clone()).await {
                tracing::warn!(%error, "a mail was not taken: {error}");
                let again = RETRIES.get(tries).filter(|_| later.len() < QUEUED);
                if let (Some(pause), MailError::Server(_)) = (again, &error) {
                    later.push_back((Instant::now() + *pause, tries + 1, mail));
                }
            }
        }
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
        let (queue, queued) = mpsc::channel(QUEUED);
        Self {
            inner: Arc::new(Inner {
                clock,
                server,
                recent: Mutex::default(),
                queue,
                queued: Mutex::new(Some(queued)),
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
            .message_id(None)
            .header(AutoSubmitted)
            .body(mail.text.clone())
            .map_err(|e| MailError::Content(e.to_string()))?;
        self.transport
            .send(message)
            .await
            .map(drop)
            .map_err(|e| MailError::Server(e.to_string()))
    }
}

/// Says that no person wrote this, so that no absence notice answers it (RFC 3834 5).
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    text.parse().map_err(|_| MailError::Address(text.to_owned()))
}

//! Mail to members, by the operator's mail server; or kept where the administrator can read it.
//!
//! What is posted leaves from one queue in the background, so that an answer takes no longer when a mail goes with
//! it; a server that fails is asked again after a minute, five and thirty. The queue does not outlive the program.
//!
//! The last mails are kept in memory for the administrator's page, see [`super::outbox`]: with no mail server their
//! text too, so that an invitation can be handed over by other means; with one only to whom, what about and how it
//! went. What failed for good can be sent again from there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::clock::Clock;
use super::outbox::{Outbox, Tried};

const TIMEOUT: Duration = Duration::from_secs(30);
/// Mails that may wait to be sent.
const QUEUED: usize = 256;
const FULL: &str = "too many mails are waiting already";
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
    /// Its number in the list of the last mails.
    pub(crate) id: u64,
    /// When it was last tried.
    pub(crate) at: Timestamp,
    /// The mail; its text only where no mail server was asked to carry it.
    pub(crate) mail: Mail,
    /// `None`: no mail server is configured. Else whether the server took it, or what it said.
    pub(crate) outcome: Option<Result<(), String>>,
    /// Whether it is tried again by itself.
    pub(crate) waits: bool,
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
    recent: Outbox,
    queue: mpsc::Sender<Queued>,
    /// Taken by the one task that delivers.
    queued: Mutex<Option<mpsc::Receiver<Queued>>>,
}

/// A mail in line, with its row among the last mails where it was tried before.
type Queued = (Option<u64>, Mail);

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
        let sent = match &self.inner.server {
            None => mailbox(&mail.to).map(drop),
            Some(server) => server.send(&mail).await,
        };
        if self.is_on() || sent.is_ok() {
            self.note(None, &mail, &sent, false);
        }
        sent
    }

    /// Puts a mail into the queue and returns at once; with no server configured it is kept.
    pub(crate) fn post(&self, mail: Mail) {
        if !self.is_on() {
            self.note(None, &mail, &Ok(()), false);
        } else if let Err(mail) = self.enqueue((None, mail)) {
            tracing::error!("a mail was not sent: {FULL}");
            self.note(None, &mail, &Err(MailError::Server(FULL.to_owned())), false);
        }
    }

    /// Puts a mail that failed for good into the queue again; tells whether there is such a one.
    pub(crate) fn retry(&self, id: u64) -> bool {
        let Some(mail) = self.inner.recent.take_failed(id) else {
            return false;
        };
        if let Err(mail) = self.enqueue((Some(id), mail)) {
            self.note(Some(id), &mail, &Err(MailError::Server(FULL.to_owned())), false);
        }
        true
    }

    /// Forgets one of the last mails; one that was not taken yet is not sent any more.
    pub(crate) fn forget(&self, id: u64) -> bool {
        self.inner.recent.forget(id)
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
        let mut later: VecDeque<(Instant, usize, Queued)> = VecDeque::new();
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
            let room = later.len() < QUEUED;
            if let Some((pause, mail)) = self.attempt(mail, tries, room).await {
                later.push_back((Instant::now() + pause, tries + 1, mail));
            }
        }
    }

    /// Tries to send a mail in line; one that failed comes back with how long to wait.
    async fn attempt(&self, (row, mail): Queued, tries: usize, room: bool) -> Option<(Duration, Queued)> {
        if row.is_some_and(|row| !self.inner.recent.wants(row)) {
            // The administrator took it back.
            return None;
        }
        let server = self.inner.server.as_ref()?;
        let sent = server.send(&mail).await;
        let again = match &sent {
            Err(MailError::Server(_)) if room => RETRIES.get(tries).copied(),
            _ => None,
        };
        if let Err(error) = &sent {
            tracing::warn!(%error, "a mail was not taken: {error}");
        }
        let row = self.note(row, &mail, &sent, again.is_some());
        Some((again?, (Some(row), mail)))
    }

    /// The last mails, newest first.
    pub(crate) fn recent(&self) -> Vec<Posted> {
        self.inner.recent.recent()
    }

    fn enqueue(&self, mail: Queued) -> Result<(), Mail> {
        self.inner.queue.try_send(mail).map_err(|error| match error {
            mpsc::error::TrySendError::Full((_, mail)) | mpsc::error::TrySendError::Closed((_, mail)) => mail,
        })
    }

    fn note(&self, row: Option<u64>, mail: &Mail, sent: &Result<(), MailError>, again: bool) -> u64 {
        let tried = match sent {
            Ok(()) if self.is_on() => Tried::Sent,
            Ok(()) => Tried::Kept,
            Err(error) => Tried::Failed {
                why: error.to_string(),
                again,
            },
        };
        self.inner.recent.note(row, mail, tried, self.inner.clock.now())
    }

    fn with(clock: Clock, server: Option<Server>) -> Self {
        let (queue, queued) = mpsc::channel(QUEUED);
        Self {
            inner: Arc::new(Inner {
                clock,
                server,
                recent: Outbox::default(),
                queue,
                queued: Mutex::new(Some(queued)),
            }),
        }
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
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
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

//! Compares each spot with all rules, as they stand, and tells whom it concerns.
//!
//! A rule that does not fit is put aside after a few comparisons of small lists. What a log has is read
//! when a rule first asks for it, follows new contacts, and is read anew, not more often than every few seconds, when
//! something else happened to the log.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use smol_str::SmolStr;
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::model::{Ready, Sameness};
use super::write;
use crate::bus::{Audience, Bus, Delivery, Message, Outgoing, SPOTS};
use crate::dx::event::Spot;
use crate::dx::worked::{Need, Told, WorkedSet, told};
use crate::env::{Clock, Mail, Mailer};
use crate::event::Event;
use crate::identity::event::IdentityEvent;
use crate::identity::{self, AccountId};
use crate::logbook;
use crate::logbook::event::{LogbookEvent, LogbookId};
use crate::logbook::read::worked;
use crate::logbook::rights;
use crate::store::{Read, Store, StoreError};

/// The channel that alerts are told on.
const TOPIC: &str = "notifications";
/// How long the same is not told again.
const AGAIN: jiff::SignedDuration = jiff::SignedDuration::from_mins(30);
/// How many alerts are remembered as told.
const REMEMBERED: usize = 20_000;
/// How often a log that changes is read anew at most.
const READ_PAUSE: Duration = Duration::from_secs(5);
/// Mails one account gets in a day.
const MAILS_A_DAY: u32 = 20;

/// What the matcher works with.
pub(crate) struct Watching {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    pub(crate) mailer: Mailer,
}

/// All rules, ready; clones are the same.
#[derive(Clone)]
pub(crate) struct Alerts {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Watching,
    rules: Mutex<Rules>,
    /// Held while rules are read and taken over, so that an earlier reading never replaces a later one.
    taking_over: tokio::sync::Mutex<()>,
    logs: Mutex<HashMap<AccountId, Log>>,
    /// Events of logbooks heard so far: whether anything happened while one was read.
    heard: AtomicU64,
    told: Mutex<HashMap<Sameness, Timestamp>>,
    mailed: Mutex<HashMap<AccountId, (i64, u32)>>,
}

/// A rule of an account.
struct Held {
    account: AccountId,
    number: u32,
    name: String,
    sound: bool,
    mail: bool,
    ready: Ready,
}

#[derive(Default)]
struct Rules {
    of_account: HashMap<AccountId, Vec<Arc<Held>>>,
}

/// What an account's own log has, if there is one.
struct Log {
    own: Option<(LogbookId, Arc<WorkedSet>)>,
    read: Instant,
    is_stale: bool,
}

/// Somebody to be told.
struct Match {
    rule: Arc<Held>,
    need: Option<Need>,
}

impl Alerts {
    /// No rules yet.
    pub(crate) fn new(parts: Watching) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                rules: Mutex::default(),
                taking_over: tokio::sync::Mutex::default(),
                logs: Mutex::default(),
                heard: AtomicU64::new(0),
                told: Mutex::default(),
                mailed: Mutex::default(),
            }),
        }
    }

    pub(super) fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    /// Reads all rules and watches spots, logs and accounts until `stop`.
    pub(crate) async fn start(&self, stop: CancellationToken) -> Result<(), StoreError> {
        let accounts: HashSet<AccountId> = self.store().read(accounts_with_rules).await?;
        for account in accounts {
            self.refresh(account).await;
        }
        let (listening, runtime) = (self.clone(), Handle::current());
        self.inner
            .parts
            .bus
            .listen(move |event| listening.hear(event, &runtime));
        let watching = self.clone();
        tokio::spawn(async move { stop.run_until_cancelled(watching.watch()).await });
        Ok(())
    }

    /// Takes over the rules of an account as they are stored.
    pub(crate) async fn refresh(&self, account: AccountId) {
        let _alone = self.inner.taking_over.lock().await;
        let read = move |r: &Read| {
            let stands = identity::read::account(r, account)?.is_some_and(|found| !found.disabled);
            Ok::<_, StoreError>(if stands {
                write::rules(r, account.0)?
            } else {
                Vec::new()
            })
        };
        let rules = match self.store().read(read).await {
            Ok(rules) => rules,
            Err(error) => {
                tracing::warn!(%error, "alert rules cannot be read: {error}");
                return;
            }
        };
        let held = rules.into_iter().filter(|(_, rule)| rule.enabled);
        // A rule that was stored was understood; a later program may have dropped a word of it.
        let held = held.filter_map(|(number, rule)| {
            let ready = rule.ready().ok()?;
            Some(Arc::new(Held {
                account,
                number,
                ready,
                sound: rule.sound,
                mail: rule.mail,
                name: rule.name,
            }))
        });
        let held: Vec<_> = held.collect();
        // Whose log it is may have changed with the account, and without rules nobody asks.
        lock(&self.inner.logs).remove(&account);
        let mut all = lock(&self.inner.rules);
        if held.is_empty() {
            all.of_account.remove(&account);
        } else {
            all.of_account.insert(account, held);
        }
    }

    /// On the writer's thread: only notes, and leaves the rest to the program's runtime.
    fn hear(&self, event: &Event, runtime: &Handle) {
        if let Event::Identity(IdentityEvent::AccountChanged {
            account,
            rights: true,
        }) = event
        {
            let (alerts, account) = (self.clone(), *account);
            if lock(&self.inner.rules).of_account.contains_key(&account) {
                runtime.spawn(async move { alerts.refresh(account).await });
            }
        }
        let Event::Logbook(of_logbook) = event else { return };
        let mut logs = lock(&self.inner.logs);
        self.inner.heard.fetch_add(1, Ordering::Relaxed);
        let Some(told) = told(event) else {
            if matches!(
                of_logbook,
                LogbookEvent::BooksChanged { .. } | LogbookEvent::SharingChanged { .. }
            ) {
                // Which log is an account's own may be another one now. Seldom enough to read all of them anew.
                logs.clear();
            }
            return;
        };
        let (Told::Added { book, .. } | Told::Changed { book }) = &told;
        for log in logs.values_mut() {
            let Some((_, set)) = log.own.as_mut().filter(|(own, _)| own == book) else {
                continue;
            };
            match &told {
                Told::Changed { .. } => log.is_stale = true,
                Told::Added {
                    slot,
                    grid,
                    references,
                    ..
                } => {
                    let set = Arc::make_mut(set);
                    if let Some(slot) = slot {
                        set.add(*slot);
                    }
                    if let Some((band, grid)) = grid {
                        set.add_grid(*band, grid.clone());
                    }
                    for (programme, reference) in references {
                        set.add_reference(programme.clone(), reference.clone());
                    }
                }
            }
        }
    }

    async fn watch(&self) {
        let mut subscription = self.inner.parts.bus.subscribe([SPOTS], None);
        loop {
            for delivery in subscription.next().await {
                // What was missed while falling behind is old by now.
                if let Delivery::Message(message) = delivery {
                    self.compare(&message).await;
                }
            }
        }
    }

    async fn compare(&self, message: &Message) {
        let Some(spot) = &message.spot else { return };
        let now = self.inner.parts.clock.now();
        let wanting = lock(&self.inner.rules).wanting(spot, now);
        for rule in wanting {
            let need = if rule.ready.needs_log() {
                let need = self.log(rule.account).await.and_then(|set| set.need(spot));
                if !rule.ready.wants_need(need) {
                    continue;
                }
                need
            } else {
                None
            };
            if self.is_news(&rule, spot, now) {
                self.tell(&Match { rule, need }, spot, message).await;
            }
        }
    }

    /// Whether the same was not told lately.
    fn is_news(&self, rule: &Held, spot: &Spot, now: Timestamp) -> bool {
        let key: Sameness = (
            rule.account.0,
            rule.number,
            SmolStr::new(spot.call.as_str()),
            spot.band.map_or(u8::MAX, |band| band.index()),
            spot.class().map_or(u8::MAX, |class| class as u8),
        );
        let mut told = lock(&self.inner.told);
        if told.len() >= REMEMBERED {
            told.retain(|_, at| now.duration_since(*at) < AGAIN);
            if told.len() >= REMEMBERED {
                told.clear();
            }
        }
        let before = told.get(&key);
        let is_news = before.is_none_or(|at| now.duration_since(*at) >= AGAIN);
        if is_news {
            told.insert(key, now);
        }
        is_news
    }

    async fn tell(&self, found: &Match, spot: &Spot, message: &Message) {
        let Match { rule, need } = found;
        let mut payload =
            json!({"id": message.seq, "rule": rule.number, "name": rule.name, "sound": rule.sound});
        if let Some(need) = need {
            payload["need"] = need.as_str().into();
        }
        payload["spot"] = serde_json::from_slice(&message.payload).unwrap_or_default();
        self.inner.parts.bus.send([Outgoing {
            topic: SmolStr::new_static(TOPIC),
            kind: SmolStr::new_static("dx_alert"),
            audience: Audience::Accounts([rule.account.0].into()),
            payload,
        }]);
        if rule.mail && self.may_mail(rule.account) {
            self.mail(rule, *need, spot).await;
        }
    }

    /// Counts mails of the day.
    fn may_mail(&self, account: AccountId) -> bool {
        let today = self.inner.parts.clock.now().as_second().div_euclid(86_400);
        let mut mailed = lock(&self.inner.mailed);
        mailed.retain(|_, (day, _)| *day == today);
        let (_, count) = mailed.entry(account).or_insert((today, 0));
        *count += 1;
        *count <= MAILS_A_DAY
    }

    async fn mail(&self, rule: &Held, need: Option<Need>, spot: &Spot) {
        let account = rule.account;
        let read = self
            .store()
            .read(move |r| identity::read::account(r, account))
            .await;
        let Some(to) = read.ok().flatten().and_then(|account| account.email) else {
            return;
        };
        let mhz = spot.freq.to_mhz_text_with(3);
        let mode = spot.mode_label().unwrap_or_default();
        let time = spot.time.strftime("%H:%Mz");
        let need = need
            .map(|need| format!(" Needed: {}.", need.as_str()))
            .unwrap_or_default();
        let place = &spot.place.country;
        self.inner.parts.mailer.post(Mail {
            to: to.as_str().to_owned(),
            subject: format!("{} on {mhz} MHz {mode}", spot.call),
            text: format!(
                "{time} {} ({place}) on {mhz} MHz {mode}, heard by {}: {}\n{need}\nRule: {}\n",
                spot.call,
                spot.spotter_text(),
                spot.comment,
                rule.name,
            ),
        });
    }

    /// What the account's own log has; `None` where it has none.
    async fn log(&self, account: AccountId) -> Option<Arc<WorkedSet>> {
        if let Some(log) = lock(&self.inner.logs).get(&account)
            && (!log.is_stale || log.read.elapsed() < READ_PAUSE)
        {
            return log.set();
        }
        let heard = self.inner.heard.load(Ordering::Relaxed);
        let read = move |r: &Read| {
            let Some(book) = rights::own_of(r, account)? else {
                return Ok(None);
            };
            Ok::<_, logbook::error::Error>(Some((book, worked::worked(r, book)?)))
        };
        let found = self.store().read(read).await.ok()?;
        let own = found.map(|(book, worked)| (book, Arc::new(WorkedSet::from(worked))));
        let mut logs = lock(&self.inner.logs);
        let log = Log {
            own,
            read: Instant::now(),
            // What was told meanwhile found no log here to be added to.
            is_stale: self.inner.heard.load(Ordering::Relaxed) != heard,
        };
        let set = log.set();
        logs.insert(account, log);
        set
    }
}

impl Log {
    fn set(&self) -> Option<Arc<WorkedSet>> {
        self.own.as_ref().map(|(_, set)| Arc::clone(set))
    }
}

impl Rules {
    /// The rules that look for this spot, the log apart.
    fn wanting(&self, spot: &Spot, now: Timestamp) -> Vec<Arc<Held>> {
        let all = self.of_account.values().flatten();
        all.filter(|rule| rule.ready.wants(spot, now)).cloned().collect()
    }
}

fn accounts_with_rules(r: &Read) -> Result<HashSet<AccountId>, StoreError> {
    use crate::store::{Direction, Rows as _, Span};
    let rows = r.scan(super::tables::ALERT, Span::all(), Direction::Forward);
    rows.map(|row| row.map(|((account, _), _)| AccountId(account)))
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

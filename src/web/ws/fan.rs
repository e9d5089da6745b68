//! Fan-out: what is on the bus, told to every socket that is to hear it, in rounds.
//!
//! A round takes all messages since the last one. What a [`Voice`] makes of those that are for everyone is framed once
//! and written to all sockets of that voice; only a message for certain accounts makes those sockets' part of the round
//! their own. One write per socket and round: the system's calls are what costs, so under load rounds are rarer, while
//! the first message after a pause goes out at once. A socket takes part from an exact number on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smol_str::SmolStr;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Closing;
use super::drive::Life;
use super::frames::{Chunk, Frames};
use super::link::Link;
use crate::bus::{Audience, Bus, Delivery, Gap, Message, Subscription};

/// Time between rounds while little happens.
const TICK: Duration = Duration::from_millis(25);
/// Time between rounds while much happens.
const BUSY_TICK: Duration = Duration::from_millis(100);
/// What "much" is: messages in a second.
const BUSY: u128 = 50;
/// The longest time between rounds, however long one takes.
const LONGEST_TICK: Duration = Duration::from_millis(250);
/// The share of the time that rounds may take is one in so many.
const SHARE: u32 = 2;
/// The same while much happens.
const BUSY_SHARE: u32 = 6;
/// So many sockets are told by one core: on a small machine the others have to take in what is sent.
const FEW: usize = 2_000;
/// Sockets written to before other work gets its turn.
const AT_ONCE: usize = 200;
/// How often sockets are looked after.
const CARE: Duration = Duration::from_secs(1);
/// Keeps proxies from closing a quiet socket, and finds dead ones.
const PING: Duration = Duration::from_secs(20);
/// One in so many sockets is asked at a time: thousands that came together would hold up a round, again and again.
const ASKED_SHARE: usize = 16;
/// A client that gave no sign of life for so long is gone.
const SILENT: Duration = Duration::from_secs(65);

/// How messages are told to a group of sockets.
pub(crate) trait Voice: Send + Sync + 'static {
    /// Sockets whose voices have the same name are told the same, in the same bytes.
    fn name(&self) -> &str;
    /// Says those of the messages that it has a word for.
    fn say(&self, messages: &[Arc<Message>], into: &mut Frames);
}

/// Whether a socket may see messages of this audience; asked only of those that are not for everyone.
pub(crate) type Sight = Arc<dyn Fn(&Audience) -> bool + Send + Sync>;

/// All sockets that take part in rounds; clones are the same.
#[derive(Clone)]
pub(super) struct Fan {
    shared: Arc<Shared>,
}

struct Shared {
    bus: Bus,
    /// Held while a round is gathered: a socket that joins is in it, or hears of nothing that was in it.
    state: Mutex<State>,
    /// The number up to which everything has been told.
    told: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    groups: HashMap<SmolStr, Arc<Group>>,
    /// Sockets that take part from the next round on.
    new: Vec<Arc<Member>>,
}

/// Sockets with the same voice.
struct Group {
    voice: Arc<dyn Voice>,
    /// The last number of the round it has last spoken in, and what it said of what is for everyone.
    said: Mutex<(u64, Option<Chunk>)>,
}

/// A socket that takes part in rounds.
pub(super) struct Member {
    pub(super) link: Arc<Link>,
    pub(super) life: Arc<Life>,
    hearing: Mutex<Hearing>,
}

struct Hearing {
    /// Messages after this number are for this socket.
    since: u64,
    /// Who told what before `group` did, each up to a number.
    before: Vec<(u64, Arc<Group>)>,
    group: Arc<Group>,
    sight: Sight,
}

/// What is told in one go, by number.
#[derive(Default)]
struct Round {
    messages: Vec<Arc<Message>>,
    /// Those of them that are for everyone.
    open: Vec<Arc<Message>>,
    /// Those that are not.
    closed: Vec<Arc<Message>>,
    gap: Option<Gap>,
}

impl Fan {
    /// No sockets yet. Rounds go on until `stop`.
    pub(super) fn start(bus: &Bus, stop: CancellationToken) -> Self {
        let subscription = bus.follow();
        let fan = Self {
            shared: Arc::new(Shared {
                bus: bus.clone(),
                state: Mutex::default(),
                told: watch::Sender::new(subscription.seen()),
            }),
        };
        let rounds = fan.clone();
        tokio::spawn(async move { stop.run_until_cancelled(rounds.run(subscription)).await });
        fan
    }

    /// Takes a socket in; the number after which it hears everything, which is held back on its link.
    pub(super) fn join(
        &self,
        link: &Arc<Link>,
        life: &Arc<Life>,
        voice: Arc<dyn Voice>,
        sight: Sight,
    ) -> (Arc<Member>, u64) {
        let mut state = self.shared.lock();
        let since = self.shared.bus.seq();
        link.hold(since);
        let member = Arc::new(Member {
            link: Arc::clone(link),
            life: Arc::clone(life),
            hearing: Mutex::new(Hearing {
                since,
                before: Vec::new(),
                group: state.group(voice),
                sight,
            }),
        });
        state.new.push(Arc::clone(&member));
        (member, since)
    }

    /// Lets a socket hear something else; the number after which it does, which is held back on its link. Returns when
    /// everything up to it has been told.
    pub(super) async fn change(&self, member: &Member, voice: Arc<dyn Voice>) -> u64 {
        let mut told = self.shared.told.subscribe();
        let since = self.shared.change(member, voice);
        // Cannot fail: the sender lives as long as the sockets.
        let _ = told.wait_for(|told| *told >= since).await;
        since
    }

    /// Lets a socket begin anew: everything up to the returned number is to be replayed to it, what follows is held back
    /// on its link.
    pub(super) fn again(&self, member: &Member) -> u64 {
        // While this is held, no round is gathered that could tell of both.
        let _state = self.shared.lock();
        let since = self.shared.bus.seq();
        let mut hearing = member.hearing();
        hearing.since = since;
        hearing.before.clear();
        member.link.hold_again(since);
        since
    }

    async fn run(self, mut subscription: Subscription) {
        let shards = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(4));
        let mut members: Vec<Vec<Arc<Member>>> = vec![Vec::new(); shards];
        let mut pace = Pace::default();
        let mut care = interval(CARE);
        care.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                deliveries = subscription.next() => {
                    sleep_until(pace.next).await;
                    let round = self.shared.gather(deliveries, &mut subscription, &mut members);
                    let (begun, told) = (Instant::now(), round.messages.len());
                    self.tell(round, &mut members).await;
                    pace.told(told, begun);
                    self.shared.told.send_replace(subscription.seen());
                }
                _ = care.tick() => {
                    self.shared.lock().take_in(&mut members);
                    members.iter_mut().for_each(look_after);
                    self.shared.lock().groups.retain(|_, group| Arc::strong_count(group) > 1);
                }
            }
        }
    }

    /// Tells every socket: few of them one after the other, many by all cores.
    async fn tell(&self, round: Round, members: &mut Vec<Vec<Arc<Member>>>) {
        if members.iter().map(Vec::len).sum::<usize>() <= FEW {
            for shard in members {
                tell_shard(&round, shard).await;
            }
            return;
        }
        let round = Arc::new(round);
        let mut telling = JoinSet::new();
        for shard in std::mem::take(members) {
            let round = Arc::clone(&round);
            telling.spawn(async move {
                tell_shard(&round, &shard).await;
                shard
            });
        }
        *members = telling.join_all().await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, member: &Member, voice: Arc<dyn Voice>) -> u64 {
        let mut state = self.lock();
        let since = self.bus.seq();
        let group = state.group(voice);
        member.link.hold(since);
        let mut hearing = member.hearing();
        let old = std::mem::replace(&mut hearing.group, group);
        let told_until = hearing.before.last().map_or(hearing.since, |(until, _)| *until);
        // Who changes its mind while nothing happens leaves nothing behind.
        if since > told_until {
            hearing.before.push((since, old));
        }
        since
    }

    /// All that is there to tell now, and who is there to hear it.
    fn gather(
        &self,
        mut deliveries: Vec<Delivery>,
        subscription: &mut Subscription,
        members: &mut [Vec<Arc<Member>>],
    ) -> Round {
        let mut state = self.lock();
        let mut round = Round::default();
        while !deliveries.is_empty() {
            for delivery in deliveries {
                round.add(delivery);
            }
            deliveries = subscription.ready();
        }
        state.take_in(members);
        round
    }
}

impl State {
    /// Spreads the new sockets.
    fn take_in(&mut self, members: &mut [Vec<Arc<Member>>]) {
        for member in std::mem::take(&mut self.new) {
            if let Some(smallest) = members.iter_mut().min_by_key(|shard| shard.len()) {
                smallest.push(member);
            }
        }
    }

    fn group(&mut self, voice: Arc<dyn Voice>) -> Arc<Group> {
        if let Some(group) = self.groups.get(voice.name()) {
            return Arc::clone(group);
        }
        let name = SmolStr::new(voice.name());
        let group = Arc::new(Group {
            voice,
            said: Mutex::default(),
        });
        self.groups.insert(name, Arc::clone(&group));
        group
    }
}

impl Group {
    /// What is for everyone in the group's words, framed for the first of its sockets that asks.
    fn words(&self, round: &Round, numbers: (u64, u64)) -> Option<Chunk> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.0 != numbers.1 {
            *said = (numbers.1, self.frame(&round.open, numbers));
        }
        said.1.clone()
    }

    fn frame(&self, messages: &[Arc<Message>], numbers: (u64, u64)) -> Option<Chunk> {
        let mut frames = Frames::default();
        self.voice.say(messages, &mut frames);
        frames.chunk(Some(numbers))
    }
}

impl Member {
    fn hearing(&self) -> MutexGuard<'_, Hearing> {
        self.hearing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The socket may see other things from now on.
    pub(super) fn set_sight(&self, sight: Sight) {
        self.hearing().sight = sight;
    }

    fn tell(&self, round: &Round) {
        let mut hearing = self.hearing();
        if let Some(Gap { from, to }) = round.gap.filter(|gap| gap.to > hearing.since) {
            self.link.lost(from.max(hearing.since + 1), to);
        }
        let Some((first, last)) = round.numbers() else {
            return;
        };
        let is_shared = hearing.before.is_empty() && first > hearing.since;
        if is_shared
            && !round
                .closed
                .iter()
                .any(|message| (hearing.sight)(&message.audience))
        {
            let words = hearing.group.words(round, (first, last));
            drop(hearing);
            if let Some(chunk) = words {
                self.link.push(chunk);
            }
            return;
        }
        let own = round.messages.iter().filter(|message| hearing.sees(message));
        let own: Vec<Arc<Message>> = own.cloned().collect();
        let chunks = hearing.tell(&own);
        hearing.before.retain(|(until, _)| *until > last);
        drop(hearing);
        for chunk in chunks {
            self.link.push(chunk);
        }
    }
}

impl Hearing {
    fn sees(&self, message: &Message) -> bool {
        message.audience == Audience::Everyone || (self.sight)(&message.audience)
    }

    /// The messages, each by whoever tells this socket at that number.
    fn tell(&self, messages: &[Arc<Message>]) -> Vec<Chunk> {
        let mut from = self.since;
        let now = (u64::MAX, Arc::clone(&self.group));
        let tellers = self.before.iter().chain(std::iter::once(&now));
        let chunks = tellers.filter_map(|(until, group)| {
            let range = messages.partition_point(|message| message.seq <= from)
                ..messages.partition_point(|message| message.seq <= *until);
            from = from.max(*until);
            let part = messages.get(range).filter(|part| !part.is_empty())?;
            group.frame(part, (part.first()?.seq, part.last()?.seq))
        });
        chunks.collect()
    }
}

impl Round {
    fn add(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Message(message) => {
                let is_open = message.audience == Audience::Everyone;
                let part = if is_open { &mut self.open } else { &mut self.closed };
                part.push(Arc::clone(&message));
                self.messages.push(message);
            }
            Delivery::Gap(Gap { from, to }) => {
                let from = self.gap.map_or(from, |before| before.from);
                self.gap = Some(Gap { from, to });
            }
        }
    }

    fn numbers(&self) -> Option<(u64, u64)> {
        Some((self.messages.first()?.seq, self.messages.last()?.seq))
    }
}

async fn tell_shard(round: &Round, members: &[Arc<Member>]) {
    for some in members.chunks(AT_ONCE) {
        for member in some {
            member.tell(round);
        }
        tokio::task::yield_now().await;
    }
}

/// Lets go of those that are gone, closes those that take nothing, and asks the quiet ones for a sign of life.
fn look_after(members: &mut Vec<Arc<Member>>) {
    members.retain(|member| !member.link.is_gone());
    let mut may_be_asked = members.len() / ASKED_SHARE + 1;
    for member in members {
        if member.link.is_stalled() {
            member.link.close(Closing::STALLED);
        } else if member.life.silence() > SILENT {
            member.link.close(Closing::GONE);
        } else if may_be_asked > 0 && member.life.asks(PING) {
            may_be_asked -= 1;
            member.link.push(Chunk::ping());
        }
    }
}

/// When the next round may begin.
struct Pace {
    next: Instant,
    second: Instant,
    messages: usize,
    is_busy: bool,
}

impl Default for Pace {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            next: now,
            second: now,
            messages: 0,
            is_busy: false,
        }
    }
}

impl Pace {
    fn told(&mut self, messages: usize, begun: Instant) {
        let now = Instant::now();
        self.messages += messages;
        let counted = now - self.second;
        if counted >= Duration::from_secs(1) {
            self.is_busy = self.messages as u128 * 1_000 > BUSY * counted.as_millis();
            (self.second, self.messages) = (now, 0);
        }
        let (tick, share) = if self.is_busy {
            (BUSY_TICK, BUSY_SHARE)
        } else {
            (TICK, SHARE)
        };
        self.next = begun + tick.max(((now - begun) * share).min(LONGEST_TICK));
    }
}

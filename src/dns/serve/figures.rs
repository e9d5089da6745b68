//! What the server counts: answers by way and kind, what was not answered, and why.
//!
//! Each thread counts for itself, so that counting costs no thread another's cache; sums are made when they are asked
//! for. Series are named by kinds of answers, never by what was asked.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::super::answer::{Class, Told, Transport};
use super::super::zone::Zones;

const WAYS: [(Transport, &str); 3] = [
    (Transport::Udp, "udp"),
    (Transport::Tcp, "tcp"),
    (Transport::Tls, "tls"),
];
const CLASSES: [(Class, &str); 6] = [
    (Class::Data, "data"),
    (Class::Empty, "nodata"),
    (Class::Missing, "nxdomain"),
    (Class::Referral, "referral"),
    (Class::Refused, "refused"),
    (Class::Malformed, "malformed"),
];

/// Other things that are counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// An answer that did not fit.
    Truncated,
    /// An answer over the limit of its network was not sent.
    Limited,
    /// An answer over the limit was cut short.
    Shortened,
    /// A packet that gets no answer.
    Ignored,
    /// A stream for which there was no place.
    Crowded,
    /// A stream was opened.
    Opened,
    /// A packet or stream that the system could not send.
    Unsent,
}

const EVENTS: [(Event, &str); 7] = [
    (Event::Truncated, "truncated"),
    (Event::Limited, "limited"),
    (Event::Shortened, "shortened"),
    (Event::Ignored, "ignored"),
    (Event::Crowded, "crowded"),
    (Event::Opened, "opened"),
    (Event::Unsent, "unsent"),
];

/// The counts of one thread.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    answers: [[AtomicU64; CLASSES.len()]; WAYS.len()],
    events: [AtomicU64; EVENTS.len()],
}

impl Counts {
    /// Counts an answer.
    pub(super) fn answered(&self, transport: Transport, told: Told) {
        self.answers[transport as usize][told.class as usize].fetch_add(1, Ordering::Relaxed);
        if told.truncated {
            self.happened(Event::Truncated);
        }
    }

    /// Counts something else.
    pub(super) fn happened(&self, event: Event) {
        self.events[event as usize].fetch_add(1, Ordering::Relaxed);
    }
}

/// The counts of all threads; clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures(Arc<Mutex<Vec<Arc<Counts>>>>);

impl Figures {
    /// Counts for one more thread.
    pub(super) fn add(&self) -> Arc<Counts> {
        let counts = Arc::<Counts>::default();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(&counts));
        counts
    }

    fn sum(&self, of: impl Fn(&Counts) -> &AtomicU64) -> u64 {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|counts| of(counts).load(Ordering::Relaxed)).sum()
    }

    /// Answers of a kind that went a way.
    pub(crate) fn answers(&self, transport: Transport, class: Class) -> u64 {
        self.sum(|counts| &counts.answers[transport as usize][class as usize])
    }

    /// How often something else happened.
    pub(crate) fn events(&self, event: Event) -> u64 {
        self.sum(|counts| &counts.events[event as usize])
    }
}

/// Registers the figures of a server and of what it serves.
pub(crate) fn figures(registry: &mut Registry, figures: Figures, zones: Zones) {
    registry.register_collector(Box::new(Shown { figures, zones }));
}

#[derive(Debug)]
struct Shown {
    figures: Figures,
    zones: Zones,
}

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let answers = WAYS.iter().flat_map(|(way, way_text)| {
            CLASSES.iter().map(|(class, class_text)| {
                let labels = [("way", *way_text), ("kind", *class_text)];
                (labels, ConstCounter::new(self.figures.answers(*way, *class)))
            })
        });
        write(&mut encoder, "dns_answers", "Answers by way and kind", answers)?;
        let events = EVENTS
            .iter()
            .map(|(event, text)| ([("what", *text)], ConstCounter::new(self.figures.events(*event))));
        write(
            &mut encoder,
            "dns_events",
            "What else became of packets and streams",
            events,
        )?;
        let catalogue = self.zones.load();
        let (mut sets, mut octets) = (0, 0);
        for zone in catalogue.zones() {
            sets += zone.len();
            octets += zone.memory();
        }
        let gauge = |count: usize| ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX));
        let held = [
            ("zones", catalogue.zones().count()),
            ("sets", sets),
            ("octets", octets),
        ];
        let held = held.into_iter().map(|(of, count)| ([("of", of)], gauge(count)));
        write(&mut encoder, "dns_served", "What is answered from", held)
    }
}

fn write<'l, const N: usize, M: EncodeMetric>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    series: impl Iterator<Item = ([(&'l str, &'l str); N], M)>,
) -> fmt::Result {
    let mut series = series.peekable();
    let Some((_, first)) = series.peek() else {
        return Ok(());
    };
    let mut family = encoder.encode_descriptor(name, help, None, first.metric_type())?;
    for (labels, metric) in series {
        metric.encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

//! A cluster without a server around it, for benches.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::bus::{Bus, BusConfig};
use crate::dx::event::Source;
use crate::dx::lotw::LotwUsers;
use crate::dx::model::{Accepted, RawSpot, Sender};
use crate::dx::{Bands, Cluster, Keeping, Parts, Query};
use crate::env::Clock;
use crate::ham::band::Band;
use crate::ham::freq::Hertz;
use crate::ham::spot::Spotter;
use crate::identity::{Actor, Service};
use crate::logbook::Countries;
use crate::logbook::place::Table;

/// A cluster that spots are sent to.
pub struct ScratchCluster {
    cluster: Cluster,
    clock: Clock,
    feed: Actor,
}

impl Default for ScratchCluster {
    fn default() -> Self {
        let begin: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
        let clock = Clock::fake(begin);
        let cluster = Cluster::new(Parts {
            bus: Bus::new(BusConfig::default(), clock.clone()),
            clock: clock.clone(),
            countries: Countries::new(Arc::new(Table::embedded())),
            lotw: LotwUsers::default(),
            keeping: Keeping {
                age: Duration::from_hours(4),
                bytes: 96 << 20,
                snapshot: false,
            },
            data_dir: PathBuf::new(),
        });
        Self {
            cluster,
            clock,
            feed: Actor::Service(Service::DxFeed),
        }
    }
}

impl ScratchCluster {
    /// Sends the spot of this number, as skimmers do in a contest; whether it was taken as new.
    pub fn send(&self, number: u64) -> bool {
        self.clock.advance(Duration::from_millis(2));
        let letter = |number: u64| char::from(b'A' + u8::try_from(number % 26).unwrap_or(0));
        let three = |number: u64| [letter(number), letter(number / 26), letter(number / 676)];
        let text = |head: char, number: u64| -> String {
            let digit = char::from(b'0' + u8::try_from(number % 10).unwrap_or(0));
            [head, digit].into_iter().chain(three(number / 10)).collect()
        };
        let (call, spotter) = (text('K', number % 7_000), text('G', number % 250));
        // Elsewhere each time round, so that nothing is a repetition.
        let khz = 14_000 + number / 7_000 % 300;
        let mut raw = RawSpot::of(call, Hertz::new(khz * 1_000 + number % 70 * 10));
        raw.comment = format!("CW {:>5} dB  {} WPM  CQ", number % 40, 18 + number % 20).into();
        raw.spotter = Spotter::parse(&format!("{spotter}-#")).ok();
        let from = Sender {
            actor: &self.feed,
            source: Source::Telnet,
            origin: "bench",
        };
        matches!(self.cluster.accept(raw, &from), Ok(Accepted::New(_)))
    }

    /// The newest so many spots of a band; how many there are.
    pub fn newest(&self, band: &str, limit: usize) -> usize {
        let bands = Band::parse(band)
            .map(|band| Bands::default().and(band))
            .unwrap_or_default();
        let query = Query {
            bands,
            ..Query::newest(limit)
        };
        self.cluster.history(&query, |_| true).len()
    }

    /// How many spots are kept, and in how many bytes.
    pub fn size(&self) -> (usize, usize) {
        let size = self.cluster.size();
        (size.people + size.skimmers, size.bytes)
    }
}

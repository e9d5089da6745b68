//! The cluster's figures for Prometheus, taken when they are asked for.
//!
//! Series are named by the configuration's feeds and by ways in, never by what a stranger sent.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::state::{Phase, UpstreamState};
use crate::dx::node::Node;

/// Registers the figures of this node.
pub(crate) fn figures(registry: &mut Registry, node: Node) {
    registry.register_collector(Box::new(Figures(node)));
}

struct Figures(Node);

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Figures").field(&self.0.call()).finish()
    }
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let node = &self.0;
        let all = node.upstreams().all();
        let up = |state: &UpstreamState| i64::from(state.phase == Phase::Listening);
        let mut out = Out(&mut encoder);
        out.gauges(
            "dx_feed_up",
            "Whether a cluster node or feed is listened to",
            &all,
            up,
        )?;
        let now = node.now();
        let age = |state: &UpstreamState| {
            let last = state.last_spot.or(state.since);
            last.map_or(-1, |last| now.duration_since(last).as_secs())
        };
        let help = "Seconds since the last spot of a feed, or since it connected; -1 before";
        out.gauges("dx_feed_silent_seconds", help, &all, age)?;
        let help = "Connections made to a feed";
        out.counters("dx_feed_connections", help, &all, |state| state.connections)?;
        out.counters("dx_feed_lines", "Lines of a feed", &all, |state| state.lines)?;
        out.counters("dx_feed_sent", "Our users' spots sent to a link", &all, |state| {
            state.sent
        })?;
        out.outcomes(&all)?;
        out.sources(node)?;
        out.kept(node)
    }
}

/// What figures are written to.
struct Out<'a, 'e>(&'a mut DescriptorEncoder<'e>);

impl Out<'_, '_> {
    fn gauges(
        &mut self,
        name: &str,
        help: &str,
        all: &[UpstreamState],
        value: impl Fn(&UpstreamState) -> i64,
    ) -> fmt::Result {
        let series = all
            .iter()
            .map(|state| ([("feed", state.name.as_str())], value(state)));
        for_each(self.0, (name, help), series, ConstGauge::new)
    }

    fn counters(
        &mut self,
        name: &str,
        help: &str,
        all: &[UpstreamState],
        value: impl Fn(&UpstreamState) -> u64,
    ) -> fmt::Result {
        let series = all
            .iter()
            .map(|state| ([("feed", state.name.as_str())], value(state)));
        for_each(self.0, (name, help), series, ConstCounter::new)
    }

    fn outcomes(&mut self, all: &[UpstreamState]) -> fmt::Result {
        let series = all.iter().flat_map(|state| {
            [
                ("new", state.spots),
                ("duplicate", state.duplicates),
                ("refused", state.rejected),
                ("digested", state.digested),
            ]
            .map(|(outcome, count)| ([("feed", state.name.as_str()), ("outcome", outcome)], count))
        });
        let about = ("dx_feed_spots", "Spots of a feed, by what became of them");
        for_each(self.0, about, series, ConstCounter::new)
    }

    fn sources(&mut self, node: &Node) -> fmt::Result {
        let lines = node.cluster().feeds();
        let mut totals = std::collections::BTreeMap::<_, [u64; 3]>::new();
        for line in &lines {
            let total = totals.entry(line.source.as_str()).or_default();
            for (sum, count) in total.iter_mut().zip([line.new, line.duplicates, line.refused]) {
                *sum += count;
            }
        }
        let series = totals.into_iter().flat_map(|(source, counts)| {
            let outcomes = ["new", "duplicate", "refused"].into_iter().zip(counts);
            outcomes.map(move |(outcome, count)| ([("source", source), ("outcome", outcome)], count))
        });
        let about = ("dx_spots", "Spots by way in and what became of them");
        for_each(self.0, about, series, ConstCounter::new)
    }

    fn kept(&mut self, node: &Node) -> fmt::Result {
        let size = node.cluster().size();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let spots = [("people", size.people), ("skimmers", size.skimmers)];
        let series = spots.into_iter().map(|(of, spots)| ([("of", of)], count(spots)));
        for_each(self.0, ("dx_kept", "Spots in memory"), series, ConstGauge::new)?;
        let one = |value: usize| std::iter::once(([("of", "all")], count(value)));
        let about = ("dx_kept_bytes", "Memory of the spots");
        for_each(self.0, about, one(size.bytes), ConstGauge::new)?;
        let about = ("dx_telnet_sessions", "Sessions of the telnet cluster");
        for_each(self.0, about, one(node.directory().len()), ConstGauge::new)
    }
}

/// Writes one figure's series; none, not even its name, where there are none.
fn for_each<'l, const N: usize, V, M: EncodeMetric>(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    series: impl Iterator<Item = ([(&'l str, &'l str); N], V)>,
    metric: impl Fn(V) -> M,
) -> fmt::Result {
    let mut series = series.map(|(labels, value)| (labels, metric(value))).peekable();
    let Some((_, first)) = series.peek() else {
        return Ok(());
    };
    let mut family = encoder.encode_descriptor(name, help, None, first.metric_type())?;
    for (labels, metric) in series {
        metric.encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

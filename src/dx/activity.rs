//! How busy each band is: spots by band, minute and continent of the spotter, for charts.

use std::collections::VecDeque;

use crate::ham::band::Band;
use crate::ham::dxcc::Continent;

/// Minutes kept: as long as the longest history that pages show.
const MINUTES: usize = 240;

/// Spots by minute and band; the last minute is the present one.
#[derive(Debug, Default)]
pub(super) struct Activity {
    minutes: VecDeque<Minute>,
    /// The present minute, since 1970.
    now: u32,
}

/// Bands of spotters anywhere, then those of each continent.
type Minute = Box<[u32]>;

/// A band with its spots by minute, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BandActivity {
    pub(crate) band: Band,
    pub(crate) minutes: Vec<u32>,
}

impl Activity {
    /// Counts a spot that comes in now, heard in a continent; `now` in Unix seconds.
    pub(super) fn count(&mut self, band: Option<Band>, heard_in: Option<Continent>, now: u32) {
        self.move_to(now / 60);
        let (Some(band), Some(minute)) = (band, self.minutes.back_mut()) else {
            return;
        };
        minute[place(band, None)] += 1;
        if heard_in.is_some() {
            minute[place(band, heard_in)] += 1;
        }
    }

    /// The last so many minutes of every band that had a spot in them, heard in a continent or anywhere.
    pub(super) fn last(
        &mut self,
        minutes: usize,
        heard_in: Option<Continent>,
        now: u32,
    ) -> Vec<BandActivity> {
        self.move_to(now / 60);
        let minutes = minutes.min(MINUTES);
        let of = |band: &Band| {
            let absent = minutes.saturating_sub(self.minutes.len());
            let from = self.minutes.len().saturating_sub(minutes);
            let counts = self
                .minutes
                .range(from..)
                .map(|minute| minute[place(*band, heard_in)]);
            BandActivity {
                band: *band,
                minutes: std::iter::repeat_n(0, absent).chain(counts).collect(),
            }
        };
        let all = Band::ALL.iter().map(of);
        all.filter(|band| band.minutes.iter().any(|count| *count > 0))
            .collect()
    }

    fn move_to(&mut self, minute: u32) {
        let passed = if self.minutes.is_empty() {
            1
        } else {
            minute.saturating_sub(self.now) as usize
        };
        for _ in 0..passed.min(MINUTES) {
            if self.minutes.len() >= MINUTES {
                self.minutes.pop_front();
            }
            self.minutes
                .push_back(vec![0; Band::ALL.len() * (Continent::ALL.len() + 1)].into());
        }
        // A clock that went back a little counts into the minute that was.
        self.now = self.now.max(minute);
    }
}

fn place(band: Band, heard_in: Option<Continent>) -> usize {
    let part = heard_in.map_or(0, |continent| {
        1 + Continent::ALL
            .iter()
            .position(|one| *one == continent)
            .unwrap_or(0)
    });
    part * Band::ALL.len() + usize::from(band.index())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spots_are_counted_by_band_and_minute() {
        let mut activity = Activity::default();
        let band = |name| Band::parse(name).ok();
        for now in [600, 610, 659, 660, 780] {
            let heard_in = (now < 650).then_some(Continent::Eu);
            activity.count(band("20m"), heard_in, now);
        }
        activity.count(band("40m"), None, 781);
        activity.count(None, Some(Continent::Eu), 781);
        let european = activity.last(5, Some(Continent::Eu), 800);
        assert_eq!(european.len(), 1);
        assert_eq!(european[0].minutes, [0, 2, 0, 0, 0]);
        let shown = activity.last(5, None, 800);
        assert_eq!(shown.len(), 2);
        assert_eq!(shown[1].band.name(), "20m");
        assert_eq!(shown[1].minutes, [0, 3, 1, 0, 1]);
        assert_eq!(shown[0].minutes, [0, 0, 0, 0, 1]);
        assert!(activity.last(5, None, 800 + 86_400).is_empty());
        assert_eq!(activity.minutes.len(), MINUTES);
    }
}

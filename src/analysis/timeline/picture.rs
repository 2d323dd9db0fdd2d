//! The timeline as it is drawn: a range of the axis cut into bins, each with what it holds and the worst of it on top.
//!
//! However many marks there are, a picture has at most as many bins per lane as were asked for. A bin counts known times, the
//! first and the last one of each mark; what lies between them is a stretch and counts nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{LaneKind, Mark, Timeline, Weight};
use crate::base::clocks::Clocks;
use crate::base::order::Order as _;
use crate::base::timestamp::Clock;

/// Bins of a picture at most.
const BINS: u32 = 2_000;

/// Lanes of queues that are drawn of one server: the longest ones.
const QUEUES: usize = 4;

/// Lanes that are drawn at most.
const LANES: usize = 80;

/// A range that is too short to be drawn becomes this long, in milliseconds.
const SHORTEST: i64 = 1_000;

/// A whole axis that is shorter than this is one moment, which gets so much on either side.
const MOMENT: i64 = 60_000;
const AROUND: i64 = 1_800_000;

/// A range of the axis in milliseconds since 1970: from, to.
pub type Range = (i64, i64);

/// What to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The range; all of it when there is none.
    pub range: Option<Range>,
    /// Number of bins.
    pub bins: u32,
    /// What is known of clocks.
    pub clocks: Clocks,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What it was made for.
    pub frame: Frame,
    /// The whole axis.
    pub whole: Range,
    /// What the lanes show.
    pub range: Range,
    /// All marks over the whole axis.
    pub overview: Vec<Bin>,
    /// The lanes.
    pub lanes: Vec<LanePicture>,
    /// Lanes that are not drawn.
    pub undrawn: u32,
    /// When problems had begun.
    pub flags: Vec<Flag>,
    /// Rows of the table, and those of the range.
    pub marks: (u32, u32),
    /// Errors in the range.
    pub errors: u32,
    /// Files with local times, by number.
    pub local_files: Vec<u32>,
    /// Whether times of both clocks stand on the axis and nobody said how far apart they are.
    pub is_mixed: bool,
    /// Whether there are local times whose place in UTC is not known.
    pub has_unplaced: bool,
    /// Records without a time.
    pub untimed: u64,
    /// Rows of logs that are in no mark.
    pub left_out: u64,
}

/// What lies in one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    /// Its number.
    pub at: u32,
    /// Known times in it.
    pub count: u32,
    /// Of these, times of errors.
    pub errors: u32,
    /// The worst.
    pub weight: Weight,
    /// Row of the first one that is as bad.
    pub row: u32,
}

/// A lane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanePicture {
    /// The server; empty when none is named.
    pub server: String,
    /// What it holds, in words.
    pub title: String,
    /// Of a queue: its name.
    pub queue: String,
    /// Its clock, in words: `UTC`, `local time` or both; what the reader placed is UTC.
    pub clock: String,
    /// Bins that hold something, in order.
    pub bins: Vec<Bin>,
    /// From the first to the last of something that happened several times: first and last bin, joined.
    pub stretches: Vec<(u32, u32)>,
    /// Of a queue: bin and length, in order, with the last one before the range; row of the table.
    pub steps: Vec<Length>,
    /// The greatest length of the queue, at any time.
    pub longest: u64,
    /// The last time before the range and the first one after it, for a lane that is empty in it.
    pub nearest: (Option<i64>, Option<i64>),
    /// Marks in the range.
    pub marks: u32,
}

/// How long a queue was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Length {
    /// The bin; that of the left edge for what came before.
    pub at: u32,
    /// Messages.
    pub length: u64,
    /// Row of the table.
    pub row: u32,
    /// Whether it was seen in the range.
    pub is_inside: bool,
}

/// When a problem had begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// The problem.
    pub problem: u32,
    /// Where on the axis.
    pub at: i64,
    /// Its bin.
    pub bin: u32,
    /// When, as shown.
    pub time: String,
    /// How bad.
    pub weight: Weight,
    /// What it is.
    pub text: String,
}

/// Places on the axis of a mark.
fn places(mark: &Mark, clocks: &Clocks) -> (i64, Option<i64>) {
    let source = mark.span.map(|span| span.source);
    let at = clocks.axis(mark.at, source);
    (at, mark.until.map(|until| clocks.axis(until, source).max(at)))
}

/// The bin of a place that lies in the range.
fn bin(at: i64, (from, to): Range, bins: u32) -> Option<u32> {
    if at < from || at > to {
        return None;
    }
    let (way, length) = (i128::from(at) - i128::from(from), (i128::from(to) - i128::from(from)).max(1));
    u32::try_from(way * i128::from(bins) / length).ok().map(|bin| bin.min(bins.saturating_sub(1)))
}

fn put(bins: &mut Vec<Bin>, at: u32, weight: Weight, row: u32) {
    let errors = u32::from(weight >= Weight::Error);
    match bins.binary_search_by_key(&at, |bin| bin.at) {
        Ok(place) => {
            let Some(bin) = bins.get_mut(place) else { return };
            bin.count = bin.count.saturating_add(1);
            bin.errors = bin.errors.saturating_add(errors);
            if weight > bin.weight {
                (bin.weight, bin.row) = (weight, row);
            }
        }
        Err(place) => bins.insert(place, Bin { at, count: 1, errors, weight, row }),
    }
}

impl Timeline {
    /// From the first to the last time.
    pub fn whole(&self, clocks: &Clocks) -> Range {
        let all = self.marks.iter().map(|mark| places(mark, clocks));
        let whole = all.fold(None, |whole: Option<Range>, (at, until)| {
            let (from, to) = whole.unwrap_or((at, at));
            Some((from.min(at), to.max(until.unwrap_or(at))))
        });
        let (from, to) = whole.unwrap_or((0, 0));
        // A single list of queues is one moment; it is shown in the middle of an hour.
        if to.saturating_sub(from) < MOMENT {
            (from.saturating_sub(AROUND), to.saturating_add(AROUND))
        } else {
            (from, to)
        }
    }

    /// Draws a range.
    pub fn picture(&self, frame: Frame) -> Picture {
        let clocks = &frame.clocks;
        let bins = frame.bins.clamp(1, BINS);
        let whole = self.whole(clocks);
        let range = frame.range.map_or(whole, |(from, to)| lengthened((from.min(to), from.max(to))));
        let mut picture = Picture {
            whole,
            range,
            untimed: self.untimed,
            left_out: self.left_out,
            marks: (u32::try_from(self.marks.len()).unwrap_or(u32::MAX), 0),
            ..Picture::default()
        };
        let mut lanes: Vec<LanePicture> = self
            .lanes
            .iter()
            .map(|lane| LanePicture {
                server: lane.server.clone(),
                title: lane.kind.word().to_owned(),
                queue: lane.name.clone(),
                ..LanePicture::default()
            })
            .collect();
        let mut seen = vec![(false, false); lanes.len()];
        let mut local_files = BTreeSet::new();
        for (row, mark) in (0_u32..).zip(&self.marks) {
            let (at, until) = places(mark, clocks);
            let source = mark.span.map(|span| span.source);
            let is_placed = clocks.is_placed(mark.at, source);
            if mark.at.clock == Clock::Local {
                picture.has_unplaced |= !is_placed;
                local_files.extend(source.map(|source| source.0));
            }
            for place in [Some(at), until].into_iter().flatten() {
                if let Some(place) = bin(place, whole, bins) {
                    put(&mut picture.overview, place, mark.weight, row);
                }
            }
            let is_in = at <= range.1 && until.unwrap_or(at) >= range.0;
            if is_in {
                picture.marks.1 += 1;
                picture.errors += u32::from(mark.weight >= Weight::Error && mark.problem.is_none());
            }
            if let Some(problem) = mark.problem {
                picture.flags.extend(bin(at, range, bins).map(|bin| Flag {
                    problem,
                    at,
                    bin,
                    time: clocks.show(mark.at, source),
                    weight: mark.weight,
                    text: mark.text.clone(),
                }));
                continue;
            }
            if let Some(seen) = seen.get_mut(mark.lane as usize) {
                *seen = (seen.0 | is_placed, seen.1 | !is_placed);
            }
            if let Some(lane) = lanes.get_mut(mark.lane as usize) {
                lane.marks += u32::from(is_in);
                draw(lane, mark, row, (at, until), (range, bins));
            }
        }
        picture.local_files = local_files.into_iter().collect();
        picture.is_mixed = seen.iter().any(|seen| seen.0) && seen.iter().any(|seen| seen.1);
        for (lane, seen) in lanes.iter_mut().zip(seen) {
            lane.clock = match seen {
                (true, true) => "UTC and local time",
                (false, true) => "local time",
                _ => "UTC",
            }
            .to_owned();
        }
        (picture.lanes, picture.undrawn) = self.chosen(lanes);
        picture.frame = frame;
        picture
    }

    /// The lanes that are drawn: of each server the longest queues, and not more than fit.
    fn chosen(&self, lanes: Vec<LanePicture>) -> (Vec<LanePicture>, u32) {
        let is_queue = |at: usize| self.lanes.get(at).is_some_and(|lane| lane.kind == LaneKind::Queue);
        let mut queues: Vec<(usize, &LanePicture)> = lanes.iter().enumerate().filter(|(at, _)| is_queue(*at)).collect();
        queues.order_by_key(|(at, lane)| (&lane.server, std::cmp::Reverse(lane.longest), *at));
        let mut kept = BTreeSet::new();
        let mut before: (Option<&str>, usize) = (None, 0);
        for (at, lane) in queues {
            before = if before.0 == Some(&lane.server) { (before.0, before.1 + 1) } else { (Some(&lane.server), 0) };
            if before.1 < QUEUES && lane.longest > 0 {
                kept.insert(at);
            }
        }
        let all = lanes.iter().filter(|lane| !lane.clock.is_empty()).count();
        let is_problem = |at: usize| self.lanes.get(at).is_some_and(|lane| lane.kind == LaneKind::Problem);
        let problems = (0..lanes.len()).filter(|at| is_problem(*at)).count();
        let drawn: Vec<LanePicture> = lanes
            .into_iter()
            .enumerate()
            .filter(|(at, _)| !is_problem(*at) && (!is_queue(*at) || kept.contains(at)))
            .map(|(_, lane)| lane)
            .take(LANES)
            .collect();
        let undrawn = all.saturating_sub(problems).saturating_sub(drawn.len());
        (drawn, u32::try_from(undrawn).unwrap_or(u32::MAX))
    }
}

fn lengthened((from, to): Range) -> Range {
    if to.saturating_sub(from) >= SHORTEST {
        (from, to)
    } else {
        (from.saturating_sub(SHORTEST), to.saturating_add(SHORTEST))
    }
}

fn draw(lane: &mut LanePicture, mark: &Mark, row: u32, (at, until): (i64, Option<i64>), (range, bins): (Range, u32)) {
    if let Some(length) = mark.length {
        lane.longest = lane.longest.max(length);
        match bin(at, range, bins) {
            Some(at) => lane.steps.push(Length { at, length, row, is_inside: true }),
            // What was seen last before the range holds on at its beginning.
            None if at < range.0 => {
                lane.steps.retain(|step| step.is_inside);
                lane.steps.insert(0, Length { at: 0, length, row, is_inside: false });
            }
            None => {}
        }
        return;
    }
    let end = until.unwrap_or(at);
    if end < range.0 {
        lane.nearest.0 = Some(lane.nearest.0.map_or(end, |known| known.max(end)));
    } else if at > range.1 {
        lane.nearest.1 = Some(lane.nearest.1.map_or(at, |known| known.min(at)));
    }
    for place in [Some(at), until].into_iter().flatten() {
        if let Some(place) = bin(place, range, bins) {
            put(&mut lane.bins, place, mark.weight, row);
        }
    }
    if until.is_some() && at <= range.1 && end >= range.0 {
        let (first, last) = (bin(at.max(range.0), range, bins), bin(end.min(range.1), range, bins));
        if let (Some(first), Some(last)) = (first, last)
            && first < last
        {
            join(&mut lane.stretches, first, last);
        }
    }
}

/// Adds a stretch to those that do not touch each other.
fn join(stretches: &mut Vec<(u32, u32)>, mut first: u32, mut last: u32) {
    let begin = stretches.partition_point(|known| known.1 < first);
    let end = stretches.partition_point(|known| known.0 <= last);
    for known in stretches.drain(begin..end.max(begin)) {
        (first, last) = (first.min(known.0), last.max(known.1));
    }
    stretches.insert(begin, (first, last));
}

#[cfg(test)]
mod tests {
    use super::super::{Lane, LaneKind};
    use super::*;
    use crate::base::timestamp::{DateOrder, Moment, parse_moment};

    fn moment(text: &str) -> Moment {
        parse_moment(text, DateOrder::Unknown).unwrap()
    }

    fn timeline(marks: Vec<(LaneKind, &str, Mark)>) -> Timeline {
        let mut maker = super::super::Maker { untimed: 3, ..Default::default() };
        for (kind, server, mark) in marks {
            maker.add((&server.to_lowercase(), server, kind, ""), mark);
        }
        maker.finish()
    }

    fn at(text: &str, weight: Weight) -> Mark {
        Mark { weight, ..Mark::new(moment(text), "x".to_owned()) }
    }

    fn frame(bins: u32) -> Frame {
        Frame { bins, ..Frame::default() }
    }

    #[test]
    fn the_worst_of_a_bin_is_on_top() {
        let marks = (0..3_600).map(|second| {
            let text = format!("2019-03-12T07:{:02}:{:02}Z", second / 60, second % 60);
            (LaneKind::Events, "EX1", at(&text, if second == 1_800 { Weight::Error } else { Weight::Record }))
        });
        let picture = timeline(marks.collect()).picture(frame(10));
        let lane = &picture.lanes[0];
        assert_eq!(lane.bins.len(), 10);
        assert_eq!(lane.bins.iter().map(|bin| bin.count).sum::<u32>(), 3_600);
        assert_eq!(lane.bins.iter().map(|bin| bin.errors).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!((lane.bins[5].weight, lane.bins[5].row), (Weight::Error, 1_800));
        assert_eq!((picture.marks, picture.errors, picture.untimed), ((3_600, 3_600), 1, 3));
    }

    #[test]
    fn what_lies_between_first_and_last_counts_nothing() {
        let long =
            Mark::between(moment("2019-03-12T07:00:00Z"), Some(moment("2019-03-12T09:00:00Z")), 500, "x".to_owned());
        let timeline = timeline(vec![
            (LaneKind::Events, "EX1", long),
            (LaneKind::Events, "EX1", at("2019-03-12T06:00:00Z", Weight::Record)),
            (LaneKind::Events, "EX1", at("2019-03-12T10:00:00Z", Weight::Record)),
        ]);
        let all = timeline.picture(frame(4));
        assert_eq!(
            all.lanes[0].bins.iter().map(|bin| (bin.at, bin.count)).collect::<Vec<_>>(),
            [(0, 1), (1, 1), (3, 2)]
        );
        assert_eq!(all.lanes[0].stretches, [(1, 3)]);
        let hour = |hour: i64| crate::base::clocks::millis(moment("2019-03-12T00:00:00Z").at) + hour * 3_600_000;
        let range = Some((hour(7) + 600_000, hour(8)));
        let inside = timeline.picture(Frame { range, ..frame(4) });
        assert!(inside.lanes[0].bins.is_empty());
        assert_eq!(inside.lanes[0].stretches, [(0, 3)]);
        assert_eq!((inside.marks, inside.lanes[0].nearest), ((3, 1), (Some(hour(6)), Some(hour(10)))));
        assert_eq!(inside.whole, all.whole);
    }

    #[test]
    fn two_clocks_are_told_apart_until_the_reader_joins_them() {
        let timeline = timeline(vec![
            (LaneKind::Events, "EX1", at("2019-03-12T07:00:00Z", Weight::Record)),
            (LaneKind::Waiting, "EX1", at("2019-03-12T08:00:00", Weight::Record)),
        ]);
        let apart = timeline.picture(frame(10));
        assert!(apart.is_mixed && apart.has_unplaced);
        assert_eq!(apart.lanes.iter().map(|lane| lane.clock.as_str()).collect::<Vec<_>>(), ["UTC", "local time"]);
        let clocks = Clocks { local: Some(60), ..Clocks::default() };
        let joined = timeline.picture(Frame { clocks, ..frame(10) });
        assert!(!joined.is_mixed && !joined.has_unplaced);
        assert_eq!(joined.lanes[0].bins[0].at, joined.lanes[1].bins[0].at);
    }

    #[test]
    fn a_queue_keeps_its_last_length() {
        let length = |text: &str, length: u64| {
            (LaneKind::Queue, "EX1", Mark { length: Some(length), ..Mark::new(moment(text), "x".to_owned()) })
        };
        let timeline = timeline(vec![
            length("2019-03-12T07:00:00Z", 5),
            length("2019-03-12T08:00:00Z", 9),
            length("2019-03-12T09:00:00Z", 4),
        ]);
        let eight = crate::base::clocks::millis(moment("2019-03-12T08:00:00Z").at);
        let picture = timeline.picture(Frame { range: Some((eight + 1_000, eight + 7_200_000)), ..frame(10) });
        let lane = &picture.lanes[0];
        assert_eq!(
            lane.steps.iter().map(|step| (step.length, step.is_inside)).collect::<Vec<_>>(),
            [(9, false), (4, true)]
        );
        assert_eq!(lane.longest, 9);
    }

    #[test]
    fn lanes_are_ordered_and_names_of_one_server_are_one() {
        let mut all = super::super::Maker::default();
        let record = || at("2019-03-12T07:00:00Z", Weight::Record);
        all.add(("", "", LaneKind::Tracking, ""), record());
        all.add(("ex2", "EX2.contoso.com", LaneKind::Changes, ""), record());
        all.add(("ex2", "EX2", LaneKind::Events, ""), record());
        all.add(("ex1", "EX1", LaneKind::Waiting, ""), record());
        let lanes: Vec<Lane> = all.finish().lanes;
        let names: Vec<(&str, LaneKind)> = lanes.iter().map(|lane| (lane.server.as_str(), lane.kind)).collect();
        assert_eq!(
            names,
            [
                ("EX1", LaneKind::Waiting),
                ("EX2", LaneKind::Events),
                ("EX2", LaneKind::Changes),
                ("", LaneKind::Tracking),
            ]
        );
    }

    #[test]
    fn no_range_is_too_strange() {
        let timeline = timeline(vec![(LaneKind::Events, "", at("2019-03-12T07:00:00Z", Weight::Error))]);
        for range in [None, Some((0, 0)), Some((i64::MAX, i64::MIN)), Some((i64::MIN, i64::MIN)), Some((5, 1))] {
            for bins in [0, 1, u32::MAX] {
                assert_eq!(timeline.picture(Frame { range, ..frame(bins) }).lanes.len(), 1);
            }
        }
        assert!(Timeline::default().picture(frame(100)).lanes.is_empty());
    }
}

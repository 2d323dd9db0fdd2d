//! Places on the axis: zoom, moves, ticks, words. Pure.

/// From and to on the axis, in milliseconds.
pub type Range = (i64, i64);

/// The shortest range that is shown.
const SHORTEST: i64 = 1_000;

/// Steps between ticks in seconds.
const STEPS: [i64; 24] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    1_209_600, 2_419_200, 7_862_400, 31_536_000,
];

/// A place as a part of a range in percent, as attributes of drawings want it.
pub fn percent(at: i64, range: Range) -> f64 {
    let length = (range.1 as f64 - range.0 as f64).max(1.0);
    (at as f64 - range.0 as f64) / length * 100.0
}

/// `12.345%`, within the drawing.
pub fn percent_text(percent: f64) -> String {
    format!("{:.3}%", percent.clamp(0.0, 100.0))
}

/// The place at a part of a range.
pub fn place(part: f64, range: Range) -> i64 {
    (range.0 as f64 + part * (range.1 as f64 - range.0 as f64)) as i64
}

/// A range that lies in the whole; none when it is the whole.
pub fn within(range: Range, whole: Range) -> Option<Range> {
    let (from, to) = (range.0.min(range.1), range.0.max(range.1));
    let length = to.saturating_sub(from).max(SHORTEST);
    if length >= whole.1.saturating_sub(whole.0) {
        return None;
    }
    let from = from.clamp(whole.0, whole.1.saturating_sub(length));
    Some((from, from.saturating_add(length)))
}

/// Typed or dragged ends: what lies outside of the whole is cut off.
pub fn cut(range: Range, whole: Range) -> Option<Range> {
    let inside = |at: i64| at.clamp(whole.0, whole.1);
    within((inside(range.0), inside(range.1)), whole)
}

/// Makes a range longer or shorter; the place at `part` of it stays where it is.
pub fn zoom(range: Range, whole: Range, factor: f64, part: f64) -> Option<Range> {
    let length = range.1 as f64 - range.0 as f64;
    let fixed = range.0 as f64 + part * length;
    let from = fixed - part * length * factor;
    within((from as i64, (from + length * factor) as i64), whole)
}

/// Moves a range by a part of its length; it stops at the ends.
pub fn moved(range: Range, whole: Range, by: f64) -> Option<Range> {
    let way = ((range.1 as f64 - range.0 as f64) * by) as i64;
    within((range.0.saturating_add(way), range.1.saturating_add(way)), whole)
}

/// A tick of the axis: where, and its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub at: i64,
    pub text: String,
}

/// Ticks at round times of a zone, at most `most`. `digits` writes a place as `2019-03-12 07:30:00`.
pub fn ticks(range: Range, zone: i64, most: i64, digits: impl Fn(i64) -> String) -> Vec<Tick> {
    let length = range.1.saturating_sub(range.0).max(1);
    let fits = |step: &&i64| length / (**step * 1_000) < most;
    let mut step = STEPS.iter().find(fits).copied().unwrap_or(31_536_000) * 1_000;
    // A log with a clock that stood still in 1601 reaches over centuries.
    while length / step >= most {
        step = step.saturating_mul(2);
    }
    let first = range.0.saturating_add(zone).div_euclid(step).saturating_mul(step).saturating_sub(zone);
    let all = (0..=most + 1).map(|number| first.saturating_add(step.saturating_mul(number)));
    all.filter(|at| (range.0..=range.1).contains(at))
        .map(|at| {
            let digits = digits(at);
            let (day, time) = digits.split_once(' ').unwrap_or((&digits, ""));
            let text = if step >= 86_400_000 || time == "00:00:00" {
                day
            } else if step < 60_000 {
                time
            } else {
                time.get(..5).unwrap_or(time)
            };
            Tick { at, text: text.to_owned() }
        })
        .collect()
}

/// `1 h 42 min`
pub fn length(range: Range) -> String {
    let seconds = range.1.saturating_sub(range.0) / 1_000;
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let both = |large: i64, of: &str, small: i64, unit: &str| {
        if small == 0 { format!("{large} {of}") } else { format!("{large} {of} {small} {unit}") }
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest} s"),
        (0, 0, _) => both(minutes, "min", rest, "s"),
        (0, ..) => both(hours, "h", minutes, "min"),
        _ => both(days, "d", hours, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Range = (0, 86_400_000);
    const HOUR: i64 = 3_600_000;

    fn clock(at: i64) -> String {
        let seconds = at / 1_000;
        format!(
            "2019-03-{:02} {:02}:{:02}:{:02}",
            seconds.div_euclid(86_400) + 12,
            seconds.rem_euclid(86_400) / 3_600,
            seconds / 60 % 60,
            seconds % 60
        )
    }

    fn texts(range: Range) -> Vec<String> {
        ticks(range, 0, 10, clock).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            texts((7 * HOUR + 60_000, 8 * HOUR + 60_000)),
            ["07:10", "07:20", "07:30", "07:40", "07:50", "08:00"]
        );
        assert_eq!(texts((7 * HOUR, 7 * HOUR + 20_000)), ["07:00:00", "07:00:05", "07:00:10", "07:00:15", "07:00:20"]);
        assert_eq!(
            texts((20 * HOUR, 28 * HOUR)),
            ["20:00", "21:00", "22:00", "23:00", "2019-03-13", "01:00", "02:00", "03:00", "04:00"]
        );
        assert!(ticks((i64::MIN / 4, i64::MAX / 4), 0, 10, |_| String::new()).len() <= 11);
        // Round in the zone that is shown.
        let shifted = ticks((0, 4 * HOUR), 30 * 60_000, 5, |at| clock(at + 30 * 60_000));
        assert_eq!(
            shifted.iter().map(|tick| tick.text.as_str()).collect::<Vec<_>>(),
            ["01:00", "02:00", "03:00", "04:00"]
        );
    }

    #[test]
    fn zoom_keeps_the_place_under_the_pointer_and_the_ends() {
        assert_eq!(zoom((8 * HOUR, 12 * HOUR), WHOLE, 0.5, 0.25), Some((8 * HOUR + HOUR / 2, 10 * HOUR + HOUR / 2)));
        assert_eq!(zoom((0, 12 * HOUR), WHOLE, 4.0, 0.5), None);
        assert_eq!(zoom((0, 4 * HOUR), WHOLE, 2.0, 0.5), Some((0, 8 * HOUR)));
        assert_eq!(zoom((HOUR, HOUR + 1_000), WHOLE, 0.1, 0.5).map(|(from, to)| to - from), Some(SHORTEST));
        assert_eq!(moved((20 * HOUR, 22 * HOUR), WHOLE, 5.0), Some((22 * HOUR, 24 * HOUR)));
        assert_eq!(cut((-HOUR, HOUR), WHOLE), Some((0, HOUR)));
        assert_eq!(cut((-HOUR, 99 * HOUR), WHOLE), None);
        assert_eq!(within((i64::MIN, i64::MAX), WHOLE), None);
    }

    #[test]
    fn lengths_are_said_in_two_units() {
        let said = |seconds: i64| length((0, seconds * 1_000));
        assert_eq!(
            [said(5), said(60), said(6_120), said(7_200), said(90_000)],
            ["5 s", "1 min", "1 h 42 min", "2 h", "1 d 1 h"]
        );
    }
}

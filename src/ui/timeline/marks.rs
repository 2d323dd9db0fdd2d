//! Bins as drawings: bars as one path per lane, signs where something matters. No sign has a text; their size is in pixels.
//!
//! Bars lie in a drawing that is stretched to the width of the lane, one unit per bin. Signs are placed by percent and not
//! stretched.

use std::fmt::Write;

use yew::prelude::*;

use super::scale::percent_text;
use crate::worker::protocol::{Bin, Weight};

/// Bins that share one sign: signs are wider than bins.
const SHARED: u32 = 5;

/// Bars that stand on `base`, in units of bins; `count` says how high.
pub fn bars(bins: &[Bin], base: f64, (least, most): (f64, f64), count: impl Fn(&Bin) -> u32) -> String {
    let highest = f64::from(bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1));
    let mut path = String::new();
    for bin in bins {
        let number = f64::from(count(bin));
        if number < 1.0 {
            continue;
        }
        // By the logarithm: one record beside a thousand is still seen.
        let part = if highest > 1.0 { number.ln_1p() / highest.ln_1p() } else { 0.5 };
        let height = least + (most - least) * part;
        // Writing to a text does not fail.
        let _ = write!(path, "M{} {base}v-{height:.1}h1v{height:.1}z", bin.at);
    }
    path
}

/// Lines from the first to the last of what happened several times.
pub fn stretches(stretches: &[(u32, u32)], y: f64) -> String {
    let mut path = String::new();
    for (first, last) in stretches {
        let _ = write!(path, "M{first} {y}h{}", last.saturating_sub(*first) + 1);
    }
    path
}

/// Of neighboring bins the worst, where it matters.
pub fn worst(bins: &[Bin]) -> Vec<Bin> {
    let mut all: Vec<Bin> = Vec::new();
    for bin in bins.iter().filter(|bin| bin.weight > Weight::Record) {
        match all.last_mut().filter(|last| last.at / SHARED == bin.at / SHARED) {
            Some(last) => {
                let (count, errors) = (last.count.saturating_add(bin.count), last.errors.saturating_add(bin.errors));
                if bin.weight > last.weight {
                    *last = *bin;
                }
                (last.count, last.errors) = (count, errors);
            }
            None => all.push(*bin),
        }
    }
    all
}

/// Middle of a bin in percent.
pub fn middle(at: u32, bins: u32) -> f64 {
    (f64::from(at) + 0.5) / f64::from(bins.max(1)) * 100.0
}

/// Class with the color of a weight.
pub fn weight_class(weight: Weight) -> &'static str {
    match weight {
        Weight::Critical | Weight::Error => "critical",
        Weight::Warning => "high",
        Weight::Record => "info",
    }
}

/// The sign of a weight at a place: octagon, cross, triangle; a ring for what only happened.
pub fn sign(weight: Weight, percent: f64, y: u32) -> Html {
    let drawing = match weight {
        Weight::Critical => html! { <path class="tl-full" d="M-2-5h4l3 3v4l-3 3h-4l-3-3v-4z" /> },
        Weight::Error => html! { <path class="tl-line" d="M-3.5-3.5l7 7M3.5-3.5l-7 7" /> },
        Weight::Warning => html! { <path class="tl-full" d="M0-5L5 4H-5z" /> },
        Weight::Record => html! { <circle class="tl-line" r="3" /> },
    };
    html! {
        <svg class={classes!("tl-sign", weight_class(weight))} x={percent_text(percent)} y={y.to_string()} width="1" height="1" overflow="visible">
            { drawing }
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(at: u32, count: u32, weight: Weight) -> Bin {
        Bin { at, count, errors: u32::from(weight >= Weight::Error), weight, row: at }
    }

    #[test]
    fn one_record_beside_a_thousand_is_seen() {
        let path =
            bars(&[bin(0, 1, Weight::Record), bin(7, 1_000, Weight::Record)], 20.0, (4.0, 18.0), |bin| bin.count);
        assert_eq!(path, "M0 20v-5.4h1v5.4zM7 20v-18.0h1v18.0z");
        assert_eq!(bars(&[bin(3, 1, Weight::Record)], 20.0, (4.0, 18.0), |bin| bin.errors), "");
        assert_eq!(stretches(&[(2, 5), (9, 9)], 22.0), "M2 22h4M9 22h1");
    }

    #[test]
    fn neighbors_share_the_worst_sign() {
        let bins = [
            bin(0, 1, Weight::Warning),
            bin(1, 9, Weight::Record),
            bin(2, 2, Weight::Error),
            bin(4, 1, Weight::Warning),
            bin(5, 1, Weight::Warning),
        ];
        let worst: Vec<(u32, u32, Weight)> = worst(&bins).iter().map(|bin| (bin.at, bin.count, bin.weight)).collect();
        assert_eq!(worst, [(2, 4, Weight::Error), (5, 1, Weight::Warning)]);
    }
}

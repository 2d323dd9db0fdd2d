//! How long a worker has been silent, so that one that hangs is ended and one that is slow is not.
//!
//! Time is counted in steps, from one look to the next, and no step counts for more than [`STEP`]. A machine that slept, a page
//! in the background and an analysis worker that was busy itself look rarely: what the worker had to say in the meantime may
//! still lie in front of somebody's door, so that time is not held against it.

/// A look comes once a second; a longer pause is not the silence of the worker.
const STEP: f64 = 2_000.0;

/// Measures time by looks.
#[derive(Default)]
pub struct Looks {
    last: Option<f64>,
}

impl Looks {
    /// How much time, in milliseconds, this look adds to every silence. The clock may be set back or forth.
    pub fn step(&mut self, now: f64) -> f64 {
        let last = self.last.replace(now).unwrap_or(now);
        (now - last).clamp(0.0, STEP)
    }
}

/// The silence of one worker, in milliseconds.
#[derive(Default)]
pub struct Silence(f64);

impl Silence {
    /// It gave a sign of life, or was given something to do.
    pub fn end(&mut self) {
        self.0 = 0.0;
    }

    /// Another step without a word. Whether it has been silent for longer than that.
    pub fn grow(&mut self, step: f64, most: f64) -> bool {
        self.0 += step;
        self.0 > most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at these seconds, with signs of life at those; when it is taken for hung.
    fn hung_at(looks: impl IntoIterator<Item = u32>, signs: &[u32]) -> Option<u32> {
        let (mut clock, mut silence) = (Looks::default(), Silence::default());
        looks.into_iter().find(|at| {
            if signs.contains(at) {
                silence.end();
            }
            silence.grow(clock.step(f64::from(*at) * 1_000.0), 120_000.0)
        })
    }

    #[test]
    fn silence_with_open_eyes_counts_and_progress_ends_it() {
        assert_eq!(hung_at(0..1_000, &[]), Some(121));
        assert_eq!(hung_at(0..1_000, &[100, 200, 300]), Some(420));
        let slow: Vec<u32> = (0..1_000).step_by(110).collect();
        assert_eq!(hung_at(0..1_000, &slow), None);
    }

    #[test]
    fn a_machine_that_slept_and_a_clock_that_was_set_lose_nothing() {
        // A night between two looks, and a clock that goes back.
        assert_eq!(hung_at((0..10).chain(40_000..40_100), &[]), None);
        assert_eq!(hung_at((500..600).chain(0..10), &[]), None);
        // After an hour without a look come all that were missed at once.
        assert_eq!(hung_at((0..5).chain(std::iter::repeat_n(3_600, 3_600)), &[]), None);
    }
}

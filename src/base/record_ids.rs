//! Record numbers of logs: which are missing, and how to say so. Numbers of a log are consecutive, so
//! every one that is not there is a lost record.

/// Runs of ids from `first` to `last` that are not in `there`, which is sorted.
pub fn gaps(first: u64, last: u64, there: &[u64]) -> Vec<(u64, u64)> {
    let mut out = Vec::new();
    let mut next = first;
    for &id in there.iter().filter(|id| (first..=last).contains(id)) {
        if id > next {
            out.push((next, id - 1));
        }
        // The last id there can be has nothing behind it.
        match id.checked_add(1) {
            Some(after) => next = after,
            None => return out,
        }
    }
    if next <= last {
        out.push((next, last));
    }
    out
}

/// Runs of ids as the subject of a sentence: `Record ids 3 to 5 and 9 are`.
pub fn ids(runs: &[(u64, u64)]) -> String {
    const SHOWN: usize = 4;
    let mut words: Vec<String> =
        runs.iter().take(SHOWN).map(|(a, b)| if a == b { a.to_string() } else { format!("{a} to {b}") }).collect();
    if runs.len() > SHOWN {
        let rest: u64 = runs.iter().skip(SHOWN).map(|(a, b)| b - a + 1).sum();
        words.push(format!("{rest} more"));
    }
    let single = matches!(runs, [(a, b)] if a == b);
    let last = words.pop().unwrap_or_default();
    let list = if words.is_empty() { last } else { format!("{} and {last}", words.join(", ")) };
    if single { format!("Record id {list} is") } else { format!("Record ids {list} are") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_runs_that_are_not_there() {
        assert_eq!(gaps(5, 12, &[6, 7, 10]), [(5, 5), (8, 9), (11, 12)]);
        assert_eq!(gaps(5, 6, &[5, 6]), []);
        assert_eq!(gaps(1, u64::MAX, &[u64::MAX]), [(1, u64::MAX - 1)]);
        assert_eq!(ids(&[(3, 5), (9, 9)]), "Record ids 3 to 5 and 9 are");
        assert_eq!(ids(&[(9, 9)]), "Record id 9 is");
    }
}

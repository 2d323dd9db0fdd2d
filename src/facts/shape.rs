//! The shape of a text: what tells one failure from another, without what tells one message from another.
//!
//! Texts of replies name addresses, message numbers and times, so each failure would be a text of its own. The shape keeps
//! the words and the codes and puts a sign in place of the rest. Only the innermost reply counts: the envelopes that Exchange
//! puts around it (see [`crate::model::smtp_reply`]) are the same for every failure.

/// Bytes of the shape of a log's text at most: logs have millions of them.
const MOST: usize = 160;

/// Bytes of the shape of any other text at most.
const LONG: usize = 600;

/// The shape of a text: reply codes at its beginning stay, other numbers, addresses in angle brackets and quoted names become
/// one sign, and only the beginning counts. Numbers of WinSock errors stay, and so does the number of an RFC.
pub fn shape(text: &[u8]) -> Vec<u8> {
    within(text, MOST)
}

fn within(text: &[u8], most: usize) -> Vec<u8> {
    let mut shape = Vec::with_capacity(text.len().min(most));
    let mut rest = text;
    // `550 5.7.1`, `451-4.4.0`, with or without the quotes of a list.
    let codes = rest
        .iter()
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b' ' | b'-' | b'\'' | b'['))
        .count()
        .min(14);
    if rest.get(..3).is_some_and(|c| c.iter().all(u8::is_ascii_digit)) {
        shape.extend_from_slice(rest.get(..codes).unwrap_or_default());
        rest = rest.get(codes..).unwrap_or_default();
    }
    let mut i = 0;
    while let Some(byte) = rest.get(i).filter(|_| shape.len() < most) {
        match byte {
            b'0'..=b'9' => {
                let run = rest.get(i..).unwrap_or_default();
                let length =
                    run.iter().take_while(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'-')).count();
                let number = run.get(..length).unwrap_or_default();
                // `Win32`, `PRX2`: part of a word.
                let of_word = length <= 2 && shape.last().is_some_and(u8::is_ascii_alphabetic);
                if of_word || is_telling(number) {
                    shape.extend_from_slice(number);
                } else {
                    shape.push(b'#');
                }
                i += length;
                continue;
            }
            b'<' | b'"' => {
                let close = if *byte == b'<' { b'>' } else { b'"' };
                let run = rest.get(i + 1..).unwrap_or_default();
                if let Some(length) = memchr::memchr(close, run) {
                    i += length + 2;
                    shape.push(b'~');
                    continue;
                }
                shape.push(*byte);
            }
            other => shape.push(*other),
        }
        i += 1;
    }
    shape
}

/// A number that says what failed: a WinSock error, an RFC, the code of a reply inside a text.
fn is_telling(number: &[u8]) -> bool {
    let text = std::str::from_utf8(number).unwrap_or("").trim_end_matches(['.', ':', '-']);
    match text.split('.').collect::<Vec<_>>().as_slice() {
        [one] => one
            .parse::<u32>()
            .is_ok_and(|n| matches!(n, 10_000..=11_999 | 2606) || (one.len() == 3 && matches!(n, 400..=599))),
        [class, subject, detail] => {
            matches!(*class, "4" | "5") && subject.len() == 1 && !detail.is_empty() && detail.len() <= 3
        }
        _ => false,
    }
}

/// The shape of the innermost reply of a text.
pub fn reply_shape(text: &[u8]) -> Vec<u8> {
    shape(innermost(text))
}

/// The same for a text that is no row of a log.
pub fn long_shape(text: &[u8]) -> Vec<u8> {
    within(innermost(text), LONG)
}

/// What stands inside the envelopes: behind the last arrow of an error, inside the quotes of "responded with", behind `LED=`.
fn innermost(text: &[u8]) -> &[u8] {
    // Most texts of logs have no envelope, and there are millions: each has one of these signs.
    if memchr::memchr3(b'=', b'"', b'>', text).is_none() {
        return text.trim_ascii();
    }
    let mut rest = text;
    for _ in 0..4 {
        let behind = |mark: &[u8]| memchr::memmem::find(rest, mark).and_then(|at| rest.get(at + mark.len()..));
        let inner = if let Some(led) = behind(b"LED=") {
            let end = memchr::memmem::find(led, b"};").unwrap_or(led.len());
            led.get(..end)
        } else if let Some(quoted) = behind(b"responded with: \"") {
            let end = memchr::memchr(b'"', quoted).unwrap_or(quoted.len());
            quoted.get(..end)
        } else if memchr::memmem::find(rest, b"responded with error").is_some() {
            behind(b"-> ")
        } else {
            None
        };
        match inner {
            Some(inner) if !inner.is_empty() => rest = inner,
            _ => break,
        }
    }
    rest.trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        String::from_utf8(reply_shape(text.as_bytes())).unwrap()
    }

    #[test]
    fn the_same_failure_has_one_shape() {
        assert_eq!(of("451 4.4.0 DNS query failed for host 17"), of("451 4.4.0 DNS query failed for host 4711"));
        assert_eq!(of("550 5.1.1 User <a@contoso.com> unknown"), "550 5.1.1 User ~ unknown");
        assert_ne!(of("550 5.1.1 User unknown"), of("550 5.7.1 User unknown"));
        assert!(of(&"x".repeat(5000)).len() <= MOST);
    }

    #[test]
    fn numbers_that_say_what_failed_stay() {
        assert_eq!(
            of("Failed to connect. Winsock error code: 10060, Win32 error code: 10060"),
            "Failed to connect. Winsock error code: 10060, Win32 error code: 10060"
        );
        assert_eq!(
            of("501 5.1.5 Recipient address reserved by RFC 2606"),
            "501 5.1.5 Recipient address reserved by RFC 2606"
        );
        assert_eq!(of("SMTP; 550 5.7.54 from 192.0.2.7:25 at 12:01"), "SMTP; 550 5.7.54 from # at #");
    }

    #[test]
    fn only_the_innermost_reply_counts() {
        assert_eq!(
            of(
                "451 4.4.0 Primary target IP address responded with: \"421 4.3.2 Service not active.\" Attempted failover"
            ),
            "421 4.3.2 Service not active."
        );
        assert_eq!(
            of(
                "[{LRT=3/12/2019 2:06:11 PM};{LED=451 4.4.395 Target host responded with error. -> 421 4.3.2 Service not active};{FQDN=ex1};{IP=192.0.2.1}]"
            ),
            "421 4.3.2 Service not active"
        );
    }
}

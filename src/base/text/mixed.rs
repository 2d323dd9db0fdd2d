//! Single bytes with UTF-16 in between: `>>` of Windows PowerShell appends UTF-16 to whatever is there.
//! A run of UTF-16 shows by a zero in every second byte.

/// Zeros that make a run; fewer can be chance.
const LEAST: usize = 8;

/// A part of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Single bytes.
    Plain(&'a [u8]),
    /// UTF-16, little endian, without a mark.
    Wide(&'a [u8]),
}

/// The parts of bytes that hold at least one run of UTF-16.
pub(super) fn parts(bytes: &[u8]) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0)) {
        let zero = at + found;
        at = zero + 1;
        let Some(start) = zero.checked_sub(1).filter(|&start| start >= done) else { continue };
        let run = run_length(bytes.get(start..).unwrap_or(&[]));
        if run < LEAST * 2 {
            continue;
        }
        let plain = bytes.get(done..start).unwrap_or(&[]);
        parts.push(Part::Plain(plain.strip_suffix(&[0xFF, 0xFE]).unwrap_or(plain)));
        parts.push(Part::Wide(bytes.get(start..start + run).unwrap_or(&[])));
        (done, at) = (start + run, start + run);
    }
    parts.push(Part::Plain(bytes.get(done..).unwrap_or(&[])));
    (parts.len() > 1).then_some(parts)
}

/// Bytes of the run of UTF-16 at the start. Characters beyond Latin belong to it when Latin follows.
fn run_length(bytes: &[u8]) -> usize {
    let latin = |pair: Option<&[u8]>| matches!(pair, Some([low, 0]) if *low != 0);
    let mut pairs = bytes.chunks_exact(2).peekable();
    let mut len = 0;
    while let Some(pair) = pairs.next() {
        let other = matches!(pair, [_, high] if (1..=0x26).contains(high)) && latin(pairs.peek().copied());
        if !latin(Some(pair)) && !other {
            break;
        }
        len += 2;
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_wherever_they_are() {
        let wide: Vec<u8> = "Größe \u{2026} more text\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut bytes = b"plain\r\n".to_vec();
        bytes.extend([0xFF, 0xFE]);
        bytes.extend(&wide);
        bytes.extend(b"again\r\n");
        let expected = vec![Part::Plain(b"plain\r\n"), Part::Wide(&wide), Part::Plain(b"again\r\n")];
        assert_eq!(parts(&bytes), Some(expected));
        assert_eq!(parts(b"plain"), None);
        assert_eq!(parts(b"a\0b\0c\0"), None);
        assert_eq!(parts(&[0; 100]), None);
    }
}

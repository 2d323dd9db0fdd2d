//! A small reader of PowerShell, enough for the script: strings, comments, brackets. It knows no here-strings, and refuses
//! them; and no sub-expressions in strings, because the script has no double quotes.

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Everything else.
    Code(String),
    /// What a string holds.
    Text(String),
    /// Behind `#`.
    Comment(String),
}

fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}')
}

/// The pieces of a script, or what is wrong with it.
pub fn pieces(script: &str) -> Result<Vec<Piece>, String> {
    let mut found = Vec::new();
    let mut code = String::new();
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut number = 1;
    let mut rest = script.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => {
                number += 1;
                code.push(c);
            }
            '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' => return Err(format!("line {number}: a double quote")),
            '`' => return Err(format!("line {number}: a backtick")),
            '@' if rest.peek().copied().is_some_and(is_quote) => return Err(format!("line {number}: a here-string")),
            _ if is_quote(c) => {
                if !code.is_empty() {
                    found.push(Piece::Code(std::mem::take(&mut code)));
                }
                let mut text = String::new();
                loop {
                    match rest.next() {
                        None => return Err(format!("line {number}: the string does not end")),
                        Some('\n') => return Err(format!("line {number}: the string ends at another line")),
                        Some(c) if is_quote(c) => match rest.peek() {
                            // Two in a row are one, and it is the second that stays.
                            Some(next) if is_quote(*next) => text.extend(rest.next()),
                            _ => break,
                        },
                        Some(c) => text.push(c),
                    }
                }
                found.push(Piece::Text(text));
            }
            '#' if code.is_empty() || code.ends_with([' ', '\n', '(', ';', '{']) => {
                if !code.is_empty() {
                    found.push(Piece::Code(std::mem::take(&mut code)));
                }
                let mut comment = String::new();
                while let Some(next) = rest.peek() {
                    if matches!(next, '\n' | '\r') {
                        break;
                    }
                    comment.extend(rest.next());
                }
                found.push(Piece::Comment(comment));
            }
            '(' | '{' | '[' => {
                open.push((c, number));
                code.push(c);
            }
            ')' | '}' | ']' => {
                let wanted = match c {
                    ')' => '(',
                    '}' => '{',
                    _ => '[',
                };
                match open.pop() {
                    Some((other, _)) if other == wanted => code.push(c),
                    other => return Err(format!("line {number}: {c} closes {other:?}")),
                }
            }
            _ => code.push(c),
        }
    }
    if let Some((c, line)) = open.pop() {
        return Err(format!("line {line}: {c} is not closed"));
    }
    if !code.trim().is_empty() {
        found.push(Piece::Code(code));
    }
    Ok(found)
}

/// The words of the code: names of commands, parameters, variables.
pub fn words(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in pieces(script).unwrap_or_default() {
        if let Piece::Code(code) = piece {
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$' | '@');
            found.extend(code.split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
    found
}

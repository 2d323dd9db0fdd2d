//! A message as Event Viewer prints it: what belongs to it, and insertion strings where there is none.

/// Product texts that Event Viewer prints in place of a message it has no library for, up to where
/// the insertion strings start. The first two join them with commas, the last gives each its line.
const PLACEHOLDERS: &[(&str, bool)] = &[
    ("it contains the following insertion string(s):", false),
    ("the following information is part of the event:", false),
    ("the following information was included with the event:", true),
];

/// What Event Viewer appends to such a text.
const AFTERWORDS: &[&str] = &[
    "the message resource is present but",
    "the publisher has been disabled",
    "the locale specific resource",
    "the specified resource type cannot be found",
    "the handle is invalid",
    "the system cannot find",
    "the resource loader",
];

/// Addresses of help sites that Windows 2000 and 2003 print behind a message, in every language.
const HELP: &[&str] =
    &["go.microsoft.com/fwlink/events.asp", "microsoft.com/contentredirect.asp", "search.support.microsoft.com/search"];

/// The message without the sentence that sends the reader to a help site.
pub fn without_help(message: &str) -> &str {
    let message = message.trim();
    let folded = message.to_ascii_lowercase();
    let english = folded.rfind("for more information,").filter(|&start| {
        let tail = folded.get(start..).unwrap_or("");
        tail.contains("http") || tail.contains("help and support")
    });
    // In other languages the sentence is a line of its own, or the last of its line.
    let start = english.or_else(|| {
        let address = HELP.iter().filter_map(|site| folded.rfind(site)).max()?;
        let before = folded.get(..address)?;
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let sentence = before.get(line..)?.rfind(". ").map_or(line, |at| line + at + 1);
        // What follows the address would be cut as well.
        (!folded.get(address..)?.contains('\n')).then_some(sentence)
    });
    // A message that is nothing but this sentence stays as it is.
    match start.filter(|&start| start > 0) {
        Some(start) => message.get(..start).unwrap_or(message).trim(),
        None => message,
    }
}

/// The insertion strings of a placeholder text, if `message` is one. A string that holds a comma and
/// a space itself cannot be told from two in the older forms.
pub fn insertion_strings(message: &str) -> Option<Vec<String>> {
    let folded = message.to_ascii_lowercase();
    if !folded.contains("the description for event id") {
        return None;
    }
    for (phrase, by_line) in PLACEHOLDERS {
        let Some(at) = folded.find(phrase) else { continue };
        let list = message.get(at + phrase.len()..)?;
        if *by_line {
            let lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
            let own = lines.take_while(|line| {
                let line = line.to_ascii_lowercase();
                !AFTERWORDS.iter().any(|afterword| line.starts_with(afterword))
            });
            return Some(own.map(str::to_owned).collect());
        }
        let list = list.trim().trim_start_matches("<<");
        let list = list.strip_suffix('.').unwrap_or(list).trim_end_matches(">>").trim();
        // `Get-EventLog` puts each into quotes, which shows where it ends.
        if let Some(quoted) = list.strip_prefix('\'').and_then(|list| list.strip_suffix('\'')) {
            return Some(quoted.split("', '").map(str::to_owned).collect());
        }
        return Some(list.split(", ").map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_to_help_is_cut() {
        let text = "It failed. For more information, click http://search.support.microsoft.com/search/?adv=1.";
        assert_eq!(without_help(text), "It failed.");
        let german = "Es ging nicht.\n\nWeitere Informationen: http://go.microsoft.com/fwlink/events.asp.";
        assert_eq!(without_help(german), "Es ging nicht.");
        let flat = "C'est fini. Voir https://www.microsoft.com/contentredirect.asp.";
        assert_eq!(without_help(flat), "C'est fini.");
        for whole in
            ["See http://go.microsoft.com/fwlink/events.asp", "a http://search.support.microsoft.com/search\nb"]
        {
            assert_eq!(without_help(whole), whole);
        }
        assert_eq!(without_help("For more information, ask the owner."), "For more information, ask the owner.");
    }

    #[test]
    fn strings_come_back_out_of_placeholders() {
        let of = |text: &str| insertion_strings(text).unwrap_or_default();
        assert_eq!(
            of("The description for Event ID ( 1005 ) in Source ( MSExchangeSA ) could not be found. It contains the \
                following insertion string(s): <<a, b>>."),
            ["a", "b"]
        );
        assert_eq!(
            of(
                "The description for Event ID ( 326 ) in Source ( X ) cannot be found. The following information is part of \
                the event: one, two."
            ),
            ["one", "two"]
        );
        assert_eq!(
            of(
                "The description for Event ID 326 from source X cannot be found.\n\nThe following information was included \
                with the event: \n\none, two\nthree\n\nThe message resource is present but the message was not found"
            ),
            ["one, two", "three"]
        );
        assert_eq!(
            of(
                "The description for Event ID '326' in Source 'X' cannot be found.  The following information is part of the \
                event:'a, b', '', 'c'"
            ),
            ["a, b", "", "c"]
        );
        assert_eq!(insertion_strings("The following information is part of the event: no"), None);
    }
}

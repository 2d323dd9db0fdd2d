//! About: privacy, policy, language, theme, version. English.

use crate::ui::language::count;

/// About: privacy, policy, language, theme, version.
pub struct AboutWords {
    pub privacy: &'static str,
    pub claim: &'static str,
    pub enforced: [(&'static str, &'static str); 4],
    pub not_covered: &'static str,
    pub policy: &'static str,
    pub in_force: &'static str,
    pub no_policy: &'static str,
    pub requests: &'static str,
    pub recorded: fn(u64) -> String,
    pub check: &'static str,
    pub checks: [(&'static str, &'static str); 4],
    pub language: &'static str,
    pub language_about: &'static str,
    pub theme: &'static str,
    pub as_system: &'static str,
    pub light: &'static str,
    pub dark: &'static str,
    pub keys: &'static str,
    pub keys_on: &'static str,
    pub keys_off: &'static str,
    pub keys_about: &'static str,
    pub without_network: &'static str,
    pub from_file: &'static str,
    pub can_keep: &'static str,
    pub keep: &'static str,
    pub version: &'static str,
    pub licensed: fn(&str, &str) -> String,
}

pub static WORDS: AboutWords = AboutWords {
    privacy: "Privacy",
    claim: "Nothing leaves this computer. The browser enforces it, and you can check it.",
    enforced: [
        (
            "connect-src 'none'",
            "The browser refuses every request that a script could make, to any address, from the page and from its worker.",
        ),
        (
            "script-src by hash",
            "Only the scripts this page was built with run. Text out of your files cannot become code.",
        ),
        ("form-action, frame-src, img-src", "Nor can forms, frames or pictures carry anything out."),
        (
            "No storage",
            "Files are read where they are. No content is kept; only the theme, the language and the choice of keys below are remembered.",
        ),
    ],
    not_covered: "What no policy covers: a link that you follow yourself. This page links to no other site.",
    policy: "Policy",
    in_force: "In force on this page:",
    no_policy: "This copy has no policy: it is a development build. Use it for samples only.",
    requests: "Requests",
    recorded: |requests| {
        format!("The browser recorded {} since this page was opened.", count(requests, "request", "requests"))
    },
    check: "Check it",
    checks: [
        (
            "Pull the cable.",
            "Disconnect the network before you open this page from a file, and leave it so. Everything works.",
        ),
        ("Watch it.", "Open the developer tools (F12), view Network, and drop your files. The list stays empty."),
        (
            "Read the policy.",
            "View the source of this page: the Content-Security-Policy stands at the top, before any script.",
        ),
        (
            "Compare the file.",
            "The SHA-256 of the single file is published with each version: Get-FileHash queuescope.html",
        ),
    ],
    language: "Language",
    language_about: "The page speaks English and German. Findings, steps, the rule reference, reports, cells of tables, answers of the tools and the script of Collect are in English in both: they quote what Exchange prints and are pasted into tickets. Numbers are grouped as in the findings (1,204 is one thousand two hundred and four), and dates are written year first.",
    theme: "Theme",
    as_system: "As the system",
    light: "Light",
    dark: "Dark",
    keys: "Single keys",
    keys_on: "On",
    keys_off: "Off",
    keys_about: "Off: letters, digits and ? do nothing by themselves, for those who speak to the computer or touch keys by chance. Arrow keys, Enter and Escape stay, and so do the keys that zoom, which act only where the timeline or the map has the focus.",
    without_network: "Without a network",
    from_file: "This copy was opened from a file: it is on this computer already and needs no network.",
    can_keep: "The browser can keep this page, so that its address opens without a network. A newer version is offered there, and never put in by itself. Files that are open here have to be dropped again afterwards.",
    keep: "Keep Queuescope on this computer",
    version: "Version",
    licensed: |version, license| format!("Queuescope {version}, licensed {license}"),
};

//! Every text that a person reads on the page, in English and German: one struct per view, one value of it per language.
//!
//! The compiler sees to it that no text is missing. A sentence with values in it is a function of its own, so that no sentence
//! is put together from pieces. `en` declares what there is to say; `de` says it in German; titles of tables and columns are
//! English where they are declared (`crate::analysis::tables`, a contract of the CSV files) and German in `de/tables.rs`.
//! What the page says before the module runs stands in `www/boot.js` and `www/index.html`.
//!
//! Not here, and English in both languages: what comes from the layers below (findings, steps, rules, reports, cells of
//! tables, answers of the tools, the script of Collect). It quotes what Exchange prints and is pasted into tickets. Its
//! containers carry `lang="en"`, and controls among it carry [`tag`].
//!
//! Numbers look the same in both languages (`1,204`, `1.5 MB`, `2019-03-12 07:30`): a count in the page and the same count in
//! an English finding beside it must not differ. The German About says so.
//!
//! Trap: a component that is drawn again only when its properties change would keep the old language. So each one asks with
//! [`use_words`], which follows the choice; plain functions that are called from components use [`words`].

mod de;
mod en;
mod names;

use std::cell::Cell;

use yew::prelude::*;

pub use crate::report::grouped;
pub use en::export::ExportWords;
pub use en::routing::{Claim as RouteClaim, Said as RouteSaid, Settle as RouteSettle};
pub use en::search::SearchWords;
pub use names::{column, lane_word, table_about, table_bring, table_title};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    German,
}

/// All languages, in the order of the switch.
pub const ALL: [Language; 2] = [Language::English, Language::German];

/// All texts of one language.
pub struct Words {
    pub frame: &'static en::frame::FrameWords,
    pub views: &'static en::views::ViewsWords,
    pub start: &'static en::start::StartWords,
    pub reading: &'static en::reading::ReadingWords,
    pub files: &'static en::files::FilesWords,
    pub shared: &'static en::shared::SharedWords,
    pub diagnosis: &'static en::diagnosis::DiagnosisWords,
    pub drawer: &'static en::drawer::DrawerWords,
    pub grid: &'static en::grid::GridWords,
    pub timeline: &'static en::timeline::TimelineWords,
    pub routing: &'static en::routing::RoutingWords,
    pub connectors: &'static en::connectors::ConnectorsWords,
    pub tools: &'static en::tools::ToolsWords,
    pub collect: &'static en::collect::CollectWords,
    pub search: &'static SearchWords,
    pub path: &'static en::path::PathWords,
    pub reference: &'static en::reference::ReferenceWords,
    pub export: &'static ExportWords,
    pub about: &'static en::about::AboutWords,
    pub keyboard: &'static en::keyboard::KeyboardWords,
    /// Titles of tables and columns where they are not the English ones.
    tables: Option<&'static names::TableNames>,
}

impl Language {
    /// As in `lang`, and as it is remembered.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// Its own name of itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    /// The language of a tag.
    pub fn of_tag(tag: &str) -> Option<Language> {
        ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The first language of a reader's list that the page speaks; English when it speaks none of them.
    pub fn of_reader<'a>(tags: impl IntoIterator<Item = &'a str>) -> Language {
        let known =
            |tag: &str| Language::of_tag(&tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase());
        tags.into_iter().find_map(known).unwrap_or_default()
    }

    /// Its texts.
    pub fn words(self) -> &'static Words {
        match self {
            Language::English => &en::WORDS,
            Language::German => &de::WORDS,
        }
    }
}

thread_local! {
    static CURRENT: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language that is shown.
pub fn current() -> Language {
    CURRENT.get()
}

/// Shows another language from the next drawing on.
pub fn set(language: Language) {
    CURRENT.set(language);
}

/// The texts of the language that is shown.
pub fn words() -> &'static Words {
    current().words()
}

/// The tag of the language that is shown, for texts of the page amid English ones.
pub fn tag() -> &'static str {
    current().tag()
}

/// The texts of the language that is shown; the component is drawn again when another one is chosen.
#[hook]
pub fn use_words() -> &'static Words {
    use_context::<Language>().unwrap_or_else(current).words()
}

/// `1 file`, `13 files`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_the_reader_decides_at_first() {
        assert_eq!(Language::of_reader(["de-AT", "en"]), Language::German);
        assert_eq!(Language::of_reader(["en-US", "de"]), Language::English);
        assert_eq!(Language::of_reader(["fr-CH", "DE_ch", "en"]), Language::German);
        assert_eq!(Language::of_reader(["fr"]), Language::English);
        assert_eq!(Language::of_reader([]), Language::English);
    }

    #[test]
    fn a_tag_names_its_language() {
        for language in ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
        assert_eq!(Language::of_tag("fr"), None);
    }

    #[test]
    fn sentences_agree_with_their_numbers() {
        let german = Language::German.words();
        assert_eq!((german.reading.reading)(1), "1 Datei wird gelesen");
        assert_eq!((german.reading.reading)(1_204), "1,204 Dateien werden gelesen");
        assert_eq!((german.grid.rows_of)(3, 12), "3 von 12 Zeilen");
        assert_eq!((german.frame.said_done)(0), "Alle Dateien sind gelesen. Es wurde kein Problem gefunden.");
        assert_eq!((german.routing.lost)(1), "1 hat keine Route mehr");
        assert_eq!((german.routing.gained)(2), "2 haben jetzt eine Route");
        assert!((german.export.checked)(6, "HTML").contains("Von 6 Originalen kommt keines"));
        assert_eq!([1, 4].map(german.connectors.all_ports), ["Alle Ports (1 weiterer)", "Alle Ports (4 weitere)"]);
        let english = Language::English.words();
        assert_eq!((english.reading.reading)(1), "Reading 1 file");
        assert_eq!((english.reading.time_left)(0.1), "about 1 s left");
        assert_eq!((german.reading.time_left)(180.0), "noch etwa 3 min");
    }
}

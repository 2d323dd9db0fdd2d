//! The views: what there is to see and how to get there. One row per view; what draws it is in `views`, its name in `language`.

use super::shared::icon::Icon;

/// What main shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// Diagnosis of an open case; the start page without one, the ledger while it is read.
    Diagnosis,
    Timeline,
    Queues,
    Events,
    Routing,
    Connectors,
    Permissions,
    Files,
    Search,
    Collect,
    Tools,
    Reference,
    About,
}

/// Where a view stands in the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What the case comes to.
    Answer,
    /// What the files show.
    Evidence,
    /// The files themselves.
    Files,
    /// What needs no case.
    Help,
}

/// A view.
pub struct ViewRow {
    pub view: View,
    /// In the address, after `#/`. It names the view and never evidence.
    pub hash: &'static str,
    pub icon: Icon,
    /// The key after `g`.
    pub key: &'static str,
    pub group: Group,
    /// Tables that it shows, by identifier.
    pub tables: &'static [&'static str],
    /// Whether it shows a case and nothing without one.
    pub needs_case: bool,
}

/// All views, in the order of the rail.
pub static VIEWS: &[ViewRow] = &[
    ViewRow {
        view: View::Diagnosis,
        hash: "diagnosis",
        icon: Icon::Diagnosis,
        key: "d",
        group: Group::Answer,
        tables: &[],
        needs_case: true,
    },
    ViewRow {
        view: View::Timeline,
        hash: "timeline",
        icon: Icon::Timeline,
        key: "l",
        group: Group::Evidence,
        tables: &["timeline"],
        needs_case: true,
    },
    ViewRow {
        view: View::Queues,
        hash: "queues",
        icon: Icon::Queues,
        key: "q",
        group: Group::Evidence,
        tables: &[
            "queues",
            "messages",
            "next-hops",
            "queues-by-server",
            "errors",
            "tracking",
            "latency",
            "slow-messages",
        ],
        needs_case: true,
    },
    ViewRow {
        view: View::Events,
        hash: "events",
        icon: Icon::Events,
        key: "e",
        group: Group::Evidence,
        tables: &["events"],
        needs_case: true,
    },
    ViewRow {
        view: View::Routing,
        hash: "routing",
        icon: Icon::Routing,
        key: "o",
        group: Group::Evidence,
        tables: &["routing-links", "routing-places", "routing-databases", "routing-changes"],
        needs_case: true,
    },
    ViewRow {
        view: View::Connectors,
        hash: "connectors",
        icon: Icon::Connectors,
        key: "n",
        group: Group::Evidence,
        tables: &["receive-connectors", "send-connectors"],
        needs_case: true,
    },
    ViewRow {
        view: View::Permissions,
        hash: "permissions",
        icon: Icon::Permissions,
        key: "p",
        group: Group::Evidence,
        tables: &["required-rights", "permissions", "servers", "databases", "domains", "certificates", "services"],
        needs_case: true,
    },
    ViewRow {
        view: View::Files,
        hash: "files",
        icon: Icon::File,
        key: "f",
        group: Group::Files,
        tables: &["files"],
        needs_case: true,
    },
    ViewRow {
        view: View::Search,
        hash: "search",
        icon: Icon::Search,
        key: "s",
        group: Group::Files,
        tables: &[],
        needs_case: true,
    },
    ViewRow {
        view: View::Collect,
        hash: "collect",
        icon: Icon::Collect,
        key: "c",
        group: Group::Files,
        tables: &[],
        needs_case: false,
    },
    ViewRow {
        view: View::Tools,
        hash: "tools",
        icon: Icon::Tools,
        key: "t",
        group: Group::Help,
        tables: &[],
        needs_case: false,
    },
    ViewRow {
        view: View::Reference,
        hash: "reference",
        icon: Icon::Reference,
        key: "r",
        group: Group::Help,
        tables: &[],
        needs_case: false,
    },
    ViewRow {
        view: View::About,
        hash: "about",
        icon: Icon::Info,
        key: "a",
        group: Group::Help,
        tables: &[],
        needs_case: false,
    },
];

impl View {
    /// Its row.
    pub fn row(self) -> Option<&'static ViewRow> {
        VIEWS.iter().find(|row| row.view == self)
    }

    /// What stands in the address.
    pub fn hash(self) -> String {
        format!("#/{}", self.row().map_or("", |row| row.hash))
    }

    /// The view that an address names.
    pub fn from_hash(hash: &str) -> View {
        let name = hash.trim_matches(['#', '/']);
        VIEWS.iter().find(|row| row.hash.eq_ignore_ascii_case(name)).map_or(View::Diagnosis, |row| row.view)
    }

    /// Whether it shows a case and nothing without one.
    pub fn needs_case(self) -> bool {
        self.row().is_some_and(|row| row.needs_case)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ui::language::ALL;

    #[test]
    fn a_hash_names_a_view_and_nothing_else() {
        for row in VIEWS {
            assert_eq!(View::from_hash(&row.view.hash()), row.view);
        }
        assert_eq!(View::from_hash("#files"), View::Files);
        assert_eq!(View::from_hash("#/Files/"), View::Files);
        assert_eq!(View::from_hash("#/relay-01"), View::Diagnosis);
    }

    #[test]
    fn every_view_has_a_name_and_says_what_would_fill_it() {
        for words in ALL.map(|language| language.words().views) {
            for row in VIEWS {
                assert!(!(words.name)(row.view).is_empty());
                assert_eq!((words.needs)(row.view).is_empty(), !row.needs_case, "{:?}", row.view);
            }
        }
    }

    #[test]
    fn keys_and_tables_belong_to_one_view() {
        let keys: BTreeSet<&str> = VIEWS.iter().map(|row| row.key).collect();
        assert_eq!(keys.len(), VIEWS.len());
        let tables: Vec<&str> = VIEWS.iter().flat_map(|row| row.tables).copied().collect();
        assert_eq!(tables.iter().collect::<BTreeSet<_>>().len(), tables.len());
        assert!(tables.iter().all(|id| crate::worker::protocol::table(id).is_some()));
    }
}

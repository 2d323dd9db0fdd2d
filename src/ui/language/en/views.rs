//! Names of the views, and what would fill those that need a case. English.

use crate::ui::view::View;

/// Names of the views, and what would fill those that need a case.
pub struct ViewsWords {
    pub open_files: &'static str,
    pub name: fn(View) -> &'static str,
    pub needs: fn(View) -> &'static str,
}

pub static WORDS: ViewsWords = ViewsWords {
    open_files: "Open files",
    name: |view| match view {
        View::Diagnosis => "Diagnosis",
        View::Timeline => "Timeline",
        View::Queues => "Queues and messages",
        View::Events => "Events",
        View::Routing => "Routing",
        View::Connectors => "Connectors",
        View::Permissions => "Rights and directory",
        View::Files => "Files",
        View::Search => "Search",
        View::Collect => "Collect",
        View::Tools => "Tools",
        View::Reference => "Reference",
        View::About => "About",
    },
    needs: |view| match view {
        View::Diagnosis => "Open files to see what is stuck and why",
        View::Timeline => "Event logs, transport logs and lists of queues fill it",
        View::Queues => "Lists of queues and messages fill it",
        View::Events => "Event logs fill it",
        View::Routing => "Routing tables fill it",
        View::Connectors => "Lists of connectors fill it",
        View::Permissions => "Permissions, servers, databases and services fill it",
        View::Files => "Open files to see what was read of them",
        View::Search => "Open files to search their lines",
        View::Collect | View::Tools | View::Reference | View::About => "",
    },
};

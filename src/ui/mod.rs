//! The page: a thin face over the report. It knows neither formats nor rules; what it shows comes from
//! [`crate::report`] through the worker. Only the reference reads the texts of the rules, the tools their tables,
//! and Collect what can be gathered.
//!
//! One state with one reducer (`state`), one session that touches the browser (`session`), one component
//! per view. Every text of the page itself is in `language`. Every text out of a file becomes a text node; there is no way
//! from evidence to markup.

mod about_view;
mod address;
mod app;
mod browser;
mod case;
mod collect_view;
mod connectors;
mod diagnosis;
mod drawer;
mod drop;
mod export;
mod files_view;
mod keyboard;
mod language;
mod notice;
mod path_list;
mod rail;
mod raw_lines;
mod raw_records;
mod reading_view;
mod reference;
mod routing;
mod row_problems;
mod search;
mod session;
mod shared;
mod start_view;
mod state;
mod table_state;
mod table_view;
mod text;
mod timeline;
mod tools_view;
mod top_bar;
mod view;
mod views;

/// Shows the page in `#app`. Called once, in a window.
pub fn start_page() {
    browser::apply_theme(browser::theme().as_deref());
    language::set(browser::language());
    if let Some(root) = browser::by_id("app") {
        yew::Renderer::<app::App>::with_root(root.into()).render();
    }
}

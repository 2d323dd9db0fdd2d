//! Every text of the page in German, a file per view.

pub mod about;
pub mod collect;
pub mod connectors;
pub mod diagnosis;
pub mod drawer;
pub mod export;
pub mod files;
pub mod frame;
pub mod grid;
pub mod keyboard;
pub mod path;
pub mod reading;
pub mod reference;
pub mod routing;
pub mod search;
pub mod shared;
pub mod start;
pub mod tables;
pub mod timeline;
pub mod tools;
pub mod views;

use super::Words;

pub static WORDS: Words = Words {
    frame: &frame::WORDS,
    views: &views::WORDS,
    start: &start::WORDS,
    reading: &reading::WORDS,
    files: &files::WORDS,
    shared: &shared::WORDS,
    diagnosis: &diagnosis::WORDS,
    drawer: &drawer::WORDS,
    grid: &grid::WORDS,
    timeline: &timeline::WORDS,
    routing: &routing::WORDS,
    connectors: &connectors::WORDS,
    tools: &tools::WORDS,
    collect: &collect::WORDS,
    search: &search::WORDS,
    path: &path::WORDS,
    reference: &reference::WORDS,
    export: &export::WORDS,
    about: &about::WORDS,
    keyboard: &keyboard::WORDS,
    tables: Some(&tables::TABLES),
};

//! Icons: our own drawings on a 16 px grid, in the color of the text around them.
//!
//! An icon never stands alone for a meaning: there is a word beside it, or the control has a name. So
//! all of them are hidden from assistive technology.

use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Mark,
    Diagnosis,
    Timeline,
    File,
    Folder,
    Lock,
    Info,
    Plus,
    Export,
    Keyboard,
    Copy,
    Tick,
    Cross,
    Up,
    Down,
    Left,
    Right,
    DockBelow,
    DockRight,
    RuledOut,
    Undecided,
    Ring,
    Dot,
    Open,
    Tools,
    Reference,
    Queues,
    Events,
    Compare,
    Collect,
    Routing,
    Connectors,
    Permissions,
    Search,
}

/// Draws an icon.
pub fn icon(icon: Icon) -> Html {
    let drawing = match icon {
        Icon::Mark => html! { <><circle cx="8" cy="8" r="7" /><path d="M4.4 5.7h7.2M4.4 8h5.2M4.4 10.3h3.2" /></> },
        Icon::Diagnosis => html! { <path d="M1 8.5h3L6 3l3.5 10.5L11.5 8.5H15" /> },
        Icon::Timeline => html! { <path d="M1.5 3.6h6M4.5 8h8M8.5 12.4h6M1.5 8h.8M1.5 12.4h4" /> },
        Icon::File => html! { <><path d="M3.7 1.7h5.1l3.5 3.5v9.1H3.7z" /><path d="M8.6 1.9v3.5h3.5" /></> },
        Icon::Folder => html! { <path d="M1.7 3.2h4.2l1.5 1.9h6.9v7.7H1.7z" /> },
        Icon::Lock => {
            html! { <><path d="M3 7.2h10v6.6H3zM8 9.6v1.9" /><path d="M5.2 7V4.8a2.8 2.8 0 0 1 5.6 0V7" /></> }
        }
        Icon::Info => html! { <><circle cx="8" cy="8" r="6.3" /><path d="M8 7.3v4M8 4.5v1.3" /></> },
        Icon::Plus => html! { <path d="M8 2.5v11M2.5 8h11" /> },
        Icon::Export => html! { <path d="M8 10V1.8M5 4.6l3-3 3 3M4.5 7.5H2.3v6.7h11.4V7.5h-2.2" /> },
        Icon::Keyboard => html! {
            <><path d="M1.5 4h13v8.2h-13z" /><path d="M4 6.6h1M6.8 6.6h1M9.6 6.6h1M12 6.6h.6M4 9.6h8" /></>
        },
        Icon::Copy => html! { <><path d="M5.3 5.3h8.4v8.4H5.3z" /><path d="M10.5 5V2.3H2.3v8.2H5" /></> },
        Icon::Tick => html! { <path d="M2.3 8.6l3.8 3.9 7.6-8.6" /> },
        Icon::Cross => html! { <path d="M3.4 3.4l9.2 9.2M12.6 3.4l-9.2 9.2" /> },
        Icon::Up => html! { <path d="M3.2 10.3L8 5.6l4.8 4.7" /> },
        Icon::Down => html! { <path d="M3.2 5.7L8 10.4l4.8-4.7" /> },
        Icon::Left => html! { <path d="M10.3 3.2L5.6 8l4.7 4.8" /> },
        Icon::Right => html! { <path d="M5.7 3.2L10.4 8l-4.7 4.8" /> },
        Icon::DockBelow => html! { <path d="M1.7 2.7h12.6v10.6H1.7zM1.7 8.8h12.6" /> },
        Icon::DockRight => html! { <path d="M1.7 2.7h12.6v10.6H1.7zM9.6 2.7v10.6" /> },
        Icon::RuledOut => html! { <><circle cx="8" cy="8" r="6" /><path d="M3.9 12.1l8.2-8.2" /></> },
        Icon::Undecided => html! {
            <>
                <circle cx="8" cy="8" r="6.2" stroke-dasharray="2.4 1.8" />
                <path d="M6.2 6.5a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.6-.8 1.2M8 10.9v1.1" />
            </>
        },
        Icon::Ring => html! { <circle cx="8" cy="8" r="3.2" /> },
        Icon::Dot => html! { <circle class="fill" cx="8" cy="8" r="3.6" /> },
        Icon::Tools => html! { <><circle cx="7" cy="7" r="4.6" /><path d="M10.4 10.4l4 4M5.2 7h3.6" /></> },
        Icon::Reference => {
            html! { <><path d="M8 3.6C6.4 2.5 4.3 2.1 1.8 2.3v10.4c2.5-.2 4.6.2 6.2 1.3 1.6-1.1 3.7-1.5 6.2-1.3V2.3c-2.5-.2-4.6.2-6.2 1.3z" /><path d="M8 3.6V14" /></> }
        }
        Icon::Compare => html! { <path d="M5 13.5V3M2.3 5.7L5 3l2.7 2.7M11 2.5V13M8.3 10.3L11 13l2.7-2.7" /> },
        Icon::Queues => html! { <path d="M2 3h12M2 6.3h12M2 9.7h8M2 13h5" /> },
        Icon::Events => html! { <><path d="M8 2.2l6.2 11.3H1.8z" /><path d="M8 6.4v3.4M8 11v1" /></> },
        Icon::Collect => html! { <path d="M3 3.2h10v11H3zM6 1.8h4v2.8H6zM5.6 8h4.8M5.6 11h4.8" /> },
        Icon::Routing => html! {
            <><circle cx="3.4" cy="8" r="2" /><circle cx="12.4" cy="3.4" r="2" /><circle cx="12.4" cy="12.6" r="2" /><path d="M5.2 7.1l5.4-2.8M5.2 8.9l5.4 2.8" /></>
        },
        Icon::Connectors => {
            html! { <path d="M5.5 1.8v3.4M10.5 1.8v3.4M3.4 5.2h9.2v2.6a4.6 4.6 0 0 1-9.2 0zM8 12.4v2" /> }
        }
        Icon::Permissions => {
            html! { <><circle cx="4.9" cy="11.1" r="3.1" /><path d="M7.1 8.9l6.7-6.7M10.8 5.2l2.4 2.4" /></> }
        }
        Icon::Search => html! {
            <><path d="M1.8 2.8h11.4M1.8 6.4h3M1.8 10h2.4" /><circle cx="9.4" cy="9" r="3.4" /><path d="M11.9 11.5l2.5 2.5" /></>
        },
        Icon::Open => html! { <path d="M8 1.8V10M4.9 7L8 10.1 11.1 7M2.3 9.5v4.7h11.4V9.5" /> },
    };
    html! { <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">{ drawing }</svg> }
}

//! Severity, confidence and file states: a shape and a word, so that they survive a gray print.

use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::report::{Confidence, FileState, InputState, Severity};
use crate::ui::language::{tag, words};

/// Class with the color of a severity.
pub fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Info => "info",
    }
}

/// Shape of a severity in its color, without the word.
pub fn severity_shape(severity: Severity) -> Html {
    let drawing = match severity {
        Severity::Critical => html! {
            <><path class="fill" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" /><path class="cut" d="M8 4v5M8 10.8v1.6" /></>
        },
        Severity::High => html! {
            <><path class="fill" d="M8 1.2l7.2 13.2H.8z" /><path class="cut" d="M8 6v4.2M8 11.6v1.4" /></>
        },
        Severity::Medium => html! { <path class="fill" d="M8 1.2L14.8 8 8 14.8 1.2 8z" /> },
        Severity::Low => html! { <path d="M2 3.4h12L8 13.2z" /> },
        Severity::Info => html! { <><circle cx="8" cy="8" r="6.3" /><path d="M8 7.3v4M8 4.5v1.3" /></> },
    };
    html! {
        <svg class={classes!("icon", "shape", severity_class(severity))} viewBox="0 0 16 16" width="14" height="14"
            aria-hidden="true" focusable="false">{ drawing }</svg>
    }
}

/// Shape and word.
pub fn severity(severity: Severity) -> Html {
    html! {
        <span class={classes!("verdict", "severity", severity_class(severity))} title={(words().shared.severity_means)(severity)}>
            { severity_shape(severity) }<span>{ (words().shared.severity)(severity) }</span>
        </span>
    }
}

/// Three bars and the word.
pub fn confidence(confidence: Confidence) -> Html {
    let filled = match confidence {
        Confidence::Confirmed => 3,
        Confidence::Likely => 2,
        Confidence::Possible => 1,
    };
    html! {
        <span class="verdict confidence">
            <svg class="meter" viewBox="0 0 20 12" width="20" height="12" aria-hidden="true" focusable="false">
                { for [0.5, 7.5, 14.5].into_iter().enumerate().map(|(bar, x)| html! {
                    <rect class={classes!((bar < filled).then_some("fill"))} x={x.to_string()} y="1.5" width="5" height="9" />
                }) }
            </svg>
            <span>{ (words().shared.confidence)(confidence) }</span>
        </span>
    }
}

/// Shape of a warning, for caveats.
pub fn warning_shape() -> Html {
    severity_shape(Severity::Medium)
}

/// Shape of a file's state, without the word.
pub fn state_shape(state: InputState) -> Html {
    let (class, shape) = match state {
        InputState::Read => ("ok", icon(Icon::Tick)),
        InputState::Incomplete => ("medium", severity_shape(Severity::Medium)),
        InputState::NotRead => ("high", icon(Icon::Cross)),
    };
    html! { <span class={classes!("state-shape", class)}>{ shape }</span> }
}

/// Shape and word of what became of a file.
pub fn file_state(state: FileState) -> Html {
    html! { <span class="verdict">{ state_shape(state.input_state()) }<span lang={tag()}>{ (words().files.state)(state) }</span></span> }
}

/// Shape and word.
pub fn state(state: InputState) -> Html {
    html! { <span class="verdict">{ state_shape(state) }<span>{ (words().shared.state)(state) }</span></span> }
}

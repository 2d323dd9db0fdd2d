//! What the components of latency strings are.

pub use crate::knowledge::latency::meaning;

use crate::model::latency::Component;

/// The code of a component with its agent, and what it means.
pub fn name(component: &Component) -> String {
    let agent = component.agent.as_ref().map(|agent| format!("-{agent}")).unwrap_or_default();
    let known = meaning(&component.code).map(|text| format!(" ({text})")).unwrap_or_default();
    format!("{}{agent}{known}", component.code)
}

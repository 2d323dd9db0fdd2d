//! What it means for mail that the organization accepts its domain itself.

use crate::model::domain::{AcceptedDomain, AcceptedDomainKind};

/// Whether the entry is about this domain, which is in lower case: itself, `*`, `*.parent`, or a parent with its subdomains.
pub(in crate::analysis) fn covers(own: &AcceptedDomain, domain: &str) -> bool {
    let pattern = own.domain.value.trim().to_lowercase();
    let with_below = own.subdomains.as_ref().is_some_and(|own| own.value);
    let parent = pattern.strip_prefix("*.").or_else(|| with_below.then_some(pattern.as_str()));
    let is_below = |parent: &str| {
        let rest = domain.strip_suffix(parent);
        !parent.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    pattern == domain || pattern == "*" || parent.is_some_and(is_below)
}

/// How it is accepted; `None` when the file does not show it.
pub(in crate::analysis) fn kind(own: &AcceptedDomain) -> Option<AcceptedDomainKind> {
    own.kind.as_ref().map(|kind| kind.value)
}

/// That as a sentence.
pub(in crate::analysis) fn remark(own: &AcceptedDomain) -> String {
    let shown = &own.domain.value;
    match kind(own) {
        Some(AcceptedDomainKind::Authoritative) => format!(
            "The organization is authoritative for {shown}: mail to its own recipients is delivered inside and needs no connector."
        ),
        Some(AcceptedDomainKind::InternalRelay | AcceptedDomainKind::ExternalRelay) => {
            format!("The organization relays for {shown}: mail to recipients that it does not know takes this way.")
        }
        None => format!("The organization accepts mail for {shown}; the file does not show how."),
    }
}

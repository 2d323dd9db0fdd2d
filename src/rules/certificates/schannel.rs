//! What rules about Schannel share. Events of Schannel alone prove nothing: every server that strangers reach has them.

use crate::model::smtp_reply::squeeze;

/// Whether an error is a failed TLS negotiation of SMTP that does not say why.
pub(super) fn is_tls_failure(text: &str) -> bool {
    let text = squeeze(text);
    let tls = text.contains("tlsnegotiation") || text.contains("starttls") || text.contains("negotiationfailed");
    let says_why =
        is_mismatch(&text) || ["untrusted", "cert", "expired", "revo"].iter().any(|word| text.contains(word));
    tls && (text.contains("fail") || text.contains("error")) && !says_why
}

/// Whether both sides have no version or method in common; the text without blanks.
pub(super) fn is_mismatch(text: &str) -> bool {
    let text = squeeze(text);
    ["algorithmmismatch", "illegalmessage", "sec_e_algorithm_mismatch", "80090331", "80090326"]
        .iter()
        .any(|word| text.contains(word))
}

/// Whether an error is a connection that the other side ended without a word.
pub(super) fn is_dropped(text: &str) -> bool {
    let text = squeeze(text);
    text.contains("4.4.2") && (text.contains("connectiondropped") || text.contains("connectionclosed"))
}

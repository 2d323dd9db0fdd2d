//! What protocol logs prove about the connector that answers: the receive log names it in each session, and both logs show what it
//! offered.
//!
//! Trap: 5.7.3 never stands in the log of the receiving server. The sending server makes this reply itself when the other one does not
//! offer Exchange Server authentication.

use std::net::IpAddr;

use super::sessions::{Session, sessions};
use crate::facts::Facts;
use crate::facts::transport::Capabilities;
use crate::rules::discovery::{Discovery, Proof, listed};

/// States which sessions of these addresses a connector answered, and what it offered.
pub(super) fn add(facts: &Facts, found: &mut Discovery, connectors: &[(&str, Vec<IpAddr>)]) {
    let all = sessions(facts);
    let verbs = Capabilities::X_ANONYMOUSTLS | Capabilities::X_EXPS;
    for (connector, addresses) in connectors {
        let of = |session: &&Session| {
            !session.sends && session.connector.eq_ignore_ascii_case(connector) && addresses.contains(&session.address)
        };
        let answered: Vec<&Session> = all.iter().filter(of).collect();
        let Some(first) = answered.first() else { continue };
        let names: Vec<String> = answered.iter().map(|session| session.address.to_string()).collect();
        let why = "The receive log names the connector that answers in each session.";
        let place = first.span.map_or_else(String::new, |span| {
            let note = format!("The receive log: {connector} answers {}", first.address);
            found.cite(Proof::new(span, note).mark([(*connector).to_owned(), first.address.to_string()]).why(why))
        });
        let marks = answered.iter().fold(0, |marks, session| marks | session.marks);
        let offered = if marks & Capabilities::OFFERED == 0 {
            ""
        } else if marks & verbs == 0 {
            ", and its reply to EHLO offers neither X-ANONYMOUSTLS nor X-EXPS"
        } else {
            ", and its reply to EHLO offers X-ANONYMOUSTLS or X-EXPS"
        };
        found.held(format!("The receive log shows that {connector} answers {} {place}{offered}.", listed(&names, 4)));
    }
    found.held(
        "The reply 5.7.3 is made by the sending server itself, when the other one does not offer the method. It does not stand in the \
         receive log of the answering server.",
    );
}

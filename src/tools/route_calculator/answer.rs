//! The calculator's answer for people: where mail for a recipient, a database or a server goes from the server that wrote the table,
//! in which queue it would wait, and why.

use super::external::Outcome;
use super::{NextHop, RouteCalculator};
use crate::model::queue::DeliveryType;
use crate::model::routing::entry::reference_key;
use crate::model::routing::{RoutingDatabase, RoutingServer};
use crate::model::server::server_key;
use crate::model::smtp_reply::UnreachableReason;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Destination<'q> {
    /// A recipient outside of the organization: an SMTP address or a domain, and the size of the message in bytes.
    Recipient {
        /// `anna@fabrikam.example` or `fabrikam.example`.
        address: &'q str,
        /// Size in bytes.
        size: u64,
    },
    /// A mailbox database, by name or distinguished name.
    Database(&'q str),
    /// A server of the organization, by its short or full name.
    Server(&'q str),
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The server that wrote the table.
    pub from: String,
    /// The sites on the path after the first, in order.
    pub path: Vec<String>,
    /// How it is sent and where to; `None` when it does not go on.
    pub next_hop: Option<NextHop>,
    /// The queue it would wait in, as `Get-Queue` shows its next hop; `Unreachable` without a route. `None` when it is returned or not known.
    pub queue: Option<String>,
    /// The reason of the queue Unreachable, or the reply in the returned message.
    pub reply: Option<&'static str>,
    /// Sentences, in the order of the choices.
    pub reasons: Vec<String>,
}

impl<'a> RouteCalculator<'a> {
    /// Where mail goes.
    pub fn ask(&self, destination: Destination<'_>) -> Answer {
        let from = self.table().local_server.as_ref().map(ToString::to_string).unwrap_or_default();
        let answer = Answer { from, ..Answer::default() };
        match destination {
            Destination::Recipient { address, size } => self.ask_recipient(answer, address, size),
            Destination::Database(name) => self.ask_database(answer, name),
            Destination::Server(name) => self.ask_server(answer, name),
        }
    }

    fn ask_recipient(&self, mut answer: Answer, address: &str, size: u64) -> Answer {
        let route = self.external("SMTP", address, size);
        answer.reasons = route.reasons;
        answer.reply = route.outcome.reply();
        match route.outcome {
            Outcome::Next(hop) => answer.go(hop),
            Outcome::NoConnector => answer.queue = Some("Unreachable".to_owned()),
            Outcome::NoConnectorForType | Outcome::TooLarge | Outcome::InvalidAddress => {}
            Outcome::NotChecked(why) => answer.reasons.push(format!("It cannot be told: {why}.")),
        }
        answer
    }

    fn ask_database(&self, mut answer: Answer, name: &str) -> Answer {
        match self.table().database(name).as_slice() {
            [] => {
                answer.reasons.push("The table does not list a database of this name.".to_owned());
                answer.without_route();
            }
            [database] => self.reach(&mut answer, database),
            several => answer.reasons.push(format!(
                "The table lists {} databases of this name; ask with the distinguished name.",
                several.len()
            )),
        }
        answer
    }

    fn ask_server(&self, mut answer: Answer, name: &str) -> Answer {
        let key = server_key(name);
        let servers = &self.table().servers;
        let Some(server) = servers.iter().find(|server| server_key(&server.object.to_string()) == key) else {
            answer.reasons.push("The table does not list a server of this name.".to_owned());
            answer.without_route();
            return answer;
        };
        let owns = |database: &&RoutingDatabase| {
            database.owner.as_ref().is_some_and(|owner| reference_key(owner) == reference_key(&server.object))
        };
        match self.table().databases.iter().find(owns) {
            // Mail for a server is mail for its databases.
            Some(database) => self.reach(&mut answer, database),
            None => {
                self.walk(&mut answer, server);
                answer
                    .reasons
                    .push("The server has no database in the table, so no mail is delivered there.".to_owned());
            }
        }
        answer
    }

    fn reach(&self, answer: &mut Answer, database: &'a RoutingDatabase) {
        let route = self.database(database);
        let owner = database.owner.as_ref().and_then(|owner| self.servers().server(owner));
        if let Some(owner) = owner {
            let group = match (&owner.dag, &owner.site, &owner.routing_group) {
                (Some(dag), ..) => format!(", a member of {dag}"),
                (_, Some(site), _) => format!(" in site {site}"),
                (.., Some(group)) => format!(" in routing group {group}"),
                _ => String::new(),
            };
            answer.reasons.push(format!("{} belongs to {}{group}.", database.object, owner.object));
            if let Some(server) = self.toward(owner, route.as_ref().ok()) {
                self.walk(answer, server);
            }
        }
        match route {
            Ok(hop) => {
                answer.reasons.push(explained(&hop, owner));
                answer.go(hop);
            }
            Err(route) => {
                answer.reasons.push(format!("Here {route}."));
                if route.is_without_route() {
                    answer.without_route();
                }
            }
        }
    }

    /// The server that mail for an owner's databases heads for: none when it is delivered from here, the nearest member when
    /// it goes to the owner's group, which need not be the owner.
    pub fn toward(&self, owner: &'a RoutingServer, next: Option<&NextHop>) -> Option<&'a RoutingServer> {
        match next.map(|hop| hop.delivery_type) {
            Some(DeliveryType::SmtpDeliveryToMailbox) => None,
            Some(DeliveryType::SmtpRelayToDag) => {
                let members = owner.dag.iter().flat_map(|dag| self.servers().dag_servers(dag));
                let reached = members.filter_map(|server| Some((self.path(server)?.cost, server)));
                reached.min_by_key(|(cost, _)| *cost).map_or(Some(owner), |(_, server)| Some(server))
            }
            _ => Some(owner),
        }
    }

    /// The path between sites, with its cost.
    fn walk(&self, answer: &mut Answer, server: &RoutingServer) {
        let way = self.way(server);
        answer.path = way.through.iter().map(|site| site.object.to_string()).collect();
        if let Some(site) = server.site.as_ref().filter(|_| !answer.path.is_empty()) {
            let cost = self.site_cost(site).map_or_else(String::new, |cost| format!(", cost {cost}"));
            answer.reasons.push(format!("The least-cost path leads through {}{cost}.", answer.path.join(", ")));
        }
        if let Some(link) = server.site.as_ref().and_then(|site| self.site_doubt(site)) {
            answer
                .reasons
                .push(format!("The cost of site link {} cannot be read: a way over it may cost less.", link.object));
        }
        if let Some((limit, link)) = way.limit {
            let limit = super::external::size_text(limit);
            answer.reasons.push(format!("Site link {} lets messages of {limit} pass at most.", link.object));
        }
    }
}

impl Answer {
    fn go(&mut self, hop: NextHop) {
        self.queue = Some(hop.domain.clone());
        self.next_hop = Some(hop);
    }

    fn without_route(&mut self) {
        self.queue = Some("Unreachable".to_owned());
        self.reply = Some(UnreachableReason::NoRouteToMdb.text());
    }
}

/// Why this is the next hop.
fn explained(hop: &NextHop, owner: Option<&RoutingServer>) -> String {
    let owner = owner.map_or_else(|| "the server".to_owned(), |owner| owner.object.to_string());
    match hop.delivery_type {
        DeliveryType::SmtpDeliveryToMailbox => {
            format!("{owner} is in the own delivery group, so mail is delivered directly.")
        }
        DeliveryType::SmtpRelayToDag => {
            format!("Mail for a group goes to the nearest of its servers; {} is the group.", hop.domain)
        }
        DeliveryType::SmtpRelayToRemoteAdSite => {
            format!(
                "Mail stops in site {}, a hub site on the way or the site of {owner} where servers are not addressed directly.",
                hop.domain
            )
        }
        DeliveryType::SmtpRelayToMailboxDeliveryGroup => {
            format!("{owner} is reached through the servers of its version in its site, {}.", hop.domain)
        }
        _ => format!("Mail goes to {}.", hop.domain),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{send, table};
    use super::*;

    fn routes() -> crate::model::routing::RoutingTable {
        let servers = ["A 15 s1 D1", "B 15 s2 D1", "C 15 s2 D2", "D 14 s3", "E 14 s9"];
        let mut table = table(&servers, &["s1-s2 10", "s2-s3 10", "s9-s8 1"]);
        table.send_connectors =
            vec![send("Internet", "SMTP:*;10", "A"), send("Partner", "SMTP:fabrikam.example;1", "A")];
        table
    }

    #[test]
    fn a_database_is_answered_with_path_queue_and_reasons() {
        let table = routes();
        let answer = RouteCalculator::new(&table).ask(Destination::Database("DB-D"));
        assert_eq!(answer.from, "A");
        assert_eq!(answer.path, ["s2", "s3"]);
        assert_eq!(answer.queue.as_deref(), Some("site:s3; version:14"));
        let text = answer.reasons.join(" ");
        assert!(text.contains("DB-D belongs to D in site s3."), "{text}");
        assert!(text.contains("The least-cost path leads through s2, s3, cost 20."), "{text}");
        // The same by the name of the server.
        assert_eq!(RouteCalculator::new(&table).ask(Destination::Server("d.contoso.test")).queue, answer.queue);
    }

    #[test]
    fn what_has_no_route_waits_in_unreachable() {
        let table = routes();
        let calculator = RouteCalculator::new(&table);
        for destination in [Destination::Database("DB-E"), Destination::Database("DB-X"), Destination::Server("X")] {
            let answer = calculator.ask(destination);
            assert_eq!(answer.queue.as_deref(), Some("Unreachable"), "{destination:?}");
            assert_eq!(answer.reply, Some("There is currently no route to the mailbox database."));
            assert!(!answer.reasons.is_empty());
        }
    }

    #[test]
    fn a_recipient_is_answered_with_the_connector() {
        let table = routes();
        let calculator = RouteCalculator::new(&table);
        let answer = calculator.ask(Destination::Recipient { address: "anna@fabrikam.example", size: 1 });
        assert!(answer.next_hop.is_some() && answer.reply.is_none(), "{answer:?}");
        assert!(answer.reasons.iter().any(|reason| reason.contains("Partner")), "{answer:?}");
    }
}

//! What is told of a way: values, for which the view has the words.

use serde::{Deserialize, Serialize};

use super::super::{Question, Row};

/// What was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Nothing that the table or the other files know.
    #[default]
    Unknown,
    /// A mailbox database.
    Database,
    /// A recipient whose mailbox is in a database.
    Mailbox,
    /// A server.
    Server,
    /// A site or a routing group.
    Place,
    /// A domain outside of the organization.
    Domain,
}

/// What becomes of the mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// That cannot be told.
    #[default]
    Unknown,
    /// It goes on.
    Goes,
    /// It waits as unreachable.
    NoRoute,
    /// It is returned.
    Returned,
}

/// A step of the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Where it leads.
    pub name: String,
    /// Servers there, or what stands for it.
    pub about: String,
    /// What it adds to the cost.
    pub added: Option<u64>,
    /// The link or connector that leads there.
    pub by: String,
    /// Whether it is a hub site, where mail stops.
    pub is_hub: bool,
    /// Whether mail does not get there.
    pub is_broken: bool,
    /// The key of its place.
    pub key: String,
    /// Its row in a table, and that of the link.
    pub row: Option<Row>,
    /// The row of the link.
    pub by_row: Option<Row>,
}

/// The same from another server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherWay {
    /// The server.
    pub from: String,
    /// Its site.
    pub place: String,
    /// What becomes of the mail.
    pub end: End,
    /// The queue it waits in.
    pub queue: String,
    /// The cost.
    pub cost: Option<u64>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTold {
    /// What was asked.
    pub asked: Question,
    /// The server it starts from; empty when the table has no such server or site.
    pub from: String,
    /// Whether that is the server that wrote the table.
    pub is_local: bool,
    /// What was asked for.
    pub target: Target,
    /// Its name.
    pub to: String,
    /// What becomes of the mail.
    pub end: End,
    /// Whether the table lists the database.
    pub is_listed: bool,
    /// Whether it is a server without a database or a site without a transport server, which take no mail themselves.
    pub is_empty: bool,
    /// How it is sent, in Exchange's word.
    pub delivery: String,
    /// The queue it waits in.
    pub queue: String,
    /// The reason of the queue Unreachable, or the reply in the returned message.
    pub reply: String,
    /// Cost of the way.
    pub cost: Option<u64>,
    /// The steps, the server it starts from first.
    pub hops: Vec<Hop>,
    /// Keys of the places on the map that the way passes, those of links of many sites included.
    pub trail: Vec<String>,
    /// The key of the place where it breaks.
    pub broken: String,
    /// Why, in the order of the choices.
    pub why: Vec<String>,
    /// Other connectors, and why they were not chosen.
    pub others: Vec<String>,
    /// The same from other servers.
    pub from_elsewhere: Vec<OtherWay>,
    /// Whether the table follows the published schema; only then ways are worked out.
    pub is_exact: bool,
    /// Whether the table was cut off; then nothing follows from what it lacks.
    pub is_cut: bool,
}

impl RouteTold {
    /// Takes back what was concluded from something that the table lacks: it may stand behind the cut.
    pub(super) fn doubt(&mut self) {
        if self.end == End::Goes {
            self.why.push("The table was cut off: a shorter way may stand behind the cut.".to_owned());
            return;
        }
        self.end = End::Unknown;
        self.is_empty = false;
        self.queue.clear();
        self.reply.clear();
        self.broken.clear();
        self.cost = None;
        self.hops.retain(|hop| !hop.is_broken);
        self.why = vec!["The table was cut off: what is missing may stand behind the cut.".to_owned()];
        self.others.clear();
    }
}

//! Back pressure: resources that the Transport service watches, and what it does when they run short (2013 to SE).

use serde::{Deserialize, Serialize};
use std::fmt;

use super::Located;
use crate::base::source::Span;
use crate::base::timestamp::Moment;

/// The resources of one server at one time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackPressure {
    /// The whole record.
    pub span: Span,
    /// Server.
    pub server: Option<Located<String>>,
    /// When it was asked.
    pub at: Option<Located<Moment>>,
    /// The worst use of all resources.
    pub aggregate: Option<Located<Pressure>>,
    /// Resources.
    pub resources: Vec<Resource>,
    /// Components that are paused, or that say something about themselves.
    pub components: Vec<PressedComponent>,
}

/// One resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resource {
    /// `UsedDiskSpace[D:\Queue]`, `SystemMemory`, `QueueLength[SubmissionQueue]` ...
    pub name: Located<String>,
    /// Its use now.
    pub current: Option<Located<Pressure>>,
    /// Its use at the look before.
    pub previous: Option<Located<Pressure>>,
    /// The number behind it, in the unit of the resource.
    pub pressure: Option<Located<u64>>,
    /// The numbers at which the use changes, as printed.
    pub transitions: Option<String>,
}

/// A component of transport that back pressure acts on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PressedComponent {
    /// `SmtpIn`, `Pickup`, `Categorizer` ...
    pub name: Located<String>,
    /// Whether it is paused.
    pub paused: bool,
    /// What it says beside that.
    pub status: Option<String>,
}

/// How much of a resource is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Pressure {
    /// Normal.
    Low,
    /// Mail from outside is slowed down or refused.
    Medium,
    /// Mail from everywhere is refused.
    High,
}

impl Pressure {
    /// From the name.
    pub fn parse(text: &str) -> Option<Pressure> {
        match text.trim().to_ascii_lowercase().as_str() {
            "low" | "normal" => Some(Pressure::Low),
            "medium" => Some(Pressure::Medium),
            "high" => Some(Pressure::High),
            _ => None,
        }
    }
}

impl fmt::Display for Pressure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Pressure::Low => "Low",
            Pressure::Medium => "Medium",
            Pressure::High => "High",
        })
    }
}

impl super::Entry for BackPressure {
    fn span(&self) -> Span {
        self.span
    }

    fn times(&self) -> Vec<Moment> {
        self.at.iter().map(|at| at.value).collect()
    }
}

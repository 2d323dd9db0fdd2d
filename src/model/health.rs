//! Whether the components and services of a server run.

use serde::{Deserialize, Serialize};
use std::fmt;

use super::{Listed, Located};
use crate::base::source::Span;

/// A component of a server, as `Get-ServerComponentState` shows it (2013 and later).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ComponentState {
    /// The whole record.
    pub span: Span,
    /// Server.
    pub server: Option<Located<String>>,
    /// `HubTransport`, `FrontendTransport`, `ServerWideOffline` ...
    pub component: Located<String>,
    /// Its state.
    pub state: Located<Activity>,
    /// Who asked for which state, as kept on the server.
    pub local: Option<Located<Listed<StateRequest>>>,
    /// The same, as kept in the directory.
    pub remote: Option<Located<Listed<StateRequest>>>,
}

/// The state of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Activity {
    /// It takes no work.
    Inactive,
    /// It works.
    Active,
    /// It finishes what it has and takes nothing new.
    Draining,
}

impl Activity {
    /// From the name, or the number.
    pub fn parse(text: &str) -> Option<Activity> {
        match text.trim().to_ascii_lowercase().as_str() {
            "inactive" | "0" => Some(Activity::Inactive),
            "active" | "1" => Some(Activity::Active),
            "draining" | "2" => Some(Activity::Draining),
            _ => None,
        }
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Activity::Inactive => "Inactive",
            Activity::Active => "Active",
            Activity::Draining => "Draining",
        })
    }
}

/// A wish for a state. A component is active only when every requester wants it to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRequest {
    /// `Maintenance`, `HealthAPI`, `Functional`, `Deployment`, `Sidelined`.
    pub requester: String,
    /// What it wants.
    pub state: Activity,
    /// Since when, as printed.
    pub since: Option<String>,
}

/// The services of a role, as `Test-ServiceHealth` shows them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServiceHealth {
    /// The whole record.
    pub span: Span,
    /// Server, when shown.
    pub server: Option<Located<String>>,
    /// Role as printed; localized.
    pub role: Option<Located<String>>,
    /// Whether all required services run.
    pub required_running: Option<Located<bool>>,
    /// Those that run.
    pub running: Option<Located<Listed<String>>>,
    /// Those that do not.
    pub not_running: Option<Located<Listed<String>>>,
}

/// A Windows service, as `Get-Service` shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WindowsService {
    /// The whole record.
    pub span: Span,
    /// Server, when shown; `.` is the machine itself and is left out.
    pub server: Option<Located<String>>,
    /// Name: `MSExchangeTransport`. The display name when only that is shown.
    pub name: Located<String>,
    /// Its state.
    pub state: Option<Located<ServiceState>>,
    /// How it starts.
    pub start: Option<Located<StartMode>>,
}

/// Names of states, in the order of their numbers.
macro_rules! named_numbers {
    ($(#[$doc:meta])* $name:ident from $first:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            const ALL: &'static [($name, &'static str)] = &[$(($name::$variant, $text)),*];

            /// From the name with or without blanks, or from the number.
            pub fn parse(text: &str) -> Option<$name> {
                if let Ok(number) = text.trim().parse::<usize>() {
                    return Self::ALL.get(number.checked_sub($first)?).map(|(value, _)| *value);
                }
                let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                Self::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(&text)).map(|(value, _)| *value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Self::ALL.iter().find(|(value, _)| value == self).map_or("", |(_, name)| name))
            }
        }
    };
}

named_numbers! {
    /// The state of a service.
    ServiceState from 1 {
        /// Stopped.
        Stopped = "Stopped",
        /// Starting.
        StartPending = "StartPending",
        /// Stopping.
        StopPending = "StopPending",
        /// Running.
        Running = "Running",
        /// Going on after a pause.
        ContinuePending = "ContinuePending",
        /// Being paused.
        PausePending = "PausePending",
        /// Paused.
        Paused = "Paused",
    }
}

named_numbers! {
    /// How a service starts.
    StartMode from 0 {
        /// By the boot loader.
        Boot = "Boot",
        /// With the system.
        System = "System",
        /// By itself.
        Automatic = "Automatic",
        /// When it is asked to.
        Manual = "Manual",
        /// Not at all.
        Disabled = "Disabled",
    }
}

impl super::Entry for ComponentState {
    fn span(&self) -> Span {
        self.span
    }
}

impl super::Entry for ServiceHealth {
    fn span(&self) -> Span {
        self.span
    }
}

impl super::Entry for WindowsService {
    fn span(&self) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_by_name_and_by_number() {
        assert_eq!(ServiceState::parse("Running"), Some(ServiceState::Running));
        assert_eq!(ServiceState::parse("Stop Pending"), Some(ServiceState::StopPending));
        assert_eq!(ServiceState::parse("4"), Some(ServiceState::Running));
        assert_eq!(ServiceState::parse("0"), None);
        assert_eq!(StartMode::parse("2"), Some(StartMode::Automatic));
        assert_eq!(StartMode::parse("auto"), None);
    }
}

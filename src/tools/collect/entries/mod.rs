//! The table of what can be gathered.
//!
//! The lines of scripts use the variables and functions that [`super::script`] puts before them: `$names` (servers),
//! `$chosen` and `$transport` (transport services and their names), `Export-Answer`, `Get-RecentLog` and the like.

mod by_hand;
mod events;
mod mail;
mod routing;
mod servers;

use super::{Entry, Generation, Group, How, Way};

/// All entries, by group.
pub(super) const ALL: &[&[Entry]] =
    &[mail::ENTRIES, servers::ENTRIES, routing::ENTRIES, events::ENTRIES, by_hand::ENTRIES];

const MODERN: &[Generation] = &[Generation::Exchange2007, Generation::Exchange2013];
const SINCE_2013: &[Generation] = &[Generation::Exchange2013];
const UP_TO_2010: &[Generation] = &[Generation::Exchange2007];
const MODERN_AND_ONLINE: &[Generation] = &[Generation::Exchange2007, Generation::Exchange2013, Generation::Online];
const OLD: &[Generation] = &[Generation::Exchange2003];
const OLDEST: &[Generation] = &[Generation::Exchange55];
const OLD_AND_OLDEST: &[Generation] = &[Generation::Exchange2003, Generation::Exchange55];
const EVERY: &[Generation] = &[
    Generation::Exchange2013,
    Generation::Exchange2007,
    Generation::Exchange2003,
    Generation::Exchange55,
    Generation::Online,
];

/// Rights on the computers themselves.
const LOCAL_ADMIN: &str = "local administrator of the servers";
const LOCAL_ADMIN_AND_SHARES: &str = "local administrator of the servers, and the shares of their drives (C$)";

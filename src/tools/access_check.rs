//! Whether somebody has a right on an object, from its access control list.
//!
//! Described in [MS-DTYP] 2.5.3.2 and [MS-ADTS] 5.1.3.3. The first entry that speaks about the right decides, in
//! this order: explicit deny, explicit allow, then inherited entries from the nearest parent outward. Where
//! the export keeps the stored order, that is the order the system uses, and it is used here. An inherited
//! deny therefore does not beat an explicit allow.
//!
//! Nothing is guessed: an entry that might decide but cannot be judged (a condition, a right by a name that is
//! not known, an order that the export lost) makes the answer [`Answer::Unknown`], unless what decides after
//! it says the same.
//!
//! [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/4f1bbcbb-814a-4c70-a11f-2a5b8779a6f9
//! [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/d2435927-0999-4c62-8c6d-13ba31a52e1a

use uuid::Uuid;

use crate::base::order::Order as _;
use crate::knowledge::extended_rights;
use crate::knowledge::well_known_sids::{self, Members};
use crate::model::access::{AccessControlList, AccessEntry, Effect, EntryOrder, ObjectType, Rights, Trustee};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Rights, all of them.
    pub rights: Rights,
    /// The extended right, property or class.
    pub object: Option<Uuid>,
    /// The set of properties that the property belongs to.
    pub set: Option<Uuid>,
}

impl Wanted {
    /// An extended right.
    pub fn extended(guid: Uuid) -> Wanted {
        Wanted { rights: Rights::CONTROL_ACCESS, object: Some(guid), set: None }
    }

    /// Rights on the whole object.
    pub fn rights(rights: Rights) -> Wanted {
        Wanted { rights: rights.mapped(), object: None, set: None }
    }
}

/// Somebody with all groups known for them. Everyone and Authenticated Users need not be listed.
#[derive(Clone, Debug)]
pub struct Who<'a> {
    /// The account and its groups.
    pub trustees: &'a [Trustee],
    /// Whether they log on with an account, as Exchange servers do, and not anonymously.
    pub authenticated: bool,
}

/// The answer, with numbers of entries as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Allowed, by these entries, or because there is no list, or to the owner: then none.
    Allowed(Vec<usize>),
    /// Denied by this entry.
    Denied(usize),
    /// No entry allows it.
    NotGranted,
    /// The list does not tell; the entries in question. There may be none, when entries are missing.
    Unknown(Vec<usize>),
}

/// What a list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The answer.
    pub answer: Answer,
    /// Entries that deny the right to others. Whoever is asked about may be in such a group unseen.
    pub denied_to_others: Vec<usize>,
}

/// Whether somebody has a right.
pub fn check(list: &AccessControlList, who: &Who<'_>, wanted: &Wanted) -> Outcome {
    let mut outcome = Outcome { answer: Answer::Allowed(Vec::new()), denied_to_others: Vec::new() };
    if list.open_to_all {
        return outcome;
    }
    let entries: Vec<(usize, &AccessEntry)> = ordered(list).into_iter().filter(|(_, e)| !e.inherit_only).collect();
    let mut left = wanted.rights.mapped().0;
    let (mut allowed_by, mut doubtful) = (Vec::new(), Vec::new());
    left &= !implicit_for_owner(list, who, &entries);
    let mut denied = None;
    for &(number, entry) in &entries {
        let spoken = entry.rights.mapped().0 & left;
        let covers = covers(entry, wanted);
        if spoken == 0 || covers == Some(false) {
            continue;
        }
        if !is_of(&entry.trustee, who) {
            if entry.effect == Effect::Deny {
                outcome.denied_to_others.push(number);
            }
            continue;
        }
        if covers.is_none() || entry.conditional {
            doubtful.push((number, entry.effect));
            continue;
        }
        match entry.effect {
            Effect::Deny => {
                denied = Some(number);
                break;
            }
            Effect::Allow => {
                left &= !spoken;
                allowed_by.push(number);
            }
        }
        if left == 0 {
            break;
        }
    }
    if denied.is_none() && left == 0 && is_contested(list, who, wanted, &allowed_by) {
        return Outcome { answer: Answer::Unknown(allowed_by), ..outcome };
    }
    // An entry that is missing may stand in front, except of an explicit deny.
    let explicit = |number: usize| list.entries.get(number).is_some_and(|entry| entry.inherited == Some(false));
    let (answer, against) = match denied {
        Some(number) if is_contested(list, who, wanted, &[number]) => (Answer::Unknown(vec![number]), None),
        Some(number) if !list.complete && !explicit(number) => (Answer::Unknown(vec![number]), None),
        Some(number) => (Answer::Denied(number), Some(Effect::Allow)),
        None if !list.complete => (Answer::Unknown(allowed_by), None),
        None if left == 0 => (Answer::Allowed(allowed_by), Some(Effect::Deny)),
        None => (Answer::NotGranted, Some(Effect::Allow)),
    };
    let questions: Vec<usize> =
        doubtful.into_iter().filter(|(_, effect)| Some(*effect) == against).map(|(number, _)| number).collect();
    outcome.answer = if questions.is_empty() { answer } else { Answer::Unknown(questions) };
    outcome
}

/// The entries in the order in which they count.
fn ordered(list: &AccessControlList) -> Vec<(usize, &AccessEntry)> {
    let mut entries: Vec<(usize, &AccessEntry)> = list.entries.iter().enumerate().collect();
    if list.order == EntryOrder::Unknown {
        entries.order_by_key(|(_, entry)| rank(entry));
    }
    entries
}

/// Explicit before inherited, deny before allow.
fn rank(entry: &AccessEntry) -> u8 {
    2 * u8::from(entry.inherited == Some(true)) + u8::from(entry.effect == Effect::Allow)
}

/// Whether entries of the other effect could come first, because the export lost the order: both
/// inherited, perhaps of different parents, or of unknown origin.
fn is_contested(list: &AccessControlList, who: &Who<'_>, wanted: &Wanted, decided: &[usize]) -> bool {
    if list.order == EntryOrder::Stored {
        return false;
    }
    let speaks = |entry: &&AccessEntry| {
        !entry.inherit_only
            && entry.rights.mapped().0 & wanted.rights.mapped().0 != 0
            && covers(entry, wanted) == Some(true)
            && is_of(&entry.trustee, who)
    };
    decided.iter().filter_map(|number| list.entries.get(*number)).any(|one| {
        list.entries.iter().filter(speaks).any(|other| {
            let open = match (one.inherited, other.inherited) {
                // An explicit deny comes before everything.
                (Some(false), Some(_)) => false,
                (Some(true), Some(false)) => false,
                (Some(true), Some(true)) => true,
                // An explicit deny comes first whatever the other is.
                (Some(false), None) => one.effect == Effect::Allow,
                // Of unknown origin, the other could be explicit.
                (Some(true), None) | (None, _) => true,
            };
            other.effect != one.effect && open
        })
    })
}

/// Reading and writing the permissions is always the owner's, unless OWNER RIGHTS says otherwise.
fn implicit_for_owner(list: &AccessControlList, who: &Who<'_>, entries: &[(usize, &AccessEntry)]) -> u32 {
    let owns = list.owner.as_ref().is_some_and(|owner| who.trustees.iter().any(|t| same(t, &owner.value)));
    let spoken_for = entries.iter().any(|(_, entry)| is_well_known(&entry.trustee, "S-1-3-4"));
    if owns && !spoken_for { Rights::READ_PERMISSIONS.with(Rights::WRITE_PERMISSIONS).0 } else { 0 }
}

/// Whether an entry is about what is wanted; `None` when the name of its right is not known.
fn covers(entry: &AccessEntry, wanted: &Wanted) -> Option<bool> {
    let Some(object) = &entry.object_type else { return Some(true) };
    // An entry about one property or right says nothing about the whole object.
    let Some(asked) = wanted.object else { return Some(false) };
    let matches = |guid: Uuid| guid == asked || Some(guid) == wanted.set;
    // Rights of the table are known by all their names, except where a language has its own.
    guid_of(object).map(matches)
}

/// The GUID of a right, by its name where only that is shown.
pub fn guid_of(object: &ObjectType) -> Option<Uuid> {
    object.guid.or_else(|| Some(extended_rights::by_name(object.name.as_deref()?)?.guid))
}

/// The schema name of a right that is known.
pub fn schema_name(object: &ObjectType) -> Option<&'static str> {
    Some(extended_rights::by_guid(guid_of(object)?)?.name)
}

/// How a right or class is called: by its usual display name where it is known, else as printed.
pub fn title(object: &ObjectType) -> String {
    let known = guid_of(object).and_then(extended_rights::by_guid);
    let usual = known.map(|right| right.titles.first().copied().unwrap_or(right.name).to_owned());
    let printed = || object.name.clone().or_else(|| object.guid.map(|guid| guid.to_string()));
    usual.or_else(printed).unwrap_or_default()
}

fn is_of(trustee: &Trustee, who: &Who<'_>) -> bool {
    if who.trustees.iter().any(|one| same(one, trustee)) {
        return true;
    }
    match well_known(trustee).map(|known| known.members) {
        Some(Members::All) => true,
        Some(Members::Authenticated) => who.authenticated,
        _ => false,
    }
}

fn well_known(trustee: &Trustee) -> Option<&'static well_known_sids::WellKnown> {
    match &trustee.sid {
        Some(sid) => well_known_sids::by_sid(sid),
        None => well_known_sids::by_name(trustee.name.as_deref()?),
    }
}

fn is_well_known(trustee: &Trustee, sid: &str) -> bool {
    well_known(trustee).and_then(|known| known.sid.as_ref()).is_some_and(|own| own.to_string() == sid)
}

/// Whether two are the same: by identifier where both show it, else by name. A domain that only one of them
/// shows does not tell them apart.
pub fn same(a: &Trustee, b: &Trustee) -> bool {
    if let (Some(a), Some(b)) = (&a.sid, &b.sid) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (well_known(a), well_known(b)) {
        return std::ptr::eq(a, b);
    }
    let (Some(a), Some(b)) = (&a.name, &b.name) else { return false };
    let parts = |name: &str| {
        let name = name.trim().to_lowercase();
        name.rsplit_once(['\\', '/']).map_or((None, name.clone()), |(d, n)| (Some(d.to_owned()), n.to_owned()))
    };
    let ((domain_a, name_a), (domain_b, name_b)) = (parts(a), parts(b));
    name_a == name_b && (domain_a.is_none() || domain_b.is_none() || domain_a == domain_b)
}

#[cfg(test)]
mod tests;

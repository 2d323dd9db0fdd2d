//! The semantics of [MS-DTYP] 2.5.3.2, one by one.

use super::*;
use crate::base::security_descriptor::SecurityDescriptor;
use crate::base::source::{SourceId, Span};

const SERVERS: &str = "S-1-5-21-1-2-3-1123";
const TRANSPORT: &str = "9fbec2a2-f761-11d9-963d-00065bbd3175";
const READ: &str = "9fbec2a3-f761-11d9-963d-00065bbd3175";

fn list(sddl: &str) -> AccessControlList {
    let sddl = sddl.replace("ES)", &format!("{SERVERS})")).replace("TRANSPORT", TRANSPORT).replace("READ", READ);
    let descriptor = SecurityDescriptor::from_sddl(&sddl).unwrap();
    AccessControlList::from_descriptor(&descriptor, Span::file(SourceId(0))).unwrap()
}

fn ask(list: &AccessControlList) -> Outcome {
    ask_for(list, &Wanted::extended(Uuid::try_parse(TRANSPORT).unwrap()))
}

fn ask_for(list: &AccessControlList, wanted: &Wanted) -> Outcome {
    check(list, &Who { trustees: &[Trustee::from_text(SERVERS)], authenticated: true }, wanted)
}

fn answer(sddl: &str) -> Answer {
    ask(&list(sddl)).answer
}

fn lost_order(sddl: &str) -> AccessControlList {
    AccessControlList { order: EntryOrder::Unknown, ..list(sddl) }
}

#[test]
fn an_extended_right_needs_its_own_entry_or_one_for_all() {
    assert_eq!(answer("D:(OA;;CR;TRANSPORT;;ES)"), Answer::Allowed(vec![0]));
    assert_eq!(answer("D:(A;;CR;;;ES)"), Answer::Allowed(vec![0]));
    assert_eq!(answer("D:(A;;GA;;;ES)"), Answer::Allowed(vec![0]));
    assert_eq!(answer("D:(OA;;CR;READ;;ES)(OA;;RP;TRANSPORT;;ES)(A;;GR;;;ES)"), Answer::NotGranted);
    assert_eq!(answer("D:"), Answer::NotGranted);
}

#[test]
fn an_explicit_deny_beats_an_explicit_allow() {
    assert_eq!(answer("D:(OD;;CR;TRANSPORT;;ES)(OA;;CR;TRANSPORT;;ES)"), Answer::Denied(0));
    assert_eq!(answer("D:(D;;GA;;;WD)(OA;;CR;TRANSPORT;;ES)"), Answer::Denied(0));
    assert_eq!(ask(&lost_order("D:(OA;;CR;TRANSPORT;;ES)(OD;;CR;TRANSPORT;;ES)")).answer, Answer::Denied(1));
}

#[test]
fn an_inherited_deny_does_not_beat_an_explicit_allow() {
    assert_eq!(answer("D:(OA;;CR;TRANSPORT;;ES)(OD;ID;CR;TRANSPORT;;ES)"), Answer::Allowed(vec![0]));
    assert_eq!(ask(&lost_order("D:(OD;ID;CR;TRANSPORT;;ES)(OA;;CR;TRANSPORT;;ES)")).answer, Answer::Allowed(vec![1]));
}

#[test]
fn an_inherited_deny_beats_an_inherited_allow_of_the_same_parent() {
    assert_eq!(answer("D:(OD;ID;CR;TRANSPORT;;ES)(OA;ID;CR;TRANSPORT;;ES)"), Answer::Denied(0));
}

#[test]
fn the_nearest_parent_comes_first() {
    assert_eq!(answer("D:(OA;ID;CR;TRANSPORT;;ES)(OD;ID;CR;TRANSPORT;;ES)"), Answer::Allowed(vec![0]));
}

#[test]
fn inherited_entries_without_their_order_do_not_tell() {
    let one = lost_order("D:(OA;ID;CR;TRANSPORT;;ES)(OD;ID;CR;TRANSPORT;;ES)");
    assert_eq!(ask(&one).answer, Answer::Unknown(vec![1]));
}

#[test]
fn entries_of_unknown_origin_do_not_tell_when_they_disagree() {
    let mut one = lost_order("D:(OA;;CR;TRANSPORT;;ES)(OD;;CR;TRANSPORT;;ES)");
    for entry in &mut one.entries {
        entry.inherited = None;
    }
    assert!(matches!(ask(&one).answer, Answer::Unknown(_)));
    one.entries.pop();
    assert_eq!(ask(&one).answer, Answer::Allowed(vec![0]));
}

#[test]
fn entries_only_for_children_do_not_count() {
    assert_eq!(answer("D:(OD;CIIO;CR;TRANSPORT;;ES)(OA;;CR;TRANSPORT;;ES)"), Answer::Allowed(vec![1]));
    assert_eq!(answer("D:(OA;CIIO;CR;TRANSPORT;;ES)"), Answer::NotGranted);
}

#[test]
fn no_list_lets_everybody_in() {
    assert_eq!(answer("D:NO_ACCESS_CONTROL"), Answer::Allowed(Vec::new()));
}

#[test]
fn rights_add_up_and_one_denied_denies_all() {
    let read = Wanted::rights(Rights::READ);
    assert_eq!(ask_for(&list("D:(A;;RPLC;;;ES)(A;;RCLO;;;AU)"), &read).answer, Answer::Allowed(vec![0, 1]));
    assert_eq!(ask_for(&list("D:(A;;RPLC;;;ES)"), &read).answer, Answer::NotGranted);
    assert_eq!(ask_for(&list("D:(A;;RPLC;;;ES)(D;;RC;;;ES)(A;;GA;;;ES)"), &read).answer, Answer::Denied(1));
    // What was allowed before it is not taken back.
    assert_eq!(ask_for(&list("D:(A;;GR;;;ES)(D;;GR;;;ES)"), &read).answer, Answer::Allowed(vec![0]));
}

#[test]
fn an_entry_about_one_property_does_not_speak_about_the_object() {
    let read = Wanted::rights(Rights::READ_PROPERTY);
    assert_eq!(ask_for(&list("D:(OD;;RP;READ;;ES)(A;;RP;;;ES)"), &read).answer, Answer::Allowed(vec![1]));
    let set = Uuid::try_parse(READ).unwrap();
    let property = Wanted { rights: Rights::READ_PROPERTY, object: Some(Uuid::from_u128(1)), set: Some(set) };
    assert_eq!(ask_for(&list("D:(OD;;RP;READ;;ES)(A;;RP;;;ES)"), &property).answer, Answer::Denied(0));
}

#[test]
fn a_deny_for_others_is_named() {
    let outcome = ask(&list("D:(OD;;CR;TRANSPORT;;DA)(OA;;CR;TRANSPORT;;ES)"));
    assert_eq!(outcome, Outcome { answer: Answer::Allowed(vec![1]), denied_to_others: vec![0] });
}

#[test]
fn a_condition_or_an_unknown_name_makes_it_unknown_only_where_it_matters() {
    let doubt = "D:(XD;;GA;;;WD;(@User.x==1))";
    assert_eq!(answer(&format!("{doubt}(A;;GA;;;ES)")), Answer::Unknown(vec![0]));
    assert_eq!(answer(doubt), Answer::NotGranted);
    let mut named = list("D:(OA;;CR;READ;;ES)");
    named.entries[0].object_type = Some(ObjectType { guid: None, name: Some("Zugriff auf den Transport".to_owned()) });
    assert_eq!(ask(&named).answer, Answer::Unknown(vec![0]));
    named.entries[0].object_type = ObjectType::from_text("Store Transport Access");
    assert_eq!(ask(&named).answer, Answer::Allowed(vec![0]));
}

#[test]
fn missing_entries_make_nothing_absent() {
    let cut = AccessControlList { complete: false, ..list("D:(OA;;CR;READ;;ES)") };
    assert_eq!(ask(&cut).answer, Answer::Unknown(Vec::new()));
    let allowed = AccessControlList { complete: false, ..list("D:(OA;;CR;TRANSPORT;;ES)") };
    assert_eq!(ask(&allowed).answer, Answer::Unknown(vec![0]));
    let denied = AccessControlList { complete: false, ..list("D:(OD;;CR;TRANSPORT;;ES)") };
    assert_eq!(ask(&denied).answer, Answer::Denied(0));
}

#[test]
fn the_owner_may_read_and_write_the_permissions() {
    let wanted = Wanted::rights(Rights::READ_PERMISSIONS);
    assert_eq!(ask_for(&list(&format!("O:{SERVERS}D:(D;;RC;;;ES)")), &wanted).answer, Answer::Allowed(Vec::new()));
    assert_eq!(ask_for(&list(&format!("O:{SERVERS}D:(A;;RP;;;OW)")), &wanted).answer, Answer::NotGranted);
}

#[test]
fn names_and_identifiers_are_compared_carefully() {
    let of = |text: &str| Trustee::from_text(text);
    assert!(same(&of("CONTOSO\\Exchange Servers"), &of("exchange servers")));
    assert!(!same(&of("CONTOSO\\Exchange Servers"), &of("FABRIKAM\\Exchange Servers")));
    assert!(same(&of("Everyone"), &of("S-1-1-0")) && same(&of("Jeder"), &of("Everyone")));
    assert!(!same(&of("CONTOSO\\Exchange Servers"), &of(SERVERS)));
    let anonymous = Who { trustees: &[], authenticated: false };
    assert!(!is_of(&of("NT AUTHORITY\\Authenticated Users"), &anonymous) && is_of(&of("Jeder"), &anonymous));
}

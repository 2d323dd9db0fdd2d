//! A dynamic distribution group finds only recipients of its own organizational unit.

use crate::base::distinguished_name::{DistinguishedName, split_unescaped};
use crate::facts::Facts;
use crate::facts::directory::{is_deleted, name_of};
use crate::model::directory::DirectoryObject;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// A message to a dynamic distribution group reaches only some of those who should get it. Message tracking shows the expansion without an
    /// error.
    ///
    /// # Cause
    /// RecipientContainer of the group is the organizational unit in which it was created: that is the default. Recipients elsewhere are not looked
    /// at, whatever the filter says.
    ///
    /// # Resolution
    /// 1. Compare the members that the group finds with those it should find.
    /// 2. Set RecipientContainer to the domain, or to the unit that holds all of them.
    ///
    /// # More information
    /// For a group that is meant for its unit this is right.
    id: "ddg-recipientcontainer",
    title: "A dynamic group looks only into its own organizational unit",
    area: Recipients,
    severity: Low,
    role: Context,
    versions: V2007..=V2019,
    needs: [Directory],
    helps: [Tracking],
    explains: [],
    sources: ["https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/emails-not-delivered-dynamic-distribution-group.md"],
    check: check,
}

/// The end of all names below a container.
fn ending(name: &DistinguishedName) -> String {
    format!(",{}", name.key())
}

fn check(facts: &Facts) -> Verdict {
    let groups: Vec<&DirectoryObject> = facts
        .directory
        .of_class("msExchDynamicDistributionList")
        .filter(|group| !is_deleted(group))
        .take(200)
        .collect();
    if groups.is_empty() {
        return Verdict::NotApplicable;
    }
    let mailboxes: Vec<(String, &DirectoryObject)> = facts
        .directory
        .objects()
        .iter()
        .filter(|object| object.get("homeMDB").is_some() && object.is_class("user") && !is_deleted(object))
        .filter_map(|object| Some((name_of(object)?.key(), object)))
        .filter(|(key, _)| !key.contains(",cn=microsoft exchange system objects,"))
        .collect();
    let (mut findings, mut fine) = (Vec::new(), Vec::new());
    for group in groups {
        let (Some(name), Some(base)) = (name_of(group), group.text("msExchDynamicDLBaseDN")) else { continue };
        let Some(container) = DistinguishedName::parse(base.value) else { continue };
        let key = name.key();
        let parent = split_unescaped(&key).get(1..).map(|parts| parts.join(",")).unwrap_or_default();
        let end = ending(&container);
        let outside: Vec<&DirectoryObject> =
            mailboxes.iter().filter(|(key, _)| !key.ends_with(&end)).map(|(_, object)| *object).collect();
        if container.key() == parent && !outside.is_empty() {
            findings.push(finding(group, &name, &container, &outside));
        } else {
            fine.push(name.name().to_owned());
        }
    }
    if findings.is_empty() {
        return match fine.as_slice() {
            [] => Verdict::NotApplicable,
            names => Verdict::RuledOut(format!(
                "No mailbox that was exported is outside of the container: {}.",
                listed(names, 3)
            )),
        };
    }
    Verdict::Found(findings)
}

fn finding(
    group: &DirectoryObject,
    name: &DistinguishedName,
    container: &DistinguishedName,
    outside: &[&DirectoryObject],
) -> Discovery {
    // Nothing says that the group is meant for others; it is what to look at when somebody misses mail.
    let mut found = Discovery::new(Confidence::Possible);
    found.severity = Some(Severity::Info);
    let span = group.text("msExchDynamicDLBaseDN").map_or(group.span, |base| base.span);
    let mut places =
        found.cite(Proof::new(span, format!("The container of {}", name.name())).mark(["msExchDynamicDLBaseDN"]));
    if let Some(first) = outside.first() {
        let who = name_of(first).map_or_else(|| "A mailbox".to_owned(), |name| name.name().to_owned());
        places += &found.cite(Proof::new(first.span, format!("{who}, outside of the container")));
    }
    found.statement = format!(
        "A dynamic group looks only into the organizational unit it was created in {places}, so {} elsewhere never get its mail: {}, {}.",
        count(outside.len() as u64, "mailbox").replace("mailboxs", "mailboxes"),
        name.name(),
        container.name()
    );
    found.affects([name.name().to_owned()]);
    found.unknown("Whether the group is meant for mailboxes elsewhere: its filter was not evaluated.");
    let group = quoted(name.name());
    found.command(
        "See whom the group finds.",
        format!("$g = Get-DynamicDistributionGroup {group}; Get-Recipient -RecipientPreviewFilter $g.RecipientFilter -OrganizationalUnit $g.RecipientContainer -ResultSize Unlimited | Format-Table Name,OrganizationalUnit"),
    );
    let key = container.key();
    let domain: Vec<&str> = split_unescaped(&key).into_iter().filter_map(|part| part.strip_prefix("dc=")).collect();
    found.command(
        "If others should get its mail, let it look into the whole domain.",
        format!("Set-DynamicDistributionGroup {group} -RecipientContainer {}", quoted(&domain.join("."))),
    );
    found.verify.push("The list of those the group finds is complete.".to_owned());
    found
}

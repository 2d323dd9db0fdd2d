//! Mail waits as unreachable because its recipient has no mailbox database.

use super::unreachable::{self, Unreachable, cite_reason, resubmit_steps};
use crate::facts::Facts;
use crate::model::database::Mailbox;
use crate::model::smtp_reply::UnreachableReason::NoMdb;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Messages wait in the queue Unreachable with `The mailbox recipient does not have a mailbox database`.
    ///
    /// # Cause
    /// The attribute homeMDB of the recipient is empty, or the transport service cannot read it: a mailbox that was
    /// only half created or disabled, a public folder whose hierarchy object is missing, or permissions that hide
    /// the attribute or the database.
    ///
    /// # Resolution
    /// 1. Look up the database of the recipient.
    /// 2. If it is empty, give the mailbox a database, or remove the address if the mailbox should not exist.
    /// 3. If it is there, compare what the transport service can read: permissions on the database object.
    /// 4. Route the waiting mail anew.
    ///
    /// # More information
    /// From Exchange 2013 on such mail is first deferred twice for 15 minutes, in case the directory is still
    /// replicating.
    id: "recipient-has-no-mailbox-database",
    title: "The recipient has no mailbox database",
    area: Routing,
    severity: High,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues],
    helps: [Messages, Mailboxes],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let hits: Vec<Unreachable<'_>> = unreachable::unreachable(facts, NoMdb);
    if hits.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut citations = String::new();
    for hit in &hits {
        citations += &cite_reason(&mut found, hit, NoMdb);
        found.accounts_for(hit.queue, hit.messages, format!("Queue {}: no mailbox database", hit.queue.label()));
    }
    let mut addresses: Vec<String> = Vec::new();
    for (_, recipient) in hits.iter().flat_map(|h| unreachable::recipients(h.queue, NoMdb)) {
        if !addresses.iter().any(|a| a.eq_ignore_ascii_case(&recipient.address)) {
            addresses.push(recipient.address.clone());
        }
    }
    let known: Vec<(&String, &Mailbox)> =
        addresses.iter().filter_map(|a| Some((a, facts.databases.mailbox(a)?))).collect();
    let empty: Vec<&(&String, &Mailbox)> =
        known.iter().filter(|(_, m)| m.database.as_ref().is_some_and(|d| d.value.trim().is_empty())).collect();
    let mut shown = String::new();
    for (address, mailbox) in &empty {
        if let Some(database) = &mailbox.database {
            let note = format!("The mailbox of {address} shows no database");
            let why = "Without a database the recipient has no place to deliver to.";
            shown += &found.cite(Proof::new(database.span, note).why(why));
        }
    }
    let full: Vec<&(&String, &Mailbox)> =
        known.iter().filter(|(_, m)| m.database.as_ref().is_some_and(|d| !d.value.trim().is_empty())).collect();
    let messages: u64 = hits.iter().map(|h| h.messages).sum();
    let who = if addresses.is_empty() {
        "recipients that the export does not name".to_owned()
    } else {
        listed(&addresses, 4)
    };
    let empty_clause =
        if shown.is_empty() { String::new() } else { format!("; the mailbox list shows the same {shown}") };
    let queues: Vec<String> = hits.iter().map(|h| h.queue.label()).collect();
    found.statement = format!(
        "{} in {} cannot be delivered because {who} {} no mailbox database {citations}{empty_clause}.",
        count(messages, "message"),
        listed(&queues, 3),
        if addresses.len() == 1 { "has" } else { "have" },
    );
    found.affects(addresses.iter().cloned());
    if addresses.is_empty() {
        found.command(
            "See which recipients wait.",
            "Get-Message -ResultSize Unlimited -IncludeRecipientInfo -Filter {Queue -like '*Unreachable'} | Format-List \
             Identity,FromAddress,Subject,Recipients,LastError",
        );
        found.missing.push(crate::report::Missing {
            what: "The waiting messages with their recipients".to_owned(),
            settles: "Which recipients have no database.".to_owned(),
            command: "Get-Message -ResultSize Unlimited -IncludeRecipientInfo | Export-Clixml messages.xml".to_owned(),
        });
    } else {
        let look: Vec<String> = addresses.iter().take(20).map(|a| quoted(a)).collect();
        found.command(
            "Look up the recipients. A mailbox must show a database; a public folder needs its hierarchy object.",
            format!(
                "{} | ForEach-Object {{ Get-Recipient $_ | Format-List Name,RecipientTypeDetails,Database,DistinguishedName }}",
                look.join(",")
            ),
        );
    }
    for (address, _) in empty.iter().take(10) {
        found.command(
            format!("Give {address} a database. The first command lists the databases to choose from."),
            format!(
                "Get-MailboxDatabase | Format-Table Name,Server\nEnable-Mailbox -Identity {} -Database (Read-Host 'Name of the \
                 database')",
                quoted(address)
            ),
        );
        found.warn(
            "If the mailbox existed, its content is still in its former database; connect or restore it instead of \
             creating an empty one.",
        );
    }
    for (address, mailbox) in &full {
        let database = mailbox.database.as_ref().map_or("", |d| d.value.as_str());
        found.unknown(format!(
            "The mailbox list shows database {database} for {address}, so the transport service may not be able to read it."
        ));
    }
    resubmit_steps(&mut found, &hits, false);
    if facts.databases.mailboxes.is_empty() {
        found.missing.push(unreachable::missing_mailboxes("Whether the recipients really have no database."));
    }
    Verdict::Found(vec![found])
}

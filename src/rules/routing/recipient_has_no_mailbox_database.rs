//! Mail waits as unreachable because its recipient has no mailbox database.

use super::unreachable::{self, Unreachable, cite_reason, resubmit_steps};
use crate::facts::Facts;
use crate::model::Located;
use crate::model::smtp_reply::UnreachableReason::NoMdb;
use crate::report::{Confidence, Missing, Role};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};

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
    let waiting = hits.iter().flat_map(|h| unreachable::recipients(h.queue, NoMdb)).map(|(_, r)| r.address.clone());
    let mut addresses: Vec<String> = Vec::new();
    for address in waiting {
        if !addresses.iter().any(|a| a.eq_ignore_ascii_case(&address)) {
            addresses.push(address);
        }
    }
    let shown = |a: &String| Some((a.clone(), facts.databases.mailbox(a)?.database.as_ref()?));
    let known: Vec<(String, &Located<String>)> = addresses.iter().filter_map(shown).collect();
    let (empty, full): (Vec<_>, Vec<_>) = known.into_iter().partition(|(_, d)| d.value.trim().is_empty());

    // The queue states the symptom. That a database is really missing only the mailbox list shows; the
    // transport service says the same when it is not allowed to read it.
    let mut found = Discovery::new(Confidence::Confirmed);
    if empty.is_empty() {
        found.role = Some(Role::Symptom);
    } else if empty.len() < addresses.len() || hits.iter().any(|hit| !hit.exact) {
        found.confidence = Confidence::Likely;
    }
    let mut reasons = String::new();
    for hit in &hits {
        reasons += &cite_reason(&mut found, hit, NoMdb);
        found.accounts_for(hit.queue, hit.messages, format!("Queue {}: no mailbox database", hit.queue.label()));
    }
    found.statement = statement(&mut found, &hits, &addresses, &empty, &full, &reasons);
    found.affects(addresses.iter().cloned());
    look_up(&mut found, &addresses);
    for (address, _) in empty.iter().take(10) {
        assign(&mut found, address);
    }
    for (address, database) in &full {
        found.unknown(format!(
            "The mailbox list shows database {} for {address}; the transport service may not be able to read it.",
            database.value
        ));
        found.missing.push(Missing {
            what: format!("The permissions of {}", database.value),
            settles: format!("Whether the transport service may read the database of {address}."),
            command: format!(
                "Get-MailboxDatabase {} | Get-ADPermission | Export-Clixml database-rights.xml",
                quoted(&database.value)
            ),
        });
    }
    resubmit_steps(&mut found, &hits.iter().collect::<Vec<_>>(), false);
    if facts.databases.mailboxes.is_empty() {
        found.missing.push(unreachable::missing_mailboxes("Whether the recipients really have no database."));
    }
    Verdict::Found(vec![found])
}

fn statement(
    found: &mut Discovery,
    hits: &[Unreachable<'_>],
    addresses: &[String],
    empty: &[(String, &Located<String>)],
    full: &[(String, &Located<String>)],
    reasons: &str,
) -> String {
    let messages = unreachable::messages_in_words(&hits.iter().collect::<Vec<_>>());
    let queues: Vec<String> = hits.iter().map(|h| h.queue.label()).collect();
    let wait = format!(
        "{} in {} {} because Exchange finds no mailbox database for {}",
        messages,
        listed(&queues, 3),
        if messages == "1 message" { "waits" } else { "wait" },
        if addresses.is_empty() { "their recipients".to_owned() } else { listed(addresses, 4) },
    );
    let mut citations = String::new();
    if let Some((address, _)) = full.first().filter(|_| empty.is_empty()) {
        for (address, database) in full {
            let note = format!("The mailbox list shows a database for {address}");
            let why = "The transport service read the directory and did not see it.";
            citations += &found.cite(Proof::new(database.span, note).mark([database.value.as_str()]).why(why));
        }
        let whom = if full.len() == 1 { address.as_str() } else { "them" };
        return format!("{wait} {reasons}, although the mailbox list shows one for {whom} {citations}.");
    }
    for (address, database) in empty {
        let note = format!("The mailbox of {address} shows no database");
        let why = "Without a database the recipient has no place to deliver to.";
        citations += &found.cite(Proof::new(database.span, note).why(why));
    }
    match empty {
        [] => format!("{wait} {reasons}."),
        [(address, _)] if addresses.len() > 1 => {
            format!("{wait} {reasons}; the mailbox list shows none for {address} {citations}.")
        }
        _ if empty.len() < addresses.len() => {
            format!("{wait} {reasons}; the mailbox list shows none for {} of them {citations}.", empty.len())
        }
        _ => format!("{wait} {reasons}, and the mailbox list shows none either {citations}."),
    }
}

fn look_up(found: &mut Discovery, addresses: &[String]) {
    if addresses.is_empty() {
        found.command(
            "See which recipients wait.",
            "Get-Queue | Where-Object { $_.DeliveryType -eq 'Unreachable' } | ForEach-Object { Get-Message -Queue \
             $_.Identity -ResultSize Unlimited -IncludeRecipientInfo } | Format-List Identity,FromAddress,Subject,Recipients,LastError",
        );
        found.missing.push(Missing {
            what: "The waiting messages with their recipients".to_owned(),
            settles: "Which recipients have no database.".to_owned(),
            command: "Get-Message -ResultSize Unlimited -IncludeRecipientInfo | Export-Clixml messages.xml".to_owned(),
        });
        return;
    }
    let look: Vec<String> = addresses.iter().take(20).map(|a| quoted(a)).collect();
    found.command(
        "Look up the recipients. A mailbox must show a database; a public folder needs its hierarchy object.",
        format!(
            "{} | ForEach-Object {{ Get-Recipient $_ | Format-List Name,RecipientTypeDetails,Database,DistinguishedName }}",
            look.join(",")
        ),
    );
}

/// The steps that give a mailbox its database back: first find where its content is.
fn assign(found: &mut Discovery, address: &str) {
    found.command(
        format!(
            "Find the database that still holds the content of {address}. Disconnected mailboxes are listed with the day on \
             which they were disconnected."
        ),
        "Get-MailboxDatabase | Get-MailboxStatistics | Where-Object { $_.DisconnectDate } | Format-Table \
         DisplayName,Database,DisconnectDate,MailboxGuid -AutoSize",
    );
    found.command(
        format!(
            "Only if it is there, point {address} at it (Exchange 2010 and later; with Exchange 2007 connect the mailbox with \
             Connect-Mailbox)."
        ),
        format!("Set-Mailbox -Identity {} -Database (Read-Host 'Name of that database')", quoted(address)),
    );
    found.warn(
        "If the mailbox should not exist any more, remove its address instead. Creating an empty mailbox would leave \
         the old content behind.",
    );
}

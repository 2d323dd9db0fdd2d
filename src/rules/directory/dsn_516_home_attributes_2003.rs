//! Reports 5.1.6 of Exchange 2000 and 2003: the home attributes of a recipient are missing.
//!
//! Trap: Exchange Online and other systems use 5.1.6 for other things and say so in words; reports of 2000 and 2003 carry the bare
//! status.

use crate::facts::Facts;
use crate::facts::directory::{Directory, is_deleted};
use crate::model::directory::DirectoryObject;
use crate::model::ndr::NdrRecipient;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Mail for a recipient is returned with `#5.1.6`, also mail from the own organization.
    ///
    /// # Cause
    /// The directory object of the recipient lacks `homeMDB` or `msExchHomeServerName`, so the categorizer cannot tell where the mailbox
    /// is. A mailbox that was created or moved halfway, or an object that was edited by hand, looks like this.
    ///
    /// # Resolution
    /// 1. Export the object and look for `homeMDB`, `msExchHomeServerName` and `homeMTA`.
    /// 2. Let the recipient update service of the domain run again on it, or reconnect the mailbox to its account.
    ///
    /// # More information
    /// In Exchange Online 5.1.6 has another meaning, which the reply names.
    id: "dsn-516-home-attributes-2003",
    title: "Mail is returned because home attributes of a recipient are missing",
    area: Directory,
    severity: Medium,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Reports],
    helps: [Directory],
    explains: [],
    sources: ["https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-server"],
    check: check,
}

/// What the categorizer needs to find the mailbox of a user.
const HOME: [&str; 2] = ["homeMDB", "msExchHomeServerName"];

/// What is known of a recipient.
enum Known<'a> {
    /// Its object lacks these attributes.
    Lacks(&'a DirectoryObject, Vec<&'static str>),
    /// Its object has all of them.
    Complete,
    /// No export shows its object with all attributes.
    Nothing,
}

fn check(facts: &Facts) -> Verdict {
    let meant: Vec<&NdrRecipient> =
        facts.reports.iter().flat_map(|report| &report.recipients).filter(|r| is_meant(r)).collect();
    if meant.is_empty() {
        return Verdict::NotApplicable;
    }
    let known: Vec<(&NdrRecipient, Known<'_>)> =
        meant.into_iter().map(|recipient| (recipient, look_up(facts, recipient))).collect();
    if let Some((recipient, _)) = known.first()
        && known.iter().all(|(_, known)| matches!(known, Known::Complete))
    {
        return Verdict::RuledOut(format!(
            "The directory shows homeMDB and msExchHomeServerName of every recipient with 5.1.6, such as {}; the attributes may have been \
             mended since.",
            address(recipient)
        ));
    }
    let lacking = known.iter().any(|(_, known)| matches!(known, Known::Lacks(..)));
    let mut found = Discovery::new(if lacking { Confidence::Confirmed } else { Confidence::Possible });
    let (mut places, mut names, mut attributes) = (String::new(), Vec::new(), Vec::new());
    for (recipient, known) in known.iter().filter(|(_, known)| !lacking || matches!(known, Known::Lacks(..))) {
        names.push(address(recipient));
        if names.len() > 4 {
            continue;
        }
        let why = "5.1.6 of Exchange 2000 and 2003 says that attributes about the home of the mailbox are missing.";
        let span = recipient.status.as_ref().map_or(recipient.span, |status| status.span);
        places += &found.cite(Proof::new(span, "The status of a recipient").mark(["5.1.6"]).why(why));
        if let Known::Lacks(object, missing) = known {
            attributes.extend(missing.iter().copied());
            let note = format!("The object of the recipient, without {}", listed_words(missing));
            places += &found.cite(Proof::new(object.span, note).mark(["homeMDB", "mailNickname", "proxyAddresses"]));
        }
    }
    let names = distinct(names);
    let which = if lacking { listed_words(&distinct(attributes)) } else { "its home attributes".to_owned() };
    found.statement = format!(
        "Mail for {} is returned with 5.1.6: the directory {} {which} {places}.",
        if names.len() == 1 { "a recipient".to_owned() } else { count(names.len() as u64, "recipient") },
        if lacking { "does not have" } else { "may not have" },
    );
    found.affects(names.iter().cloned());
    if !lacking {
        found.unknown(
            "Whether the attributes are missing: no export shows the object of the recipient with all attributes.",
        );
        found.missing.push(Missing {
            what: "The object of the recipient".to_owned(),
            settles: "It shows whether homeMDB and msExchHomeServerName are there.".to_owned(),
            command: export(&names),
        });
    }
    found.step(
        "In Active Directory Users and Computers see whether the account still has a mailbox. If the mailbox is listed as disconnected in \
         System Manager, reconnect it to the account.",
    );
    found.step("Let the recipient update service of the domain work on the object again: System Manager, Recipients, Recipient Update Services, Update Now.");
    found.command("Export the object again and compare.", export(&names));
    found.verify.push(
        "A test message to the recipient arrives, and homeMDB and msExchHomeServerName are in the export.".to_owned(),
    );
    Verdict::Found(vec![found])
}

fn is_meant(recipient: &NdrRecipient) -> bool {
    let is_516 = recipient.status.as_ref().is_some_and(|status| status.value.trim().trim_start_matches('#') == "5.1.6");
    // A reply in words is of another system.
    let words = recipient.diagnostic_code.as_ref().map_or("", |code| code.value.as_str());
    is_516 && !words.chars().any(char::is_alphabetic)
}

fn address(recipient: &NdrRecipient) -> String {
    recipient
        .address
        .as_ref()
        .or(recipient.original_address.as_ref())
        .map_or_else(|| "a recipient without address".to_owned(), |a| a.value.clone())
}

fn look_up<'a>(facts: &'a Facts, recipient: &NdrRecipient) -> Known<'a> {
    let address = address(recipient);
    let has_address = |object: &&DirectoryObject| {
        let own = object.texts("mail").chain(object.texts("proxyAddresses"));
        own.map(|text| text.value).any(|text| {
            let text = text
                .get(..5)
                .filter(|start| start.eq_ignore_ascii_case("smtp:"))
                .map_or(text, |_| text.get(5..).unwrap_or(""));
            text.eq_ignore_ascii_case(&address)
        })
    };
    let mut own = facts
        .directory
        .objects()
        .iter()
        .filter(|object| Directory::shows_all(object) && !is_deleted(object))
        .filter(has_address);
    let Some(object) = own.next_back() else { return Known::Nothing };
    // Groups, contacts and forwarded users have no home.
    if !object.is_class("user") || object.get("targetAddress").is_some() {
        return Known::Nothing;
    }
    let missing: Vec<&'static str> = HOME.into_iter().filter(|name| object.get(name).is_none()).collect();
    if missing.is_empty() { Known::Complete } else { Known::Lacks(object, missing) }
}

fn listed_words(words: &[&str]) -> String {
    listed(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), 3)
}

/// A command that exports the first recipient.
fn export(names: &[String]) -> String {
    // Signs with a meaning in a filter are escaped as RFC 4515 has it.
    let plain = |name: &str| -> String {
        name.chars()
            .map(
                |c| if matches!(c, '*' | '(' | ')' | '\\') { format!("\\{:02x}", u32::from(c)) } else { c.to_string() },
            )
            .collect()
    };
    let filter = format!("(proxyAddresses=smtp:{})", plain(names.first().map_or("user@contoso.com", String::as_str)));
    format!("ldifde -f recipient.ldf -r {}", quoted(&filter))
}

//! `Get-Mailbox` (2007 to SE), in every shape that PowerShell prints; only what ties an address to a
//! database.
//!
//! Traps: a database that is shown and empty is a finding, one that is not shown is none. Addresses carry
//! a prefix (`SMTP:`, `smtp:`, `X400:`); the list of them is cut after four.

use super::cmdlet::{self, Cmdlet, Row};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::powershell::Value;
use crate::model::database::Mailbox;
use crate::model::{Located, Record};

/// `Get-Mailbox`.
pub static FORMAT: Format = Format {
    id: "get-mailbox",
    title: "Get-Mailbox",
    how_to_collect: "Get-Mailbox RECIPIENT | Export-Clixml mailbox.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-Mailbox",
    name: "Get-Mailbox RECIPIENT",
    classes: &["Mailbox", "MailboxPresentationObject"],
    own: &[
        "Name",
        "DisplayName",
        "Alias",
        "Identity",
        "PrimarySmtpAddress",
        "EmailAddresses",
        "WindowsEmailAddress",
        "Database",
        "ServerName",
        "RecipientTypeDetails",
        "RecipientType",
        "ExchangeGuid",
        "UserPrincipalName",
    ],
    sets: &[
        &["PrimarySmtpAddress", "Database"],
        &["EmailAddresses", "Database"],
        &["WindowsEmailAddress", "Database"],
        &["DisplayName", "Database"],
        &["Name", "Database"],
        &["Alias", "Database"],
        &["Identity", "Database"],
        &["UserPrincipalName", "Database"],
        &["PrimarySmtpAddress", "ServerName"],
        &["Alias", "ServerName"],
    ],
    never: &[
        "ItemCount",
        "TotalItemSize",
        "StorageLimitStatus",
        "Bindings",
        "NextHopDomain",
        "ServerRole",
        "EdbFilePath",
        "CopyQueueLength",
        "InstanceName",
    ],
    marks: &["PrimarySmtpAddress", "EmailAddresses", "RecipientTypeDetails", "Alias", "Database"],
    near: "Looks like Get-Mailbox, but does not show names together with databases. Export with Get-Mailbox RECIPIENT | \
           Export-Clixml mailbox.xml",
    dates: &[],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    cmdlet::parse(document, out, &CMDLET, |row| mailbox(row).map(Record::Mailbox).into_iter().collect());
}

fn mailbox(row: &mut Row<'_>) -> Option<Mailbox> {
    let mut addresses: Vec<String> = Vec::new();
    for name in ["PrimarySmtpAddress", "WindowsEmailAddress", "EmailAddresses"] {
        let Some((items, _, _)) = row.items(name) else { continue };
        for address in items.iter().flat_map(|item| item.split([',', ';'])).filter_map(smtp_address) {
            if !addresses.iter().any(|known| known.eq_ignore_ascii_case(address)) {
                addresses.push(address.to_owned());
            }
        }
    }
    let mailbox = Mailbox {
        span: row.span(),
        name: row.any_text(&["DisplayName", "Name", "Alias", "Identity"]).map(|name| name.value),
        addresses,
        database: database(row),
    };
    let known = mailbox.name.is_some() || !mailbox.addresses.is_empty();
    known.then_some(mailbox)
}

/// The address without its prefix; `None` for other kinds of addresses.
fn smtp_address(text: &str) -> Option<&str> {
    let text = text.trim();
    let address = match text.split_once(':') {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("smtp") => rest,
        Some(_) => return None,
        None => text,
    };
    address.contains('@').then_some(address)
}

fn database(row: &mut Row<'_>) -> Option<Located<String>> {
    let property = row.get("Database")?;
    if property.value == Value::Empty || property.value == Value::Text(String::new()) {
        return Some(Located::new(String::new(), row.span_of(property)));
    }
    row.text("Database")
}

#[cfg(test)]
mod tests {
    use super::smtp_address;

    #[test]
    fn only_smtp_addresses_count() {
        for (text, address) in [
            ("SMTP:a@contoso.com", Some("a@contoso.com")),
            ("smtp:b@contoso.com", Some("b@contoso.com")),
            ("c@contoso.com", Some("c@contoso.com")),
            ("X400:C=us;A= ;P=Contoso;S=d@e", None),
            ("X500:/o=Contoso/cn=a", None),
            ("Contoso", None),
        ] {
            assert_eq!(smtp_address(text), address, "{text}");
        }
    }
}

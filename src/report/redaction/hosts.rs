//! What is the name of a host. Any word can be a last label (`muster.gmbh`, `sparbank.bank`), and names of files, of .NET and
//! of members look alike, so there are three degrees: last labels that stand nowhere else, those that are listed, and any word
//! in the case of a name behind something that is no word of Exchange.

use super::words;

/// Hosts of Microsoft, which say nothing about a site.
const MICROSOFT: [&str; 15] = [
    "outlook.com",
    "microsoft.com",
    "office.com",
    "office365.com",
    "office.net",
    "microsoftonline.com",
    "windows.net",
    "windows.com",
    "windowsupdate.com",
    "azure.com",
    "msft.net",
    "aka.ms",
    "live.com",
    "hotmail.com",
    "exchangelabs.com",
];

/// Hosts of Microsoft before which the name of a customer stands.
const TENANT: [&str; 3] = ["mail.protection.outlook.com", "mail.onmicrosoft.com", "onmicrosoft.com"];

/// What follows the name of a customer's host at Microsoft.
pub fn tenant_suffix(host: &str) -> Option<&'static str> {
    TENANT.iter().copied().find(|suffix| host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.')))
}

/// Whether a host is one of Microsoft's own. In small letters.
pub fn is_microsoft(host: &str) -> bool {
    let own = |name: &&str| host.strip_suffix(*name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    tenant_suffix(host).is_none() && (MICROSOFT.iter().any(own) || TENANT.contains(&host))
}

/// Last labels of host names beside those of two letters.
const TOP: &str = " com net org info biz edu gov mil int local lan internal intern intranet corp home priv private test example \
                   invalid localdomain arpa name pro mobi cloud online app dev site shop group world company email \
                   services solutions systems global digital agency center berlin hamburg wien swiss bayern koeln cologne \
                   nrw paris london amsterdam brussels tirol saarland ruhr eus cat asia loc dom ad gmbh ltd llc inc \
                   bank tech legal xyz biz aero museum jobs coop travel insurance versicherung ";

/// Two-letter words that end file names and members of objects, and no host names.
const NO_TOP: &str = " js cs rs md gz db vb sh py ps dd ";

/// Last labels that are no names of their own; `berlin` is one.
pub fn is_plain_top(label: &str) -> bool {
    const PLAIN: [&str; 17] = [
        "com", "net", "org", "info", "biz", "edu", "gov", "int", "local", "lan", "internal", "corp", "example", "test",
        "invalid", "priv", "loc",
    ];
    PLAIN.contains(&label.to_lowercase().as_str())
}

/// Last labels of file names, in small letters.
const FILES: &str = " exe dll log csv txt xml config html htm json js css md eml msg etl evt evtx pst ost bak tmp ini inf sys vbs \
                     bat cmd ldf ldif edb stm que jrs jrn chk zip cab msi msp mst iso img png gif jpg jpeg svg ico pdf doc \
                     docx xls xlsx ppt pptx rtf cer crt pfx pem key wasm rs py sh ps psd psm yml yaml toml lock tar gz tgz \
                     rar dat db mdb sql asp aspx asmx ashx svc php cgi jsp java class jar lnk reg url scr old tsv mht man mof \
                     resources ";

/// What names of .NET begin with.
const SPACES: [&str; 6] = ["microsoft", "system", "windows", "mscorlib", "msexchange", "exchange"];

fn is_top(label: &str) -> bool {
    let lower = label.to_lowercase();
    let ascii =
        lower.len() == 2 && lower.bytes().all(|b| b.is_ascii_lowercase()) && !NO_TOP.contains(&format!(" {lower} "));
    ascii || TOP.contains(&format!(" {lower} ")) || lower.starts_with("xn--")
}

/// Whether a text ends like a host name and like nothing else.
pub fn is_certain_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    // `e.g.` is none.
    labels.len() > 1
        && labels.last().is_some_and(|last| is_top(last))
        && labels.iter().any(|label| label.chars().count() > 2)
}

/// Whether a text has the form of a host name.
pub fn is_host(text: &str) -> bool {
    if is_certain_host(text) {
        return true;
    }
    let (Some((rest, last)), Some(first)) = (text.rsplit_once('.'), text.split('.').next()) else { return false };
    let upper = |text: &str| text.chars().all(|c| !c.is_lowercase());
    let one_case = last.chars().all(|c| !c.is_uppercase()) || upper(last) && upper(rest);
    is_dotted(text)
        && one_case
        && !SPACES.contains(&first.to_lowercase().as_str())
        && text
            .split('.')
            .any(|label| label.chars().filter(|c| c.is_alphabetic()).count() > 1 && !words::is_common(label, true))
}

/// Whether a text that is known to be a name is one of a host or a domain, whatever its last label.
pub fn is_dotted(text: &str) -> bool {
    let mut labels = text.split('.');
    let may_be = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    let letters = last.chars().count() > 1 && last.chars().all(char::is_alphabetic);
    let lower = format!(" {} ", last.to_lowercase());
    (letters || is_top(last)) && !FILES.contains(&lower) && !NO_TOP.contains(&lower) && labels.all(may_be)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_word_ends_a_host_name() {
        for host in [
            "EX1.contoso.com",
            "mx1.adatum.bank",
            "adatum.gmbh",
            "adatum.health",
            "MX.ADATUM.HEALTH",
            "x.adatum",
            "почта.рф",
            "a.xn--p1ai",
        ] {
            assert!(is_host(host), "{host}");
        }
    }

    #[test]
    fn names_of_files_and_of_programs_are_none() {
        for text in [
            "edgetransport.exe",
            "EdgeTransport.exe.config",
            "Microsoft.Exchange.Adatum",
            "System.String",
            "priv1.edb",
            "e.g",
            "SMTPSEND.DNS.NonExistentDomain",
            "RESOLVER.ADR.ExRecipNotFound",
            "queue.list",
            "14.3",
            "Message.Adatum",
            "transport.service",
            "a..b",
        ] {
            assert!(!is_host(text), "{text}");
        }
    }
}

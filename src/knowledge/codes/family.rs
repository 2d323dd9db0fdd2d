//! Families of codes: whose code a number or word is.

use std::fmt;

/// Whose code it is. The order is that of the likelihood for a plain number, as far as nothing speaks for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A code without a public symbol, with a name of ours.
    Note,
    /// Authentication, TLS and certificates.
    Sspi,
    /// MAPI.
    Mapi,
    /// COM and Windows in general.
    Hresult,
    /// The Windows kernel and the logon.
    Ntstatus,
    /// Windows Sockets.
    Winsock,
    /// Remote procedure calls.
    Rpc,
    /// The store, `ec`.
    Store,
    /// Message tracking of Exchange 2000 and 2003.
    Tracking2000,
    /// The database engine.
    Jet,
    /// DNS.
    Dns,
    /// Windows in general.
    Win32,
    /// Message tracking of Exchange 5.5.
    Tracking55,
    /// An SMTP reply.
    SmtpReply,
    /// LDAP.
    Ldap,
    /// What the categorizer says about unreachable mail.
    Unreachable,
    /// The delivery type of a queue.
    DeliveryType,
    /// The status of a queue.
    QueueStatus,
    /// The reason of a non-delivery in X.400.
    X400Reason,
    /// The diagnostic of a non-delivery in X.400.
    X400Diagnostic,
    /// A socket error as .NET calls it.
    Socket,
    /// A word for a failed logon or TLS session.
    AuthWord,
    /// A word for the answer of DNS.
    DnsWord,
    /// An event of message tracking, 2007 and later.
    Tracking,
    /// A source of message tracking, 2007 and later.
    TrackingSource,
}

impl Family {
    /// The families of the table of words by their names there.
    pub(super) fn of_words(name: &str) -> Option<Family> {
        Some(match name {
            "auth" => Family::AuthWord,
            "socket" => Family::Socket,
            "dns-word" => Family::DnsWord,
            "delivery" => Family::DeliveryType,
            "queue" => Family::QueueStatus,
            "unreachable" => Family::Unreachable,
            "tracking" => Family::Tracking,
            "source" => Family::TrackingSource,
            "tracking-2000" => Family::Tracking2000,
            "tracking-55" => Family::Tracking55,
            "x400-reason" => Family::X400Reason,
            "x400-diagnostic" => Family::X400Diagnostic,
            "note" => Family::Note,
            _ => return None,
        })
    }

    /// Whether its codes have symbols or words that occur in logs; the others have names that are for people only.
    pub fn has_symbols(self) -> bool {
        !matches!(self, Family::SmtpReply | Family::Tracking2000 | Family::Tracking55)
    }

    /// What it is, for people.
    pub fn title(self) -> &'static str {
        match self {
            Family::Note => "code without a public symbol",
            Family::Sspi => "authentication, TLS or certificate",
            Family::Mapi => "MAPI",
            Family::Hresult => "HRESULT of Windows",
            Family::Ntstatus => "NTSTATUS",
            Family::Winsock => "Windows Sockets",
            Family::Rpc => "RPC",
            Family::Store => "store code (ec)",
            Family::Tracking2000 => "message tracking event of Exchange 2000 and 2003",
            Family::Jet => "database engine (ESE, JET)",
            Family::Dns => "DNS",
            Family::Win32 => "Windows error",
            Family::Tracking55 => "message tracking event of Exchange 5.5",
            Family::SmtpReply => "SMTP reply",
            Family::Ldap => "LDAP result",
            Family::Unreachable => "reason for unreachable mail",
            Family::DeliveryType => "delivery type of a queue",
            Family::QueueStatus => "status of a queue",
            Family::X400Reason => "X.400 reason of a non-delivery",
            Family::X400Diagnostic => "X.400 diagnostic of a non-delivery",
            Family::Socket => "socket error in connectivity logs",
            Family::AuthWord => "authentication or TLS word in SMTP logs",
            Family::DnsWord => "DNS answer in transport logs",
            Family::Tracking => "message tracking event",
            Family::TrackingSource => "message tracking source",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

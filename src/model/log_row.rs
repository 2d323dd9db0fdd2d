//! Rows of transport logs, as they pass by. A log has millions of them, so a row borrows its line and hands
//! out a cell only when it is asked for.

use std::borrow::Cow;

use crate::base::log_lines::{Cells, unquoted};
use crate::base::source::Span;

/// One row of a log.
pub struct LogRow<'a> {
    /// Which log.
    pub kind: LogKind,
    /// Where it stands.
    pub span: Span,
    /// Its time, in milliseconds since 1970 (UTC), when it has one that can be read.
    pub time: Option<i64>,
    /// The line.
    pub line: &'a [u8],
    /// The cells of the line.
    pub cells: &'a Cells,
    /// For each column of the kind, the position of its cell; [`ABSENT`] when the log has no such column.
    pub columns: &'a [u8],
}

/// Position of a column that a log does not have.
pub const ABSENT: u8 = u8::MAX;

/// The transport logs that are read row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// Message tracking of Exchange 2007 and later; columns: [`tracking`].
    Tracking,
    /// Message tracking of Exchange 2000 and 2003; columns: [`tracking_2003`].
    Tracking2003,
    /// Message tracking of Exchange 4.0 to 5.5; columns: [`tracking_55`].
    Tracking55,
    /// SMTP receive protocol log; columns: [`protocol`].
    SmtpReceive,
    /// SMTP send protocol log; columns: [`protocol`].
    SmtpSend,
    /// Connectivity log; columns: [`connectivity`].
    Connectivity,
    /// Agent log; columns: [`agent`].
    Agent,
    /// SMTP log of Internet Information Services (Exchange 2000 and 2003); columns: [`w3c`].
    W3c,
}

impl LogRow<'_> {
    /// A cell as it stands in the line; empty when the log or the line does not have it.
    pub fn raw(&self, column: usize) -> &[u8] {
        match self.columns.get(column) {
            Some(&position) if position != ABSENT => self.cells.raw(self.line, position as usize),
            _ => b"",
        }
    }

    /// A cell without quotes.
    pub fn cell(&self, column: usize) -> Cow<'_, [u8]> {
        unquoted(self.raw(column))
    }

    /// A cell as text.
    pub fn text(&self, column: usize) -> String {
        String::from_utf8_lossy(&self.cell(column)).into_owned()
    }
}

/// Declares the columns of a log: their names as the log prints them, and a constant for each position.
macro_rules! columns {
    ($(#[doc = $doc:literal])+ $module:ident: $($name:ident = $text:literal),+ $(,)?) => {
        $(#[doc = $doc])+
        #[allow(missing_docs, reason = "the constants are named after the columns")]
        pub mod $module {
            #[repr(usize)]
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "names of columns")]
            enum Column { $($name),+ }
            $(pub const $name: usize = Column::$name as usize;)+
            /// Names in the order of the constants, in lower case.
            pub const NAMES: &[&str] = &[$($text),+];
        }
    };
}

columns! {
    /// Message tracking of 2007 and later. Columns were added over the versions, one in the middle, so only the
    /// header of a file says where each is.
    tracking:
    DATE_TIME = "date-time",
    CLIENT_IP = "client-ip",
    CLIENT_HOSTNAME = "client-hostname",
    SERVER_IP = "server-ip",
    SERVER_HOSTNAME = "server-hostname",
    SOURCE_CONTEXT = "source-context",
    CONNECTOR_ID = "connector-id",
    SOURCE = "source",
    EVENT_ID = "event-id",
    INTERNAL_MESSAGE_ID = "internal-message-id",
    MESSAGE_ID = "message-id",
    NETWORK_MESSAGE_ID = "network-message-id",
    RECIPIENT_ADDRESS = "recipient-address",
    RECIPIENT_STATUS = "recipient-status",
    TOTAL_BYTES = "total-bytes",
    RECIPIENT_COUNT = "recipient-count",
    RELATED_RECIPIENT_ADDRESS = "related-recipient-address",
    REFERENCE = "reference",
    MESSAGE_SUBJECT = "message-subject",
    SENDER_ADDRESS = "sender-address",
    RETURN_PATH = "return-path",
    MESSAGE_INFO = "message-info",
    DIRECTIONALITY = "directionality",
    TENANT_ID = "tenant-id",
    ORIGINAL_CLIENT_IP = "original-client-ip",
    ORIGINAL_SERVER_IP = "original-server-ip",
    CUSTOM_DATA = "custom-data",
    TRANSPORT_TRAFFIC_TYPE = "transport-traffic-type",
    LOG_ID = "log-id",
    SCHEMA_VERSION = "schema-version",
}

columns! {
    /// Message tracking of 2000 and 2003 (KB246965). One line for each recipient; the header names the columns.
    tracking_2003:
    DATE = "date",
    TIME = "time",
    CLIENT_IP = "client-ip",
    CLIENT_HOSTNAME = "client-hostname",
    PARTNER_NAME = "partner-name",
    SERVER_HOSTNAME = "server-hostname",
    SERVER_IP = "server-ip",
    RECIPIENT_ADDRESS = "recipient-address",
    EVENT_ID = "event-id",
    MSGID = "msgid",
    PRIORITY = "priority",
    RECIPIENT_REPORT_STATUS = "recipient-report-status",
    TOTAL_BYTES = "total-bytes",
    NUMBER_RECIPIENTS = "number-recipients",
    ORIGINATION_TIME = "origination-time",
    ENCRYPTION = "encryption",
    SERVICE_VERSION = "service-version",
    LINKED_MSGID = "linked-msgid",
    MESSAGE_SUBJECT = "message-subject",
    SENDER_ADDRESS = "sender-address",
}

columns! {
    /// Message tracking of 4.0 to 5.5 (KB Q173280). There is no header; recipients follow on lines of their own.
    tracking_55:
    MESSAGE_ID = "message id",
    EVENT = "event",
    DATE_TIME = "date/time",
    GATEWAY_NAME = "gateway name",
    PARTNER_NAME = "partner name",
    REMOTE_ID = "remote id",
    ORIGINATOR = "originator",
    PRIORITY = "priority",
    LENGTH = "length",
    SECONDS = "seconds",
    COST = "cost",
    SUBJECT_ID = "subject-id",
    RECIPIENTS = "recipients",
}

columns! {
    /// SMTP protocol logs of 2007 and later.
    protocol:
    DATE_TIME = "date-time",
    CONNECTOR_ID = "connector-id",
    SESSION_ID = "session-id",
    SEQUENCE_NUMBER = "sequence-number",
    LOCAL_ENDPOINT = "local-endpoint",
    REMOTE_ENDPOINT = "remote-endpoint",
    EVENT = "event",
    DATA = "data",
    CONTEXT = "context",
}

columns! {
    /// Connectivity logs of 2007 and later.
    connectivity:
    DATE_TIME = "date-time",
    SESSION = "session",
    SOURCE = "source",
    DESTINATION = "destination",
    DIRECTION = "direction",
    DESCRIPTION = "description",
}

columns! {
    /// Agent logs of 2007 and later.
    agent:
    TIMESTAMP = "timestamp",
    SESSION_ID = "sessionid",
    LOCAL_ENDPOINT = "localendpoint",
    REMOTE_ENDPOINT = "remoteendpoint",
    ENTERED_ORG_FROM_IP = "enteredorgfromip",
    MESSAGE_ID = "messageid",
    P1_FROM_ADDRESS = "p1fromaddress",
    P2_FROM_ADDRESSES = "p2fromaddresses",
    RECIPIENT = "recipient",
    NUM_RECIPIENTS = "numrecipients",
    AGENT = "agent",
    EVENT = "event",
    ACTION = "action",
    SMTP_RESPONSE = "smtpresponse",
    REASON = "reason",
    REASON_DATA = "reasondata",
    DIAGNOSTICS = "diagnostics",
    NETWORK_MSG_ID = "networkmsgid",
    TENANT_ID = "tenantid",
    DIRECTIONALITY = "directionality",
}

columns! {
    /// SMTP logs in W3C extended format; an administrator chooses the columns.
    w3c:
    DATE = "date",
    TIME = "time",
    CLIENT_IP = "c-ip",
    USERNAME = "cs-username",
    SITE_NAME = "s-sitename",
    COMPUTER_NAME = "s-computername",
    SERVER_IP = "s-ip",
    SERVER_PORT = "s-port",
    METHOD = "cs-method",
    URI_STEM = "cs-uri-stem",
    URI_QUERY = "cs-uri-query",
    STATUS = "sc-status",
    WIN32_STATUS = "sc-win32-status",
    SC_BYTES = "sc-bytes",
    CS_BYTES = "cs-bytes",
    TIME_TAKEN = "time-taken",
    VERSION = "cs-version",
    HOST = "cs-host",
}

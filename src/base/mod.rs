//! Layer 0: what knows nothing about Exchange. Sources and places in them, text decoding, times,
//! address ranges, delimited text, XML, and the generic objects that PowerShell prints.

pub mod clocks;
pub mod console_list;
pub mod container;
pub mod distinguished_name;
pub mod gather;
pub mod guid;
pub mod histogram;
pub mod ip_range;
pub mod ledger;
pub mod log_lines;
pub mod mail_date;
pub mod markup;
pub mod once;
pub mod order;
pub mod powershell;
pub mod read_ahead;
pub mod record_ids;
pub mod row_index;
pub mod sample;
pub mod security_descriptor;
pub mod shown_records;
pub mod sid;
pub mod silence;
pub mod source;
pub mod tally;
pub mod text;
pub mod timestamp;
pub mod xml;

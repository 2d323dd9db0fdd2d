//! Outlook messages as samples.

#![allow(clippy::indexing_slicing, reason = "samples are of known size")]

use super::msg_writer::{Message, Properties, Value};
use Value::{Binary, Bytes, Number, Time, Wide};

const CLASS: u16 = 0x001A;
const SUBJECT: u16 = 0x0037;
const BODY: u16 = 0x1000;
const INFO: u16 = 0x0C1B;
const STATUS: u16 = 0x0C20;
const DIAGNOSTIC: u16 = 0x0C05;
const REASON: u16 = 0x0C04;

const NOT_FOUND: &str = "Delivery has failed to these recipients or distribution lists:\r\n\r\n\
    gone@fabrikam.example\r\nThe recipient's e-mail address was not found in the recipient's e-mail system.\r\n\r\n\
    Diagnostic information for administrators:\r\n\r\n\
    Generating server: EX10-HUB1.contoso.com\r\n\r\n\
    gone@fabrikam.example\r\n\
    mx.fabrikam.example #550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\r\n";

fn not_found() -> Message<'static> {
    let recipient: Properties<'_> = vec![
        (0x3001, Wide("Gone Recipient")),
        (0x3002, Wide("SMTP")),
        (0x3003, Wide("gone@fabrikam.example")),
        (0x39FE, Wide("gone@fabrikam.example")),
        (0x0C15, Number(1)),
        (REASON, Number(1)),
        (DIAGNOSTIC, Number(0)),
        (STATUS, Number(511)),
        (INFO, Wide("<mx.fabrikam.example #5.1.1 smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found>")),
        (0x0C21, Wide("dns;mx.fabrikam.example")),
        (0x1001, Wide("The recipient's e-mail address was not found in the recipient's e-mail system.")),
    ];
    Message {
        own: vec![
            (CLASS, Wide("REPORT.IPM.Note.NDR")),
            (SUBJECT, Wide("Undeliverable: Gr\u{fc}\u{df}e from Contoso")),
            (0x0039, Time(1_299_664_800)),
            (0x0032, Time(1_299_664_801)),
            (0x0049, Wide("Gr\u{fc}\u{df}e from Contoso")),
            (0x0067, Wide("anna@contoso.com")),
            (0x007D, Wide("Received: from EX10-HUB1.contoso.com (192.0.2.10) by EX10-MBX1.contoso.com\r\n")),
            (0x6820, Wide("dns;EX10-HUB1.contoso.com")),
            (BODY, Wide(NOT_FOUND)),
        ],
        recipients: vec![recipient],
        attachments: vec![vec![(0x3001, Wide("Gr\u{fc}\u{df}e from Contoso")), (0x3701, Binary(b"an object"))]],
        ..Message::default()
    }
}

/// A report of Exchange 2010 with everything in it.
pub fn not_found_2010() -> Vec<u8> {
    not_found().write()
}

/// A report of Exchange 2003 as Outlook 2000 saves it: no UTF-16, one recipient without an SMTP address.
pub fn mailbox_disabled_2003() -> Vec<u8> {
    let recipient = |name: &'static [u8], address: &'static [u8], info: &'static [u8], status: i32| -> Properties<'_> {
        vec![
            (0x3001, Bytes(name)),
            (0x3002, Bytes(b"EX")),
            (0x3003, Bytes(address)),
            (REASON, Number(0)),
            (DIAGNOSTIC, Number(38)),
            (STATUS, Number(status)),
            (INFO, Bytes(info)),
            (0x1001, Bytes(b"The e-mail account does not exist, or the mailbox is disabled.")),
        ]
    };
    Message {
        own: vec![
            (CLASS, Bytes(b"REPORT.IPM.Note.NDR")),
            (SUBJECT, Bytes(b"Unzustellbar: Gr\xFC\xDFe")),
            (0x0039, Time(1_080_000_000)),
            (0x3FFD, Number(1252)),
        ],
        recipients: vec![
            recipient(
                b"J\xFCrgen",
                b"/O=CONTOSO/OU=FIRST ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=JUERGEN",
                b"<ex03-be1.contoso.com #5.2.1>",
                521,
            ),
            recipient(
                b"Berta",
                b"/O=CONTOSO/OU=FIRST ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=BERTA",
                b"<ex03-be1.contoso.com #5.0.0 smtp;550 5.7.1 Unable to relay>",
                500,
            ),
        ],
        ..Message::default()
    }
    .write()
}

/// A report about a delay, with numbers in place of texts; one of them cannot be told.
pub fn delayed_numbers_only() -> Vec<u8> {
    let recipient = |address: &'static str, status: i32| -> Properties<'_> {
        vec![(0x3001, Wide(address)), (STATUS, Number(status)), (DIAGNOSTIC, Number(-1)), (REASON, Number(0))]
    };
    Message {
        own: vec![
            (CLASS, Wide("REPORT.IPM.Note.Delayed.DR")),
            (SUBJECT, Wide("Delivery delayed: figures")),
            (BODY, Wide("Delivery is delayed to these recipients.")),
        ],
        recipients: vec![
            recipient("a@fabrikam.example", 447),
            recipient("b@fabrikam.example", 510),
            recipient("c@fabrikam.example", 447),
        ],
        ..Message::default()
    }
    .write()
}

/// A report without a plain text, whose subject is in a code page that it does not name.
pub fn formatted_text_only() -> Vec<u8> {
    Message {
        own: vec![
            (CLASS, Bytes(b"REPORT.IPM.Note.NDR")),
            (SUBJECT, Bytes(b"Undeliverable: caf\xE9")),
            (0x1013, Binary(b"<html><body>Delivery has failed.</body></html>")),
        ],
        recipients: vec![vec![
            (0x39FE, Wide("gone@fabrikam.example")),
            (INFO, Wide("< #5.1.10 smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found>")),
            (STATUS, Number(510)),
        ]],
        ..Message::default()
    }
    .write()
}

/// A report whose names stand behind the first 64 KB of the file.
pub fn large_report() -> Vec<u8> {
    let body = "A line of the original, quoted below the report.\r\n".repeat(30);
    let mut message = not_found();
    message.attachments.clear();
    message.own.retain(|(id, _)| *id != BODY);
    let body = NOT_FOUND.to_owned() + &body;
    message.own.push((BODY, Wide(&body)));
    message.ballast = 70_000;
    let mut bytes = message.write();
    move_directory(&mut bytes);
    bytes
}

/// A message of a person.
pub fn ordinary_message() -> Vec<u8> {
    Message {
        own: vec![
            (CLASS, Wide("IPM.Note")),
            (SUBJECT, Wide("Queue output from last night")),
            (0x0C1F, Wide("anna@contoso.com")),
            (0x007D, Wide("Received: from EX10-HUB1.contoso.com (192.0.2.10) by EX10-MBX1.contoso.com\r\n")),
            (BODY, Wide("See the attachment.")),
        ],
        recipients: vec![vec![(0x3003, Wide("bert@contoso.com"))]],
        attachments: vec![vec![(0x3704, Wide("GET-QU~1.TXT")), (0x3707, Wide("get-queue.txt"))]],
        ..Message::default()
    }
    .write()
}

/// A report that a message was read.
pub fn read_receipt() -> Vec<u8> {
    Message {
        own: vec![(CLASS, Wide("REPORT.IPM.Note.IPNRN")), (SUBJECT, Wide("Read: figures"))],
        ..Message::default()
    }
    .write()
}

/// A report that lost a recipient and its text.
pub fn missing_recipient() -> Vec<u8> {
    let mut message = not_found();
    message.recipients.push(vec![(0x39FE, Wide("second@fabrikam.example"))]);
    let mut file = cfb::CompoundFile::open(std::io::Cursor::new(message.write())).unwrap();
    file.remove_storage_all("/__recip_version1.0_#00000001").unwrap();
    file.remove_stream("/__substg1.0_1000001F").unwrap();
    file.set_modified_time("/", std::time::SystemTime::UNIX_EPOCH).unwrap();
    file.into_inner().into_inner()
}

/// Half of a report.
pub fn cut() -> Vec<u8> {
    let mut file = not_found().write();
    file.truncate(file.len() / 2 / 512 * 512);
    file
}

/// An older document of Word.
pub fn document() -> Vec<u8> {
    word(0)
}

/// An older document of Word that names its parts behind what a recognizer sees.
pub fn late_document() -> Vec<u8> {
    word(80_000)
}

fn word(text: usize) -> Vec<u8> {
    let file = std::io::Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, file).unwrap();
    std::io::Write::write_all(&mut file.create_stream("/WordDocument").unwrap(), &vec![0; 600 + text]).unwrap();
    file.set_modified_time("/", std::time::SystemTime::UNIX_EPOCH).unwrap();
    file.flush().unwrap();
    let mut bytes = file.into_inner().into_inner();
    if text > 0 {
        move_directory(&mut bytes);
    }
    bytes
}

/// Moves the first sector of the directory to the end of the file.
fn move_directory(bytes: &mut Vec<u8>) {
    let number = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let first = number(bytes, 48) as usize;
    let last = bytes.len() / 512 - 1;
    let sector = bytes[(first + 1) * 512..(first + 2) * 512].to_vec();
    bytes.extend(sector);
    bytes[48..52].copy_from_slice(&(last as u32).to_le_bytes());
    let entry =
        |bytes: &[u8], sector: usize| (number(bytes, 76 + sector / 128 * 4) as usize + 1) * 512 + sector % 128 * 4;
    let (old, new) = (entry(bytes, first), entry(bytes, last));
    let next = number(bytes, old);
    assert!(number(bytes, new) == 0xFFFF_FFFF, "no room in the table");
    bytes[old..old + 4].copy_from_slice(&0xFFFF_FFFF_u32.to_le_bytes());
    bytes[new..new + 4].copy_from_slice(&next.to_le_bytes());
    bytes[(first + 1) * 512..(first + 2) * 512].fill(0);
}

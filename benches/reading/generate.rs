//! Generated evidence of any size, the same in every run: there is no random number in it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

#[path = "../../tests/support/evtx_writer.rs"]
mod evtx_writer;

/// A kind of file.
pub struct Kind {
    /// What it is, for the table.
    pub name: &'static str,
    /// Name of the file, with `#` for its number.
    pub file: &'static str,
    /// Whether it is a log, which is generated larger.
    pub is_log: bool,
    write: fn(&mut Out<'_>) -> io::Result<()>,
}

const fn kind(name: &'static str, file: &'static str, is_log: bool, write: fn(&mut Out<'_>) -> io::Result<()>) -> Kind {
    Kind { name, file, is_log, write }
}

/// All kinds, documents first.
pub static KINDS: &[Kind] = &[
    kind("Get-Queue, Format-List", "queues-#.txt", false, list),
    kind("Get-Queue, CSV", "queues-#.csv", false, csv),
    kind("Get-Queue, JSON", "queues-#.json", false, json),
    kind("Get-ReceiveConnector, CLIXML", "connectors-#.xml", false, clixml),
    kind("Routing table, 2013 and later", "HRoutingConfig-#.xml", false, routing),
    kind("Event text, 2008 and later", "application-#.txt", false, events),
    kind("Message tracking log", "MSGTRK20190312-#.LOG", true, tracking),
    kind("SMTP protocol log", "RECV20190312-#.LOG", true, protocol),
    kind("Connectivity log", "CONNECTLOG20190312-#.LOG", true, connectivity),
    kind("Event log, EVTX", "Application-#.evtx", true, evtx),
];

impl Kind {
    /// Writes a file of about `size` bytes.
    pub fn write(&self, path: &Path, size: u64) -> io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        (self.write)(&mut Out { file: &mut file, left: i64::try_from(size).unwrap_or(i64::MAX) })?;
        file.flush()
    }
}

struct Out<'a> {
    file: &'a mut BufWriter<File>,
    left: i64,
}

impl Out<'_> {
    fn write(&mut self, text: &str) -> io::Result<()> {
        self.bytes(text.as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.left -= i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        self.file.write_all(bytes)
    }
}

/// Writes records until the file has its size.
fn repeat(
    out: &mut Out<'_>,
    head: &str,
    tail: &str,
    separator: &str,
    record: impl Fn(usize) -> String,
) -> io::Result<()> {
    out.write(head)?;
    let mut n = 0;
    while out.left > 0 {
        if n > 0 {
            out.write(separator)?;
        }
        out.write(&record(n))?;
        n += 1;
    }
    out.write(tail)
}

const ERROR: &str = "451 4.4.0 DNS query failed";

fn list(out: &mut Out<'_>) -> io::Result<()> {
    repeat(out, "", "\r\n", "\r\n", |n| {
        let mut block = String::new();
        for (name, value) in [
            ("Identity", format!("EX1\\{n}")),
            ("DeliveryType", "DnsConnectorDelivery".to_owned()),
            ("NextHopDomain", format!("d{n}.example")),
            ("Status", "Retry".to_owned()),
            ("MessageCount", (n % 7).to_string()),
            ("LastError", ERROR.to_owned()),
        ] {
            let _ = write!(block, "{name:<14} : {value}\r\n");
        }
        block
    })
}

fn csv(out: &mut Out<'_>) -> io::Result<()> {
    let head = "\"Identity\",\"DeliveryType\",\"NextHopDomain\",\"Status\",\"MessageCount\",\"LastError\"\r\n";
    repeat(out, head, "", "", |n| {
        format!("\"EX1\\{n}\",\"DnsConnectorDelivery\",\"d{n}.example\",\"Retry\",\"{}\",\"{ERROR}\"\r\n", n % 7)
    })
}

fn json(out: &mut Out<'_>) -> io::Result<()> {
    repeat(out, "[\r\n", "\r\n]\r\n", ",\r\n", |n| {
        format!(
            "  {{ \"Identity\": \"EX1\\\\{n}\", \"DeliveryType\": 1, \"NextHopDomain\": \"d{n}.example\", \"Status\": 3, \
             \"MessageCount\": {}, \"LastError\": \"{ERROR}\" }}",
            n % 7
        )
    })
}

fn clixml(out: &mut Out<'_>) -> io::Result<()> {
    let head = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">";
    repeat(out, head, "</Objs>", "\r\n", |n| {
        format!(
            "<Obj RefId=\"{n}\"><TN RefId=\"{n}\"><T>Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector</T></TN>\
             <ToString>EX{n}\\Relay</ToString><Props><S N=\"Identity\">EX{n}\\Relay</S><B N=\"Enabled\">true</B>\
             <S N=\"AuthMechanism\">Tls</S><S N=\"PermissionGroups\">AnonymousUsers</S></Props></Obj>"
        )
    })
}

fn routing(out: &mut Out<'_>) -> io::Result<()> {
    let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<RoutingConfiguration>\r\n<SchemaVersion>15.00.0610.000</SchemaVersion>\
                <ProcessRole>Hub</ProcessRole><RoutingTopology><ExchangeServers />\r\n<Databases>\r\n";
    repeat(out, head, "</Databases></RoutingTopology></RoutingConfiguration>\r\n", "\r\n", |n| {
        format!(
            "  <Database><Name>DB{n}</Name><ObjectGuid>{n:08x}-0000-4000-8000-000000000000</ObjectGuid><DN>CN=DB{n},CN=Databases,\
             DC=contoso,DC=com</DN><OwningServerId><Name>EX1</Name><ObjectGuid>11111111-0000-4000-8000-000000000000</ObjectGuid>\
             </OwningServerId></Database>"
        )
    })
}

fn header(kind: &str, fields: &str) -> String {
    format!(
        "#Software: Microsoft Exchange Server\r\n#Version: 15.01.2507.006\r\n#Log-type: {kind}\r\n#Date: 2019-03-12T08:00:00.000Z\r\n#Fields: {fields}\r\n"
    )
}

/// A time of day that goes on by 37 ms with every row.
fn time(n: usize) -> String {
    let ms = n * 37;
    format!("2019-03-12T{:02}:{:02}:{:02}.{:03}Z", ms / 3_600_000 % 24, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

fn tracking(out: &mut Out<'_>) -> io::Result<()> {
    let names = queuescope::model::log_row::tracking::NAMES.join(",");
    repeat(out, &header("Message Tracking Log", &names), "", "", |n| {
        let event = ["RECEIVE", "HAREDIRECT", "RESOLVE", "SEND", "DELIVER", "AGENTINFO", "DEFER"][n % 7];
        let status = if event == "DEFER" { "'451 4.4.0 Temporary failure; retry'" } else { "250 2.1.5 Recipient OK" };
        let m = n / 6;
        format!(
            "{},192.0.2.{},EX16-0{}.contoso.com,192.0.2.{},EX16-0{},08D6A6C4E5F6{:04X};2019-03-12T08:00:00.000Z;0,EX16-01\\Default \
             EX16-01,SMTP,{event},{m},<{m:012x}.{}@contoso.com>,{m:08x}-1111-4222-8333-444455556666,user{}@contoso.com,{status},{},1,,,\
             \"Re: Order {m}, part {n}\",sender{}@fabrikam.example,sender{}@fabrikam.example,2019-03-12T08:00:00.100Z;SRV=EX16-01.\
             contoso.com:TOTAL-HUB=0.{}|SMS=0.100,Incoming,,192.0.2.7,192.0.2.11,S:E2ELatency=0.900;S:DeliveryPriority=Normal,Email,\
             aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee{:04x},15.01.2507.006\r\n",
            time(n),
            n % 250,
            n % 4,
            n % 250,
            n % 3,
            n % 65536,
            m % 97,
            n % 5000,
            1000 + n % 90000,
            n % 700,
            n % 700,
            n % 1000,
            n % 65536
        )
    })
}

fn protocol(out: &mut Out<'_>) -> io::Result<()> {
    let names = queuescope::model::log_row::protocol::NAMES.join(",");
    repeat(out, &header("SMTP Receive Protocol Log", &names), "", "", |n| {
        let (session, step) = (n / 8, n % 8);
        let (event, data) = [
            ("+", String::new()),
            (">", "220 EX16-01.contoso.com Microsoft ESMTP MAIL Service ready".to_owned()),
            ("<", "EHLO mail.fabrikam.example".to_owned()),
            (">", "250  EX16-01.contoso.com Hello [198.51.100.9] SIZE 37748736 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS \
                   X-ANONYMOUSTLS AUTH NTLM X-EXPS GSSAPI NTLM 8BITMIME BINARYMIME CHUNKING".to_owned()),
            ("<", format!("MAIL FROM:<sender{}@fabrikam.example> SIZE={}", n % 700, n % 90000)),
            (">", if session % 9 == 0 { "452 4.3.1 Insufficient system resources".to_owned() } else { "250 2.1.0 Sender OK".to_owned() }),
            ("<", "QUIT".to_owned()),
            ("-", String::new()),
        ][step].clone();
        format!(
            "{},EX16-01\\Default EX16-01,08D6A6C4{session:08X},{step},192.0.2.21:25,198.51.100.{}:{},{event},{data},{}\r\n",
            time(n),
            session % 250,
            1024 + session % 60000,
            if step == 7 { "Remote" } else { "" }
        )
    })
}

fn connectivity(out: &mut Out<'_>) -> io::Result<()> {
    let fields = "date-time,session,source,Destination,direction,description";
    repeat(out, &header("Transport Connectivity Log", fields), "", "", |n| {
        let (session, step) = (n / 4, n % 4);
        let description = [
            "DnsConnectorDelivery 3f2a1b0c-1111-4222-8333-444455556666;QueueLength=TQ=2;AN=2;".to_owned(),
            format!("\"mail.d{}.example[198.51.100.{}, 198.51.100.{}]\"", session % 3000, session % 250, session % 249),
            format!("Failed connection to 198.51.100.{}:25 (TimedOut:0000274C)[TargetHost:mail.d{}.example:25|MarkedUnhealthy|\
                     FailureCount:{}]", session % 250, session % 3000, session % 9),
            "Messages: 0 Bytes: 0 (Retry : Unable to connect)".to_owned(),
        ][step].clone();
        format!(
            "{},08D6A6C4{session:08X},SMTP,d{}.example,{},{description}\r\n",
            time(n),
            session % 3000,
            ["+", ">", ">", "-"][step]
        )
    })
}

fn events(out: &mut Out<'_>) -> io::Result<()> {
    repeat(out, "", "", "\r\n", |n| {
        format!(
            "Log Name:      Application\r\nSource:        MSExchangeTransport\r\nDate:          3/12/2019 {}:{:02}:{:02} AM\r\n\
             Event ID:      {}\r\nTask Category: SmtpReceive\r\nLevel:         Warning\r\nKeywords:      Classic\r\nUser:          \
             N/A\r\nComputer:      ex1.contoso.com\r\nDescription:\r\nThe inbound connection was refused.\r\n",
            1 + n % 11,
            n % 60,
            n / 60 % 60,
            1000 + n % 50
        )
    })
}

/// A log as the event service writes it, of events as Exchange writes them.
fn evtx(out: &mut Out<'_>) -> io::Result<()> {
    const IN_CHUNK: usize = 90;
    let mut first = 1_u64;
    while out.left > 0 {
        let events: Vec<_> = (first..first + 200 * IN_CHUNK as u64)
            .map(|n| {
                let seconds = n / 3;
                let time = format!(
                    "2019-03-{:02}T{:02}:{:02}:{:02}Z",
                    1 + seconds / 86_400 % 28,
                    seconds / 3600 % 24,
                    seconds / 60 % 60,
                    seconds % 60
                );
                let id = u16::try_from(1000 + n % 50).unwrap_or(1000);
                evtx_writer::Written::new("MSExchangeTransport", id, &time, "EX1.contoso.com").strings(&[
                    &format!("Default EX{}", n % 5),
                    &format!("198.51.100.{}", n % 250),
                    "451 4.4.0 Primary target IP address responded with: \"421 4.2.1 Unable to connect.\"",
                ])
            })
            .collect();
        let log = evtx_writer::write(&events, first, IN_CHUNK);
        // The file header once, and then chunks.
        let from = if first == 1 { 0 } else { evtx_writer::FILE_HEADER };
        out.bytes(log.get(from..).unwrap_or_default())?;
        first += 200 * IN_CHUNK as u64;
    }
    Ok(())
}

//! How fast the formats read and the rules judge, on generated data of a fixed seed.
//!
//! `make bench` prints one table. Speeds of one run are compared with each other and with the floor
//! (decoding the same bytes as text), never with another run: machines differ and are busy. What was
//! tried and found is in `docs/performance.md`.

#![allow(clippy::indexing_slicing, reason = "a measurement may fail loudly")]

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::time::Instant;

use queuescope::analysis::analyze;
use queuescope::base::source::Source;
use queuescope::base::text::Text;

/// Bytes of generated text per format.
const SIZE: usize = 24 << 20;

fn main() {
    println!("| input | MB | records | read, MB/s | decode only, MB/s | ratio |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (name, file, text) in [
        ("Get-Queue, Format-List", "queues.txt", list()),
        ("Get-Queue, CSV", "queues.csv", csv()),
        ("Get-Queue, JSON", "queues.json", json()),
        ("Get-ReceiveConnector, CLIXML", "connectors.xml", clixml()),
        ("Routing table, 2013 and later", "HRoutingConfig#1@03_12_2019 05_00_11.xml", routing()),
        ("Event text, 2008 and later", "application.txt", events()),
        ("Message tracking log, 2016", "MSGTRK2019031208-1.LOG", tracking()),
        ("SMTP protocol log", "RECV2019031208-1.LOG", protocol()),
        ("Connectivity log", "CONNECTLOG20190312-1.LOG", connectivity()),
    ] {
        measure(name, file, text.as_bytes());
    }
    let corpus = std::env::var_os("QUEUESCOPE_CORPUS").map(std::path::PathBuf::from);
    let corpus = corpus.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus").into());
    match std::fs::read(corpus.join("events/evtx_security_bad_string_cache.evtx")) {
        Ok(sample) => measure("Event log, EVTX (chunks of a real one)", "security.evtx", &repeated(&sample)),
        Err(_) => println!("| Event log, EVTX | the corpus is not here | | | | |"),
    }
}

/// A log of some size, made of the chunks of a real one.
fn repeated(sample: &[u8]) -> Vec<u8> {
    let mut file = sample[..4096].to_vec();
    for copy in 0..16_u8 {
        for chunk in sample[4096..].chunks(65536).filter(|chunk| chunk.starts_with(b"ElfChnk")) {
            // Another time for the first record, or it would be taken for a copy and passed over.
            file.extend_from_slice(&chunk[..512 + 16]);
            file.push(copy);
            file.extend_from_slice(&chunk[512 + 17..]);
        }
    }
    file
}

fn measure(name: &str, file: &str, bytes: &[u8]) {
    let floor = best(|| {
        std::hint::black_box(Text::decode(bytes));
        0
    });
    let read = best(|| {
        let source = Source::from_bytes(file, bytes);
        let report = analyze(vec![source], &mut |_| ControlFlow::Continue(())).report;
        report.inputs.iter().map(|i| i.records).sum()
    });
    let megabytes = bytes.len() as f64 / 1e6;
    let (fast, slow) = (megabytes / floor.0, megabytes / read.0);
    println!("| {name} | {megabytes:.1} | {} | {slow:.0} | {fast:.0} | {:.2} |", read.1, slow / fast);
}

/// The best of three, in seconds, and the count of the last.
fn best(mut run: impl FnMut() -> u64) -> (f64, u64) {
    let mut best = f64::MAX;
    let mut count = 0;
    for _ in 0..3 {
        let start = Instant::now();
        count = run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    (best, count)
}

fn repeat(head: &str, tail: &str, separator: &str, record: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    let mut n = 0;
    while text.len() < SIZE {
        if n > 0 {
            text.push_str(separator);
        }
        text.push_str(&record(n));
        n += 1;
    }
    text.push_str(tail);
    text
}

const ERROR: &str = "451 4.4.0 DNS query failed";

fn list() -> String {
    repeat("", "\r\n", "\r\n", |n| {
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

fn csv() -> String {
    let head = "\"Identity\",\"DeliveryType\",\"NextHopDomain\",\"Status\",\"MessageCount\",\"LastError\"\r\n";
    repeat(head, "", "", |n| {
        format!("\"EX1\\{n}\",\"DnsConnectorDelivery\",\"d{n}.example\",\"Retry\",\"{}\",\"{ERROR}\"\r\n", n % 7)
    })
}

fn json() -> String {
    repeat("[\r\n", "\r\n]\r\n", ",\r\n", |n| {
        format!(
            "  {{ \"Identity\": \"EX1\\\\{n}\", \"DeliveryType\": 1, \"NextHopDomain\": \"d{n}.example\", \"Status\": 3, \
             \"MessageCount\": {}, \"LastError\": \"{ERROR}\" }}",
            n % 7
        )
    })
}

fn clixml() -> String {
    let head = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">";
    repeat(head, "</Objs>", "\r\n", |n| {
        format!(
            "<Obj RefId=\"{n}\"><TN RefId=\"{n}\"><T>Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector</T></TN>\
             <ToString>EX{n}\\Relay</ToString><Props><S N=\"Identity\">EX{n}\\Relay</S><B N=\"Enabled\">true</B>\
             <S N=\"AuthMechanism\">Tls</S><S N=\"PermissionGroups\">AnonymousUsers</S></Props></Obj>"
        )
    })
}

fn routing() -> String {
    let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<RoutingConfiguration>\r\n<SchemaVersion>15.00.0610.000</SchemaVersion>\
                <ProcessRole>Hub</ProcessRole><RoutingTopology><ExchangeServers />\r\n<Databases>\r\n";
    repeat(head, "</Databases></RoutingTopology></RoutingConfiguration>\r\n", "\r\n", |n| {
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

fn tracking() -> String {
    let names = queuescope::model::log_row::tracking::NAMES.join(",");
    repeat(&header("Message Tracking Log", &names), "", "", |n| {
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

fn protocol() -> String {
    let names = queuescope::model::log_row::protocol::NAMES.join(",");
    repeat(&header("SMTP Receive Protocol Log", &names), "", "", |n| {
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

fn connectivity() -> String {
    let fields = "date-time,session,source,Destination,direction,description";
    repeat(&header("Transport Connectivity Log", fields), "", "", |n| {
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

fn events() -> String {
    repeat("", "", "\r\n", |n| {
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

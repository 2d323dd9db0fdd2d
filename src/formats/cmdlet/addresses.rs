//! The addresses of a server, from a list that somebody made with `Select-Object`, `Resolve-DnsName` or
//! by hand. Names of columns differ; the value may be one address, a list, or several in one text.

use std::net::IpAddr;

use super::row::{Remark, Row};
use crate::base::ip_range::parse_address;
use crate::model::Record;
use crate::model::server::ServerAddress;

/// Columns that name the server.
pub const NAMES: &[&str] = &["Name", "Server", "ServerName", "ComputerName", "PSComputerName", "HostName"];

/// Columns that hold addresses, the readable ones first: `Address` can be a number.
const ADDRESSES: &[&str] =
    &["IPAddress", "IPAddressToString", "IPAddresses", "IPv4Address", "IPAddressV4", "IPv6Address", "Address"];

/// All addresses of one row under the name of their server.
pub fn addresses(row: &mut Row<'_>, server: &str) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut seen: Vec<IpAddr> = Vec::new();
    for name in ADDRESSES {
        let Some((items, _, property)) = row.items(name) else { continue };
        for item in &items {
            let separator = |c: char| matches!(c, ',' | ';' | '=' | '{' | '}') || c.is_whitespace();
            let words = item.split(separator).filter_map(|word| parse_address(word.split('/').next()?).ok());
            let found: Vec<IpAddr> = words.collect();
            if found.is_empty() && !item.is_empty() && *name != "Address" {
                row.unknown(name, item, property.lines);
            }
            for address in found {
                if is_local(address) {
                    row.remark(Remark::LocalAddress, "", property.lines);
                } else if !seen.contains(&address) {
                    seen.push(address);
                    let span = row.span_of(property);
                    records.push(Record::ServerAddress(ServerAddress { span, server: server.to_owned(), address }));
                }
            }
        }
    }
    records
}

/// Loopback, automatic, link-local and unspecified addresses.
fn is_local(address: IpAddr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || match address {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        }
}

//! Routing tables, as RoutingConfig files log them.
//!
//! Exchange 2013 and later log the directory objects that routing starts from, exactly; 2007 and
//! 2010 log computed tables whose schema is not published, read by name and place
//! (`formats/routing_config.rs` says how). Checks that need an exact table look at
//! [`RoutingTable::exact`].

use uuid::Uuid;

use crate::base::{source::Span, timestamp::Moment};

/// One routing table.
#[derive(Clone, Debug)]
pub struct RoutingTable {
    /// The file.
    pub span: Span,
    /// Whether the schema is the published one of 2013 and later.
    pub exact: bool,
    /// Whether the file was read to its end; a table may be copied while it is written.
    pub complete: bool,
    /// When it was written (UTC), from the name of the file.
    pub written: Option<Moment>,
    /// Number in the name of the file, counted from the start of the service.
    pub sequence: Option<u32>,
    /// The process that wrote it.
    pub process: Option<String>,
    /// The server it was written on.
    pub local_server: Option<ObjectRef>,
    /// Servers known to routing.
    pub servers: Vec<RoutingServer>,
    /// Whether the file has a list of databases at all (`Databases`, `HomeMdbRouting`).
    pub lists_databases: bool,
    /// Databases known to routing.
    pub databases: Vec<RoutingDatabase>,
}

/// A reference to a directory object, or its identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectRef {
    /// Name.
    pub name: Option<String>,
    /// `objectGUID`.
    pub guid: Option<Uuid>,
    /// Distinguished name.
    pub dn: Option<String>,
}

/// A server in a routing table.
#[derive(Clone, Debug)]
pub struct RoutingServer {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// Full name.
    pub fqdn: Option<String>,
    /// 6 for 2000 and 2003, 8 for 2007, 14 for 2010, 15 for 2013 and later.
    pub major_version: Option<u32>,
    /// Roles as printed.
    pub roles: Option<String>,
    /// Active Directory site (2007 and later).
    pub site: Option<ObjectRef>,
    /// Database availability group.
    pub dag: Option<ObjectRef>,
    /// Routing group (2003 and earlier).
    pub routing_group: Option<ObjectRef>,
}

/// A database in a routing table.
#[derive(Clone, Debug)]
pub struct RoutingDatabase {
    /// Where it stands.
    pub span: Span,
    /// Identity.
    pub object: ObjectRef,
    /// The server that owns it; `None` when the entry names none.
    pub owner: Option<ObjectRef>,
}

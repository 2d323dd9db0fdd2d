//! Reads real exports of Exchange 2016 and 2019 in place.
//!
//! The corpus is not part of the repository: `QUEUESCOPE_CORPUS` names its folder, and without it the
//! tests say so and pass.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail loudly")]

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use queuescope::base::ledger::Ledger;
use queuescope::base::source::SourceId;
use queuescope::base::text::Text;
use queuescope::formats::{Detection, Document, Head, Output, Parse, detect};
use queuescope::model::Record;
use queuescope::model::limit::Limit;
use queuescope::model::outbound_connector::ConnectorKind;
use queuescope::model::pressure::Pressure;
use queuescope::model::queue::{DeliveryType, QueueStatus};
use queuescope::model::receive_connector::{AuthMechanism, ReceiveConnector, TransportRole};
use queuescope::model::server::ExchangeServer;
use queuescope::model::version::ExchangeVersion;
use queuescope::tools::receive_connector_selector::{Selection, exchange_port_of, ports, select};

fn bytes(folder: &str, name: &str) -> Option<Vec<u8>> {
    let corpus = std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let path = corpus.join(folder).join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("not there, skipped: {}", path.display());
    }
    bytes
}

fn detected(bytes: &[u8]) -> Detection {
    detect(&Head::new("unknown", bytes.len() as u64, &bytes[..bytes.len().min(Head::BYTES)]))
}

/// The records of a file and its ledger; `id` is the format that must recognize it.
fn read(folder: &str, name: &str, id: &str) -> Option<(Vec<Record>, Ledger)> {
    let bytes = bytes(folder, name)?;
    let detection = detected(&bytes);
    let format = detection.format.unwrap_or_else(|| panic!("{name}: {}", detection.reason));
    assert_eq!(format.id, id, "{name}");
    let (mut records, mut ledger): (Vec<Record>, Ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    let Parse::Document(parse) = format.parse else { panic!("{name} is a document") };
    let text = Text::decode(&bytes);
    let document = Document { id: SourceId(0), path: name, text: &text };
    parse(&document, &mut Output::new(&mut records, &mut ledger, &mut progress));
    Some((records, ledger))
}

fn connectors(name: &str) -> Option<Vec<ReceiveConnector>> {
    let (records, ledger) = read("exports", name, "get-receive-connector")?;
    assert_eq!(ledger.notes, [], "{name}");
    let connector = |record| match record {
        Record::ReceiveConnector(connector) => connector,
        other => panic!("not a connector: {other:?}"),
    };
    Some(records.into_iter().map(connector).collect())
}

fn servers(name: &str) -> Option<Vec<ExchangeServer>> {
    let (records, ledger) = read("exports", name, "get-exchange-server")?;
    assert_eq!(ledger.notes, [], "{name}");
    let server = |record| match record {
        Record::Server(server) => server,
        other => panic!("not a server: {other:?}"),
    };
    Some(records.into_iter().map(server).collect())
}

#[test]
fn the_default_connectors_of_2019_are_whole_and_select_as_designed() {
    for name in ["E19_Exchange_GetReceiveConnector.xml", "GetReceiveConnectorEmptyTlsCertificateName.xml"] {
        let Some(list) = connectors(name) else { continue };
        assert_eq!(list.len(), 5, "{name}");
        let refs: Vec<&ReceiveConnector> = list.iter().collect();
        assert_eq!(ports(&refs, None), [25, 465, 587, 717, 2525]);
        let in_order: Vec<Option<u16>> =
            list.iter().map(|c| Some(c.bindings.as_ref()?.value.items.first()?.port)).collect();
        assert_eq!(in_order, [2525, 465, 25, 717, 587].map(Some));
        assert_eq!(ports(&refs, Some(TransportRole::HubTransport)), [465, 2525]);
        for c in &list {
            let (bindings, ranges) =
                (c.bindings.as_ref().expect("bindings"), c.remote_ip_ranges.as_ref().expect("ranges"));
            assert!(bindings.value.complete && bindings.value.items.len() == 2 && bindings.value.unread.is_empty());
            assert!(ranges.value.complete && ranges.value.items.len() == 2 && ranges.value.unread.is_empty());
            assert!(
                c.is_enabled() && c.permission_groups.is_some() && c.has_default_name() && c.when_changed.is_some()
            );
        }
        let auth = |c: &ReceiveConnector| c.auth_mechanism.as_ref().expect("auth").value;
        assert_eq!(auth(&list[0]), AuthMechanism(31));
        let offers: Vec<Option<bool>> = list.iter().map(ReceiveConnector::offers_exchange_auth).collect();
        assert_eq!(offers, [true, true, true, true, false].map(Some));
        for (source, winner) in [(ExchangeVersion::V2010, 2), (ExchangeVersion::V2016, 0)] {
            let (port, role) = exchange_port_of(ExchangeVersion::V2019, source, &refs);
            for remote in ["192.0.2.11", "2001:db8::11"] {
                let answer = select(&refs, None, port, role, remote.parse().expect("an address"));
                assert!(matches!(answer, Selection::Answered { index, .. } if index == winner), "{answer:?}");
            }
        }
    }
}

#[test]
fn servers_have_names_sites_and_versions() {
    for (name, versions) in [
        ("E16_Exchange_GetExchangeServer.xml", vec![ExchangeVersion::V2016]),
        ("E19_Exchange_GetExchangeServer.xml", vec![ExchangeVersion::V2019]),
        ("multi_GetExchangeServer.xml", vec![]),
    ] {
        let Some(list) = servers(name) else { continue };
        assert!(!list.is_empty(), "{name}");
        for server in &list {
            assert!(!server.name.is_empty() && server.version.is_some(), "{server:?}");
            assert!(server.fqdn.as_deref().is_some_and(|fqdn| fqdn.contains('.')), "{server:?}");
            assert!(server.site.as_deref().is_some_and(|site| !site.contains('/')), "{server:?}");
            assert_eq!(server.roles.as_deref(), Some("Mailbox"));
        }
        let names: BTreeSet<&str> = list.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names.len(), list.len(), "{name}");
        let found: BTreeSet<ExchangeVersion> = list.iter().filter_map(|s| Some(s.version.as_ref()?.value)).collect();
        if versions.is_empty() {
            assert!(list.len() > 1, "{name} holds several servers");
        } else {
            assert_eq!(found.into_iter().collect::<Vec<_>>(), versions, "{name}");
        }
    }
}

#[test]
fn the_output_of_other_cmdlets_is_named_and_refused() {
    for (name, class) in [
        ("E19_Exchange_GetMailboxServer.xml", "MailboxServer"),
        ("E19_Exchange_GetExchangeServerADInformation.xml", "PSCustomObject"),
        ("E19_Exchange_GetExchangeCertificate.xml", "keeps only the bytes"),
        ("E19_OS_GetWinEventApplication.xml", "EventLogConfiguration"),
    ] {
        let Some(bytes) = bytes("exports", name) else { continue };
        let detection = detected(&bytes);
        assert!(detection.format.is_none(), "{name} is taken for {:?}", detection.format);
        assert!(detection.reason.contains(class), "{name}: {}", detection.reason);
    }
}

#[test]
fn a_transcript_with_misspelled_names_is_read() {
    let Some((records, _)) = read("transport", "getqueue_fl_2013_case_ocr.txt", "get-queue") else { return };
    let [Record::Queue(queue)] = records.as_slice() else { panic!("one queue: {records:#?}") };
    let kind = queue.delivery_type.as_ref().map(|d| d.value);
    assert_eq!(kind, Some(DeliveryType::SmtpRelayToMailboxDeliveryGroup));
    assert_eq!(queue.status.as_ref().map(|s| s.value), Some(QueueStatus::Retry));
    assert_eq!(queue.message_count.as_ref().map(|n| n.value), Some(12481));
    assert_eq!(queue.last_retry.as_ref().map(|t| t.value.to_string()).as_deref(), Some("2019-11-04 13:31:03"));
    assert!(queue.next_hop_connector.is_none() && queue.identity.is_none());
    assert!(queue.last_error.as_ref().is_some_and(|e| e.value.contains("Temporary authentication failure")));
}

#[test]
fn send_connectors_are_whole() {
    for (name, host) in [
        ("E19_Exchange_GetSendConnector.xml", "microsoft-com.mail.protection.outlook.com"),
        ("GetSendConnectorConfiguredToRelayToM365.xml", "ThisTenantDoesntExists-com.mail.protection.outlook.com"),
    ] {
        let Some((records, ledger)) = read("exports", name, "get-send-connector") else { continue };
        assert_eq!(ledger.notes, [], "{name}");
        let [Record::OutboundConnector(connector)] = records.as_slice() else { panic!("one connector: {records:#?}") };
        assert_eq!(connector.kind, Some(ConnectorKind::Send));
        let spaces = &connector.address_spaces.as_ref().expect("address spaces").value;
        assert!(spaces.complete && !spaces.items.is_empty(), "{spaces:?}");
        let servers = &connector.source_servers.as_ref().expect("servers").value;
        assert!(servers.complete && servers.items.len() == 1, "{servers:?}");
        assert_eq!(connector.smtp.smart_hosts.as_ref().expect("hosts").value.items, [host]);
        assert_eq!(connector.max_message_size.as_ref().map(|m| m.value), Some(Limit::Bytes(36_700_160)));
        assert!(connector.guid.is_some() && connector.enabled.as_ref().is_some_and(|e| e.value));
    }
}

#[test]
fn domains_components_and_services_are_whole() {
    for (name, count) in [("E16_Exchange_GetAcceptedDomain.xml", 0), ("E19_Exchange_GetAcceptedDomain.xml", 3)] {
        let Some((records, ledger)) = read("exports", name, "get-accepted-domain") else { continue };
        assert_eq!(ledger.notes, [], "{name}");
        assert!(if count > 0 { records.len() == count } else { !records.is_empty() }, "{name}: {}", records.len());
        for record in &records {
            let Record::AcceptedDomain(domain) = record else { panic!("a domain: {record:?}") };
            assert!(domain.kind.is_some() && domain.default.is_some() && domain.subdomains.is_some());
        }
    }
    if let Some((records, ledger)) =
        read("exports", "E19_Exchange_GetServerComponentState.xml", "get-server-component-state")
    {
        assert_eq!((records.len(), ledger.notes), (34, vec![]));
        let states = records.iter().map(|record| match record {
            Record::ComponentState(state) => state,
            other => panic!("a component: {other:?}"),
        });
        let wide = states.clone().find(|s| s.component.value == "ServerWideOffline").expect("a component");
        let local = &wide.local.as_ref().expect("states").value;
        assert_eq!(local.items.iter().map(|r| r.requester.as_str()).collect::<Vec<_>>(), ["Functional"]);
        assert!(
            states
                .clone()
                .all(|s| s.server.as_ref().is_some_and(|s| s.value.eq_ignore_ascii_case("Solo-E19A.Solo.com")))
        );
    }
    for name in ["E16_Exchange_TestServiceHealth.xml", "E19_Exchange_TestServiceHealth.xml"] {
        let Some((records, ledger)) = read("exports", name, "test-service-health") else { continue };
        assert_eq!(ledger.notes, [], "{name}");
        for record in &records {
            let Record::ServiceHealth(health) = record else { panic!("services: {record:?}") };
            let running = &health.running.as_ref().expect("services").value;
            assert!(running.complete && running.items.iter().any(|s| s == "MSExchangeADTopology"), "{running:?}");
            assert!(health.not_running.as_ref().is_some_and(|n| n.value.complete && n.value.items.is_empty()));
        }
    }
}

#[test]
fn resources_of_transport_are_whole() {
    for (name, memory) in [
        ("E19_Exchange_GetExchangeDiagnosticInfo_EdgeTransportResourceThrottling.xml", None),
        ("GetExchangeDiagnosticInfo_EdgeTransportResourceThrottling1.xml", Some(Pressure::High)),
    ] {
        let Some((records, ledger)) = read("exports", name, "get-exchange-diagnostic-info") else { continue };
        assert_eq!(ledger.notes, [], "{name}");
        let [Record::BackPressure(found)] = records.as_slice() else { panic!("one server: {records:#?}") };
        assert!(found.server.is_some() && found.at.is_some() && found.aggregate.is_some(), "{found:?}");
        assert!(
            found.resources.len() >= 8 && found.resources.iter().all(|r| r.current.is_some() && r.pressure.is_some())
        );
        let system = found.resources.iter().find(|r| r.name.value == "SystemMemory").expect("memory");
        assert!(memory.is_none_or(|memory| system.current.as_ref().is_some_and(|c| c.value == memory)), "{system:?}");
    }
}

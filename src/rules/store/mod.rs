//! Causes in the Exchange store and in what reaches it.

mod offline;
mod smtp_mailbox;
mod store_call;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod event_1194_accept_clients_smtp;
mod guid_326_to_store;
mod ifs_drive_m_antivirus;
mod journal_mailbox_rejecting;
mod local_delivery_new_store_workaround;
mod mailsubmission_1009_no_hub;
mod mdb_offline_delivery;
mod ndr_5_0_0_no_reason_ex2000;
mod outbox_stuck_submission;
mod smtp_mailbox_disconnected;
mod smtp_mailbox_mailgateway_bad_attributes;
mod smtp_mailbox_mailgateway_missing;
mod store_driver_326_smtp_mailbox_logon;
mod store_driver_327_jet_invalid_table;
mod store_driver_327_jet_record_deleted;
mod store_driver_327_other;
mod storedrv_mailbox_logon_failure;
mod storedrv_rpc_server_too_busy;
mod systemmailbox_missing;
mod trace_mapi_logon_failed_1010;
mod tracking_local_delivery_retry_loop;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &event_1194_accept_clients_smtp::RULE,
    &guid_326_to_store::RULE,
    &ifs_drive_m_antivirus::RULE,
    &journal_mailbox_rejecting::RULE,
    &local_delivery_new_store_workaround::RULE,
    &mailsubmission_1009_no_hub::RULE,
    &mdb_offline_delivery::RULE,
    &ndr_5_0_0_no_reason_ex2000::RULE,
    &outbox_stuck_submission::RULE,
    &smtp_mailbox_disconnected::RULE,
    &smtp_mailbox_mailgateway_bad_attributes::RULE,
    &smtp_mailbox_mailgateway_missing::RULE,
    &store_driver_326_smtp_mailbox_logon::RULE,
    &store_driver_327_jet_invalid_table::RULE,
    &store_driver_327_jet_record_deleted::RULE,
    &store_driver_327_other::RULE,
    &storedrv_mailbox_logon_failure::RULE,
    &storedrv_rpc_server_too_busy::RULE,
    &systemmailbox_missing::RULE,
    &trace_mapi_logon_failed_1010::RULE,
    &tracking_local_delivery_retry_loop::RULE,
];
// registry:end

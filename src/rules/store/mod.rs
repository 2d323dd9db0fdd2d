//! Causes in the Exchange store and in what reaches it.

mod smtp_mailbox;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod event_1194_accept_clients_smtp;
mod guid_326_to_store;
mod local_delivery_new_store_workaround;
mod mailsubmission_1009_no_hub;
mod smtp_mailbox_mailgateway_bad_attributes;
mod smtp_mailbox_mailgateway_missing;
mod store_driver_326_smtp_mailbox_logon;
mod storedrv_mailbox_logon_failure;
mod systemmailbox_missing;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &event_1194_accept_clients_smtp::RULE,
    &guid_326_to_store::RULE,
    &local_delivery_new_store_workaround::RULE,
    &mailsubmission_1009_no_hub::RULE,
    &smtp_mailbox_mailgateway_bad_attributes::RULE,
    &smtp_mailbox_mailgateway_missing::RULE,
    &store_driver_326_smtp_mailbox_logon::RULE,
    &storedrv_mailbox_logon_failure::RULE,
    &systemmailbox_missing::RULE,
];
// registry:end

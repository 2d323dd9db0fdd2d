//! Calculations that the rules use and the page offers as tools of their own: which receive connector
//! answers, where mail goes next. Pure functions over the model.

pub mod access_check;
pub mod code_lookup;
pub mod collect;
pub mod event_lookup;
pub mod guid_converter;
pub mod ip_ranges;
pub mod latency_codes;
pub mod mail_reader;
pub mod receive_connector_selector;
pub mod route_calculator;
pub mod routing_lint;
pub mod send_connector_selector;

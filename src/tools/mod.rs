//! Calculations that rules use and that people can run by themselves.

pub mod receive_connector_selector;
pub mod route_calculator;

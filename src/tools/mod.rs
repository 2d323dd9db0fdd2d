//! Calculations that rules use and that people can run by themselves.

pub mod route_calculator;

//! Parts that several views use.

pub mod codes;
pub mod command_box;
pub mod copy_button;
pub mod draft_field;
pub mod excerpt;
pub mod icon;
pub mod menu;
pub mod sentence;
pub mod verdict;

//! Ways on which customers reach the desk.

pub mod email;

//! The statuses every desk has. Their ids are fixed, so that a command finds them without asking; names and further
//! statuses are the desk's own.

use super::Category;
use crate::id::StatusId;
use uuid::Uuid;

/// New work, and what an answered case goes back to when its customer writes again.
pub const OPEN: StatusId = StatusId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
/// We asked something back.
pub const WAITING_FOR_CUSTOMER: StatusId = StatusId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002));
/// Another team, a bank or a chain has to move first.
pub const WAITING_FOR_OTHERS: StatusId = StatusId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0003));
/// Done; a new message opens it again.
pub const RESOLVED: StatusId = StatusId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0004));
/// Done for good.
pub const CLOSED: StatusId = StatusId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0005));

/// The built-in statuses with their categories, in the order lists show them.
pub const BUILTIN: [(StatusId, Category); 5] = [
    (OPEN, Category::Open),
    (WAITING_FOR_CUSTOMER, Category::Waiting),
    (WAITING_FOR_OTHERS, Category::Waiting),
    (RESOLVED, Category::Resolved),
    (CLOSED, Category::Closed),
];

//! The audit log: who did what, to what, when. Only ever added to, in the transaction of the act.

mod list;

use crate::operation::Operation;

pub(crate) fn operations() -> Vec<Operation> {
    vec![list::operation()]
}

//! What was counted: sign-ins, tokens and refusals, by hour.

mod list;

use crate::operation::Operation;

pub(crate) fn operations() -> Vec<Operation> {
    vec![list::operation()]
}

//! Sessions of people: where they are signed in.

mod end;
mod get;
mod list;

use schemars::JsonSchema;
use serde::Serialize;
use symbolon_core::session::Session;

use crate::{call::Call, moment::Moment, operation::Operation};

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        get::operation(),
        end::one_operation(),
        end::all_operation(),
    ]
}

/// One sign-in of one person in one browser.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub(crate) struct View {
    /// The `sid` claim.
    id: String,
    /// When the person last proved who they are.
    authenticated_at: Moment,
    /// How (RFC 8176).
    methods: Vec<String>,
    created_at: Moment,
    /// To within a minute.
    seen_at: Moment,
    /// When it was ended, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Moment>,
    /// Whether it can be used now.
    live: bool,
}

pub(crate) fn view(session: Session, call: &Call) -> View {
    let live = session.is_live(&call.admin.settings.session, call.now);
    View {
        id: session.id.as_str().to_owned(),
        authenticated_at: Moment(session.authenticated_at),
        methods: session.methods,
        created_at: Moment(session.created_at),
        seen_at: Moment(session.seen_at),
        ended_at: session.ended_at.map(Moment),
        live,
    }
}

//! Who calls, as the protected API sees it.

use symbolon_core::{
    client::Client,
    id::Id,
    organization::Organization,
    policy::{api_scope::ApiScope, token_changes::Doubt},
    role::RoleKey,
    subject::Subject,
};

/// A caller who may call what was called. It is among the extensions of every request that comes
/// through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person or machine user.
    pub subject: Id<Subject>,
    /// Its home organization.
    pub home: Id<Organization>,
    /// The organization it acts in: whatever the API shows or changes belongs to this one.
    pub organization: Id<Organization>,
    /// The roles that count there, sorted, each once.
    pub roles: Vec<RoleKey>,
    /// The scope of the endpoint.
    pub scope: ApiScope,
    /// The client that the token was issued to; `None`: a personal access token.
    pub client: Option<Id<Client>>,
    /// How it was decided.
    pub decided: Decided,
    /// The version of the rules that allowed.
    pub version: u64,
}

/// How it is known what a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decided {
    /// By the token alone.
    Locally,
    /// The provider was asked: the token is no JWT.
    Introspected,
    /// The provider was asked: something the token depends on changed after its issue.
    IntrospectedFor(Doubt),
    /// The provider was asked: the token does not tell all roles that a decision asks for, because
    /// it is limited to a part of what its subject may do, or because they are too many.
    IntrospectedForRoles,
}

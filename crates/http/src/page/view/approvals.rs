//! Requests in the back channel that wait for a person (CIBA §8).

use askama::Template;

use super::{Chrome, ConsentScope, any_linkable, initial, linkable};

/// What waits for a person.
#[derive(Template)]
#[template(path = "approvals.html")]
pub struct Approvals<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// What waits, the oldest first.
    pub requests: &'a [PendingApproval],
    /// Where another account can sign in.
    pub other_account: &'a str,
}

/// One of them.
pub struct PendingApproval {
    /// Where it is decided.
    pub address: String,
    /// The name of the application.
    pub client_name: String,
    /// What the application shows too.
    pub binding_message: Option<String>,
    /// The name of the person whom it asks for.
    pub account: String,
    /// How long ago, in words.
    pub age: String,
}

/// A person decides whether an application may have what it asks for.
#[derive(Template)]
#[template(path = "approval.html")]
pub struct Approval<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the application.
    pub client_name: &'a str,
    /// The site of the application.
    pub client_uri: Option<&'a str>,
    /// The logo of the application. Only an address that the page's policy lets load.
    pub logo_uri: Option<&'a str>,
    /// The privacy policy of the application.
    pub policy_uri: Option<&'a str>,
    /// The terms of the application.
    pub tos_uri: Option<&'a str>,
    /// What the application shows too.
    pub binding_message: Option<&'a str>,
    /// How long ago it asked, in words.
    pub age: &'a str,
    /// The name of the person who is signed in.
    pub account: &'a str,
    /// The name of the organization that the person acts in; empty when there is none to name.
    pub organization: &'a str,
    /// What the application asks for, without `offline_access`.
    pub scopes: &'a [ConsentScope<'a>],
    /// Whether it asks for `offline_access`.
    pub offline: bool,
    /// Where the form goes.
    pub action: &'a str,
    /// The token that the form brings back.
    pub csrf: &'a str,
    /// Where all that waits is listed.
    pub all: &'a str,
}

/// A person has decided.
#[derive(Template)]
#[template(path = "approval_done.html")]
pub struct ApprovalDone<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the application.
    pub client_name: &'a str,
    /// Whether it was allowed.
    pub allowed: bool,
    /// Where all that waits is listed.
    pub all: &'a str,
}

//! The metadata of a client as it stands in a registration (RFC 7591 §2) and as it is kept
//! ([`ClientMetadata`]): one mapping, both ways.
//!
//! Most members are the same in both. What is kept and has no name in the specifications (consent,
//! audience, claims about roles, …) can neither be asked for nor is it told.

use serde_json::{Map, Value, json};

use super::{Details, Refusal};
use crate::{
    client::{Client, ClientMetadata},
    scope::STANDARD,
};

/// The longest registration in bytes, as JSON.
const LONGEST: usize = 64 * 1024;

/// How many contacts are kept, and how long each may be.
const MOST_CONTACTS: usize = 10;

/// The longest text of those that are only told again.
const LONGEST_DETAIL: usize = 254;

/// The members that are the same here and there, beside those that have rules of their own in
/// [`super::policy`].
pub(super) const SAME: &[&str] = &[
    "client_name",
    "token_endpoint_auth_signing_alg",
    "jwks",
    "jwks_uri",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "authorization_signed_response_alg",
    "request_object_signing_alg",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "default_max_age",
    "initiate_login_uri",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "id_token_signed_response_alg",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
];

/// What is told of a client as it is kept, beside [`SAME`].
const TOLD: &[&str] = &["grant_types", "response_types", "redirect_uris"];

/// What an application asks to be registered as. Members that nobody knows are left out (RFC 7591
/// §2), and those without a value are as good as absent (RFC 7592 §2.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Requested {
    members: Map<String, Value>,
}

impl Requested {
    /// Reads the body of a registration.
    ///
    /// # Errors
    /// [`Refusal::TooLong`].
    pub fn read(mut members: Map<String, Value>) -> Result<Self, Refusal> {
        let long = serde_json::to_vec(&members).map_or(usize::MAX, |text| text.len());
        if long > LONGEST {
            return Err(Refusal::TooLong);
        }
        members.retain(|_, value| !value.is_null() && value != "");
        Ok(Self { members })
    }

    /// A member as text.
    ///
    /// # Errors
    /// [`Refusal::Member`] when it is something else.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        match self.members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::Member(name)),
        }
    }

    /// What the issuer of a software statement vouches for stands in the place of what the client
    /// says (RFC 7591 §2.3).
    #[must_use]
    pub fn vouched(mut self, claims: Map<String, Value>) -> Self {
        self.members.extend(claims);
        self
    }

    /// The same, with this where nothing is said.
    #[must_use]
    pub fn or(mut self, name: &str, value: &str) -> Self {
        let entry = self.members.entry(name.to_owned());
        entry.or_insert_with(|| Value::from(value));
        self
    }

    /// A member as it came.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// A member as a list of texts.
    pub(super) fn words(&self, name: &'static str) -> Result<Option<Vec<&str>>, Refusal> {
        let wrong = Refusal::Member(name);
        match self.members.get(name) {
            None => Ok(None),
            Some(Value::Array(all)) => {
                let words: Option<Vec<_>> = all.iter().map(Value::as_str).collect();
                words.map(Some).ok_or(wrong)
            }
            Some(_) => Err(wrong),
        }
    }

    /// What is only told again.
    pub(super) fn details(&self) -> Result<Details, Refusal> {
        let short = |name: &'static str| match self.text(name)? {
            Some(text) if text.len() > LONGEST_DETAIL => Err(Refusal::Member(name)),
            text => Ok(text.map(str::to_owned)),
        };
        let contacts = self.words("contacts")?.unwrap_or_default();
        if contacts.len() > MOST_CONTACTS || contacts.iter().any(|text| text.len() > LONGEST_DETAIL)
        {
            return Err(Refusal::Member("contacts"));
        }
        let application_type = match self.members.get("application_type") {
            None => Ok(super::ApplicationType::default()),
            Some(value) => serde_json::from_value(value.clone()),
        };
        Ok(Details {
            application_type: application_type.map_err(|_| Refusal::Member("application_type"))?,
            contacts: contacts.into_iter().map(str::to_owned).collect(),
            software_id: short("software_id")?,
            software_version: short("software_version")?,
            software_statement: self.text("software_statement")?.map(str::to_owned),
        })
    }
}

/// All that is registered of a client (RFC 7591 §3.2.1), with what was filled in.
pub fn echo(client: &Client, details: &Details) -> Map<String, Value> {
    let metadata = &client.metadata;
    let mut kept = object(metadata);
    let mut told = object(details);
    for name in SAME.iter().chain(TOLD) {
        if let Some(value) = kept.remove(*name) {
            told.insert((*name).to_owned(), value);
        }
    }
    let words = STANDARD.into_iter().chain(metadata.scope.words());
    let scope: Vec<_> = words.collect();
    let filled_in = [
        ("client_id", json!(client.id)),
        ("response_types", json!(metadata.response_types)),
        ("scope", json!(scope.join(" "))),
        (
            "token_endpoint_auth_method",
            json!(metadata.token_endpoint_auth_methods.first()),
        ),
    ];
    let filled_in = filled_in.map(|(name, value)| (name.to_owned(), value));
    told.extend(filled_in);
    told
}

/// Reads what is kept of a client from members that are all there and in its own form.
///
/// # Errors
/// The member that is wrong.
pub(super) fn metadata(members: &Map<String, Value>) -> Result<ClientMetadata, Refusal> {
    let read = |members: Map<String, Value>| serde_json::from_value(Value::Object(members));
    if let Ok(metadata) = read(members.clone()) {
        return Ok(metadata);
    }
    // Which one? The first without which the rest would be understood as well.
    let least = [("client_name", json!("x")), ("grant_types", json!([]))];
    let wrong = SAME.iter().chain(TOLD).copied().find(|name| {
        let Some(value) = members.get(*name) else {
            return false;
        };
        let mut alone: Map<_, _> = least
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        alone.insert((*name).to_owned(), value.clone());
        read(alone).is_err()
    });
    Err(Refusal::Member(wrong.unwrap_or("the metadata")))
}

fn object(value: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

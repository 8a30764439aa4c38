//! What clients that come by themselves may be.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{ApplicationType, Details, Refusal, Requested, wire};
use crate::{
    algorithm::Algorithm,
    authorize::{request_object::RequestObjectAlgorithm, response_type::ResponseType},
    client::{AuthenticationMethod, Client, ClientMetadata, GrantType},
    id::Id,
    organization::Organization,
    redirect_uri::RedirectUri,
    scope::Scope,
};

/// How many redirect URIs a client may have.
pub const MOST_REDIRECT_URIS: usize = 20;

/// How many audiences a policy may have.
pub const MOST_AUDIENCES: usize = 20;

/// The grants that a policy can permit: those in which a person takes part.
pub const GRANTS: [GrantType; 4] = [
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::DeviceCode,
    GrantType::Implicit,
];

/// What clients that come by themselves may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationPolicy {
    /// The grants they may have, out of [`GRANTS`].
    #[serde(default = "RegistrationPolicy::usual_grants")]
    pub grant_types: Vec<GrantType>,
    /// The API scopes they may have, beside the standard ones.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// The APIs their tokens are for: those they may name as `resource` (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// Whose they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Id<Organization>>,
    /// Whether confidential ones have to use PKCE too (requirement A2.4).
    #[serde(default = "RegistrationPolicy::yes")]
    pub require_pkce: bool,
}

/// Why something is no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No audience, or a long one, or many.
    #[error("the audience of a policy is at most 20 absolute URIs of at most 2048 characters")]
    Audience,
    /// A grant in which no person takes part.
    #[error(
        "clients that register may have authorization_code, refresh_token, device_code and implicit, and at least one of them"
    )]
    Grant,
}

/// What this provider can do, as far as clients choose.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// How clients can authenticate.
    pub methods: &'a [AuthenticationMethod],
    /// What tokens can be signed with.
    pub algorithms: &'a [Algorithm],
    /// Whether tokens may travel through the browser.
    pub front_channel_tokens: bool,
    /// Whether request objects may be unsigned.
    pub unsigned_objects: bool,
}

/// What is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// What every client has.
    pub metadata: ClientMetadata,
    /// The rest.
    pub details: Details,
}

impl Default for RegistrationPolicy {
    fn default() -> Self {
        Self {
            grant_types: Self::usual_grants(),
            scope: Scope::default(),
            audience: Vec::new(),
            organization: None,
            require_pkce: true,
        }
    }
}

impl RegistrationPolicy {
    /// Checks what was set.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn check(&self) -> Result<(), PolicyError> {
        let grants = &self.grant_types;
        if grants.is_empty() || !grants.iter().all(|grant| GRANTS.contains(grant)) {
            return Err(PolicyError::Grant);
        }
        let good = |one: &String| one.len() <= 2048 && url::Url::parse(one).is_ok();
        if self.audience.len() > MOST_AUDIENCES || !self.audience.iter().all(good) {
            return Err(PolicyError::Audience);
        }
        Ok(())
    }

    /// Makes of what is asked for what is registered. Grants, response types and scopes that are not
    /// permitted are left out, and the client sees it in the answer (RFC 7591 §2: "replace"); what
    /// would change how the client has to speak to us is refused instead.
    ///
    /// The keys and the secret are for the caller to look at.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn decide(&self, requested: &Requested, offer: Offer<'_>) -> Result<Registered, Refusal> {
        let details = requested.details()?;
        let mut kept: Map<String, Value> = Map::new();
        for name in wire::SAME {
            if let Some(value) = requested.member(name) {
                kept.insert((*name).to_owned(), value.clone());
            }
        }
        let method = self.method(requested, offer)?;
        let grants = self.grants(requested, offer)?;
        let redirect_uris = redirect_uris(requested, details.application_type, &grants)?;
        if let Some(name) = kept.get("client_name") {
            check_name(name)?;
        } else {
            kept.insert("client_name".to_owned(), json!(usual_name(&redirect_uris)));
        }
        let public = method == AuthenticationMethod::None;
        let forced = [
            ("audience", json!(self.audience)),
            ("consent", json!("required")),
            ("grant_types", json!(grants)),
            ("redirect_uris", json!(redirect_uris)),
            ("require_pkce", json!(public || self.require_pkce)),
            ("response_types", json!(response_types(requested, &grants)?)),
            ("scope", json!(self.scope_for(requested)?.to_string())),
            ("token_endpoint_auth_methods", json!([method])),
        ];
        kept.extend(forced.map(|(name, value)| (name.to_owned(), value)));
        let metadata = wire::metadata(&kept)?;
        check_algorithms(&metadata, offer)?;
        Ok(Registered { metadata, details })
    }

    /// RFC 7591 §2: `client_secret_basic` unless something is said.
    fn method(
        &self,
        requested: &Requested,
        offer: Offer<'_>,
    ) -> Result<AuthenticationMethod, Refusal> {
        const NAME: &str = "token_endpoint_auth_method";
        let method = match requested.text(NAME)? {
            None => Some(AuthenticationMethod::ClientSecretBasic),
            Some(text) => AuthenticationMethod::from_wire(text),
        };
        method
            .filter(|method| offer.methods.contains(method))
            .ok_or(Refusal::Member(NAME))
    }

    fn grants(&self, requested: &Requested, offer: Offer<'_>) -> Result<Vec<GrantType>, Refusal> {
        let asked = match requested.words("grant_types")? {
            // RFC 7591 §2.
            None => vec![GrantType::AuthorizationCode.as_str()],
            Some(asked) => asked,
        };
        let mut grants = Vec::new();
        for grant in asked.into_iter().filter_map(GrantType::from_wire) {
            let works = grant != GrantType::Implicit || offer.front_channel_tokens;
            if works && self.grant_types.contains(&grant) && !grants.contains(&grant) {
                grants.push(grant);
            }
        }
        if grants.is_empty() {
            return Err(Refusal::NoGrant);
        }
        Ok(grants)
    }

    /// The API scopes: those asked for, or all, as far as they are permitted.
    fn scope_for(&self, requested: &Requested) -> Result<Scope, Refusal> {
        let Some(asked) = requested.text("scope")? else {
            return Ok(self.scope.clone());
        };
        let asked = Scope::parse(asked).map_err(|_| Refusal::Member("scope"))?;
        Ok(asked.filtered(|word| self.scope.contains(word)))
    }

    fn usual_grants() -> Vec<GrantType> {
        vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
    }

    const fn yes() -> bool {
        true
    }
}

impl Registered {
    /// Whether it gets a secret.
    pub fn has_secret(&self) -> bool {
        let methods = &self.metadata.token_endpoint_auth_methods;
        methods.iter().any(|method| method.uses_secret())
    }
}

/// The client is checked as every other, once it has its secret.
///
/// # Errors
/// [`Refusal::Client`].
pub fn check(client: &Client) -> Result<(), Refusal> {
    Ok(client.check()?)
}

fn redirect_uris(
    requested: &Requested,
    application: ApplicationType,
    grants: &[GrantType],
) -> Result<Vec<RedirectUri>, Refusal> {
    let asked = requested.words("redirect_uris");
    let asked = asked
        .map_err(|_| Refusal::RedirectUris)?
        .unwrap_or_default();
    if asked.len() > MOST_REDIRECT_URIS {
        return Err(Refusal::RedirectUris);
    }
    let implicit = grants.contains(&GrantType::Implicit);
    let mut uris = Vec::new();
    for text in asked {
        let uri = RedirectUri::register(text).map_err(Refusal::RedirectUri)?;
        let local = text.starts_with("https://localhost") || !text.starts_with("https://");
        if implicit && application == ApplicationType::Web && local {
            return Err(Refusal::WebOnLoopback);
        }
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    Ok(uris)
}

/// The response types that fit the grants; `code` when nothing is said (RFC 7591 §2).
fn response_types(
    requested: &Requested,
    grants: &[GrantType],
) -> Result<Vec<ResponseType>, Refusal> {
    let asked = requested.words("response_types")?;
    let asked = asked.unwrap_or_else(|| vec![ResponseType::Code.as_str()]);
    let mut kinds = Vec::new();
    for kind in asked.into_iter().filter_map(ResponseType::from_wire) {
        if kind.fits(grants) && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let with_answers = [GrantType::AuthorizationCode, GrantType::Implicit];
    if !kinds.is_empty() {
        Ok(kinds)
    } else if grants.iter().any(|own| with_answers.contains(own)) {
        Err(Refusal::NoResponseType)
    } else {
        // A device needs none.
        Ok(vec![ResponseType::Code])
    }
}

/// What stands on the page on which people decide: no characters that make other text look like
/// something else.
fn check_name(name: &Value) -> Result<(), Refusal> {
    let invisible = |character: char| {
        character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    match name.as_str() {
        Some(name) if !name.chars().any(invisible) && !name.trim().is_empty() => Ok(()),
        _ => Err(Refusal::Member("client_name")),
    }
}

/// RFC 7591 §2: without a name people see something else that tells whom they deal with.
fn usual_name(redirect_uris: &[RedirectUri]) -> String {
    let host = redirect_uris.first().map(|uri| {
        let text = uri.as_str();
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        rest.split(['/', '?']).next().unwrap_or(rest)
    });
    let host = host.filter(|host| (1..=200).contains(&host.len()));
    host.unwrap_or("An application without a name").to_owned()
}

/// What we would have to sign with, or take unsigned.
fn check_algorithms(metadata: &ClientMetadata, offer: Offer<'_>) -> Result<(), Refusal> {
    let answers = [
        (
            "id_token_signed_response_alg",
            Some(metadata.id_token_signed_response_alg),
        ),
        (
            "authorization_signed_response_alg",
            metadata.authorization_signed_response_alg,
        ),
        (
            "introspection_signed_response_alg",
            metadata.introspection_signed_response_alg,
        ),
        (
            "userinfo_signed_response_alg",
            metadata.userinfo_signed_response_alg,
        ),
    ];
    let known = |algorithm: Algorithm| offer.algorithms.contains(&algorithm);
    if let Some((name, _)) = answers
        .into_iter()
        .find(|(_, asked)| asked.is_some_and(|algorithm| !known(algorithm)))
    {
        return Err(Refusal::Member(name));
    }
    let unsigned = metadata.request_object_signing_alg == Some(RequestObjectAlgorithm::Unsigned);
    if unsigned && !offer.unsigned_objects {
        return Err(Refusal::Member("request_object_signing_alg"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;

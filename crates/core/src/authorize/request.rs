//! The authorization request. Each check takes what the one before proved: an answer can only be
//! sent to a [`ProvenRedirect`], and that only comes of a client that registered it.

use super::{
    prompt::{Prompt, PromptError},
    response_mode::ResponseMode,
};
use crate::{
    claims::ClaimsRequest,
    client::{Client, GrantType},
    dpop::Thumbprint,
    id::Id,
    parameters::Parameters,
    pkce::{Challenge, PkceError},
    policy::Policy,
    restriction::Restriction,
    scope::{Scope, ScopeError},
    token::target::Targets,
};

pub use super::refusal::{PageRefusal, Refusal};

/// The longest `state` and `nonce` in bytes.
pub const LONGEST_STATE: usize = 2048;

/// A place that the client registered, and how to answer there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenRedirect {
    pub(super) uri: String,
    pub(super) mode: ResponseMode,
    pub(super) state: Option<String>,
}

/// A request that may go on to the person.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: Id<Client>,
    /// Where to answer.
    pub redirect: ProvenRedirect,
    /// What is asked for, as far as the client may have it.
    pub scope: Scope,
    /// For which resources (RFC 8707).
    pub targets: Targets,
    /// To be repeated in the ID token.
    pub nonce: Option<String>,
    /// What the person is to see.
    pub prompt: Prompt,
    /// How old the sign-in may be, in seconds.
    pub max_age: Option<u32>,
    /// Who the client thinks it is.
    pub login_hint: Option<String>,
    /// An earlier ID token of the person; not verified yet.
    pub id_token_hint: Option<String>,
    /// Languages, best first.
    pub ui_locales: Option<String>,
    /// Authentication contexts, best first; voluntary (OIDC Core §3.1.2.1).
    pub acr_values: Option<String>,
    /// Claims asked for by name.
    pub claims: ClaimsRequest,
    /// What the code verifier must answer.
    pub challenge: Challenge,
    /// The key that the code is to be bound to (RFC 9449 §10).
    pub key: Option<Thumbprint>,
}

/// What surrounds a request: what this provider offers.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The authentication contexts that can be had.
    pub acr_values: &'a [&'a str],
    /// The APIs there are.
    pub policy: &'a Policy,
    /// Whether people can sign up.
    pub sign_up: bool,
}

/// First: which client asks.
///
/// # Errors
/// [`PageRefusal`].
pub fn client_id(parameters: &Parameters) -> Result<Id<Client>, PageRefusal> {
    let text = parameters
        .once("client_id")
        .map_err(|_| PageRefusal::ClientIdMalformed)?;
    Id::parse(text.ok_or(PageRefusal::ClientIdMissing)?).map_err(|_| PageRefusal::ClientIdMalformed)
}

/// Second: where to answer. Exact match (requirement A1.1), and named even if only one is
/// registered (OIDC Core §3.1.2.1).
///
/// # Errors
/// [`PageRefusal`].
pub fn redirect(client: &Client, parameters: &Parameters) -> Result<ProvenRedirect, PageRefusal> {
    if client.disabled_at.is_some() {
        return Err(PageRefusal::ClientDisabled);
    }
    let uri = parameters
        .once("redirect_uri")
        .map_err(|_| PageRefusal::RedirectUriRepeated)?;
    let uri = uri.ok_or(PageRefusal::RedirectUriMissing)?;
    if !client
        .metadata
        .redirect_uris
        .iter()
        .any(|registered| registered.matches(uri))
    {
        return Err(PageRefusal::RedirectUriUnregistered);
    }
    Ok(ProvenRedirect {
        uri: uri.to_owned(),
        mode: ResponseMode::of(parameters),
        state: parameters.value("state").map(str::to_owned),
    })
}

/// Third: everything else, one line a rule.
///
/// # Errors
/// [`Refusal`], to be sent to the redirect.
pub fn check(
    client: &Client,
    redirect: &ProvenRedirect,
    parameters: &Parameters,
    offer: Offer<'_>,
) -> Result<AuthorizationRequest, Refusal> {
    refuse_repeated(parameters)?;
    refuse_unsupported(parameters)?;
    check_response_type(client, parameters)?;
    check_state(redirect)?;
    check_response_mode(parameters)?;
    check_display(parameters)?;
    let scope = read_scope(client, parameters)?;
    let targets = read_targets(client, parameters, offer)?;
    let challenge = read_challenge(parameters)?;
    let prompt = read_prompt(parameters, offer)?;
    let max_age = read_max_age(parameters)?;
    let claims = read_claims(parameters, offer)?;
    let nonce = read_nonce(parameters)?;
    let key = Thumbprint::asked_for(parameters).map_err(|_| Refusal::KeyMalformed)?;
    let text = |name| parameters.value(name).map(str::to_owned);
    Ok(AuthorizationRequest {
        client: client.id.clone(),
        redirect: redirect.clone(),
        scope,
        targets,
        nonce,
        prompt,
        max_age,
        login_hint: text("login_hint"),
        id_token_hint: text("id_token_hint"),
        ui_locales: text("ui_locales"),
        acr_values: text("acr_values"),
        claims,
        challenge,
        key,
    })
}

fn refuse_repeated(parameters: &Parameters) -> Result<(), Refusal> {
    parameters
        .repeated()
        .map_or(Ok(()), |_| Err(Refusal::Repeated))
}

/// OIDC Core §3.1.2.6, §6: what is not supported must be refused, not ignored.
fn refuse_unsupported(parameters: &Parameters) -> Result<(), Refusal> {
    for (name, refusal) in [
        ("request", Refusal::RequestParameter),
        ("request_uri", Refusal::RequestUriParameter),
        ("registration", Refusal::RegistrationParameter),
    ] {
        if parameters.value(name).is_some() {
            return Err(refusal);
        }
    }
    Ok(())
}

fn check_response_type(client: &Client, parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.value("response_type") {
        None => Err(Refusal::ResponseTypeMissing),
        Some("code") if client.allows(GrantType::AuthorizationCode) => Ok(()),
        Some("code") => Err(Refusal::ClientNotPermitted),
        Some(_) => Err(Refusal::ResponseTypeUnsupported),
    }
}

fn check_response_mode(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.value("response_mode") {
        Some(mode) if ResponseMode::from_wire(mode).is_none() => Err(Refusal::ResponseModeUnknown),
        _ => Ok(()),
    }
}

/// OIDC Core §3.1.2.1. The pages look the same in each of them.
fn check_display(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.value("display") {
        None | Some("page" | "popup" | "touch" | "wap") => Ok(()),
        Some(_) => Err(Refusal::DisplayUnknown),
    }
}

fn read_scope(client: &Client, parameters: &Parameters) -> Result<Scope, Refusal> {
    let requested = Scope::parse(parameters.value("scope").ok_or(Refusal::ScopeMissing)?);
    let requested =
        requested.map_err(|(ScopeError::Word | ScopeError::TooMany)| Refusal::ScopeMalformed)?;
    let mut scope = client.grantable(&requested);
    if !client.allows(GrantType::RefreshToken) {
        // OIDC Core §11: offline access is refresh tokens; who gets none is not asked for it.
        scope = scope.filtered(|word| word != "offline_access");
    }
    if scope.is_empty() {
        return Err(Refusal::ScopeMissing);
    }
    if Restriction::of(&scope).contradictory {
        return Err(Refusal::ScopeContradictory);
    }
    Ok(scope)
}

/// RFC 8707 §2.1.
fn read_targets(
    client: &Client,
    parameters: &Parameters,
    offer: Offer<'_>,
) -> Result<Targets, Refusal> {
    let targets = Targets::parse(parameters)?;
    targets.check(client, offer.policy)?;
    Ok(targets)
}

/// PKCE for every client (RFC 9700 §2.1.1; requirement A2.4).
fn read_challenge(parameters: &Parameters) -> Result<Challenge, Refusal> {
    let challenge = parameters
        .value("code_challenge")
        .ok_or(Refusal::ChallengeMissing)?;
    let method = parameters.value("code_challenge_method");
    Challenge::parse(challenge, method).map_err(|error| match error {
        PkceError::Method => Refusal::ChallengeMethod,
        PkceError::ChallengeFormat | PkceError::VerifierFormat => Refusal::ChallengeMalformed,
    })
}

fn read_prompt(parameters: &Parameters, offer: Offer<'_>) -> Result<Prompt, Refusal> {
    let prompt = Prompt::parse(parameters.value("prompt").unwrap_or_default());
    match prompt {
        Ok(prompt) if prompt.create && !offer.sign_up => Err(Refusal::PromptCreate),
        Ok(prompt) => Ok(prompt),
        Err(PromptError::NoneWithOthers) => Err(Refusal::PromptContradictory),
        Err(PromptError::Unknown) => Err(Refusal::PromptUnknown),
    }
}

fn read_max_age(parameters: &Parameters) -> Result<Option<u32>, Refusal> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match parameters.value("max_age") {
        None => Ok(None),
        Some(text) if digits(text) => Ok(Some(text.parse().unwrap_or(u32::MAX))),
        Some(_) => Err(Refusal::MaxAgeMalformed),
    }
}

fn read_claims(parameters: &Parameters, offer: Offer<'_>) -> Result<ClaimsRequest, Refusal> {
    let Some(text) = parameters.value("claims") else {
        return Ok(ClaimsRequest::default());
    };
    let claims = ClaimsRequest::parse(text).ok_or(Refusal::ClaimsMalformed)?;
    // OIDC Core §5.5.1.1: an essential context that cannot be had is a failed authentication.
    match claims.essential_contexts() {
        Some(wanted)
            if !wanted
                .iter()
                .any(|context| offer.acr_values.contains(context)) =>
        {
            Err(Refusal::AcrUnsatisfiable)
        }
        _ => Ok(claims),
    }
}

fn check_state(redirect: &ProvenRedirect) -> Result<(), Refusal> {
    match &redirect.state {
        Some(state) if state.len() > LONGEST_STATE => Err(Refusal::StateTooLong),
        _ => Ok(()),
    }
}

fn read_nonce(parameters: &Parameters) -> Result<Option<String>, Refusal> {
    match parameters.value("nonce") {
        Some(nonce) if nonce.len() > LONGEST_STATE => Err(Refusal::NonceTooLong),
        nonce => Ok(nonce.map(str::to_owned)),
    }
}

impl ProvenRedirect {
    /// The client's URI.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// How to answer.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// The parameters of an answer: these, then `state` as it came, then `iss` (RFC 9207 §2;
    /// requirement A1.8).
    pub fn answer<'a>(
        &'a self,
        parameters: &[(&'static str, &'a str)],
        issuer: &'a str,
    ) -> Vec<(&'static str, &'a str)> {
        let state = self.state.as_deref().map(|state| ("state", state));
        parameters
            .iter()
            .copied()
            .chain(state)
            .chain([("iss", issuer)])
            .collect()
    }
}

//! The authorization request. Each check takes what the one before proved: an answer can only be
//! sent to a [`ProvenRedirect`], and that only comes of a client that registered it.
//!
//! One file for each thing that a check is about: `challenge` (PKCE), `person` (what the person is to
//! see and to prove), `response` (what is answered, and how), `scope`.

mod challenge;
mod person;
mod response;
mod scope;

use super::{prompt::Prompt, response_type::ResponseType};
use crate::{
    authorization_details::AuthorizationDetails, claims::ClaimsRequest, client::Client,
    dpop::Thumbprint, id::Id, parameters::Parameters, pkce::Challenge, policy::Policy,
    scope::Scope, time::Lifetime, token::target::Targets,
};

pub use super::{
    redirect::ProvenRedirect,
    refusal::{PageRefusal, Refusal},
};

/// The longest `state` and `nonce` in bytes.
pub const LONGEST_STATE: usize = 2048;

/// A request that may go on to the person.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: Id<Client>,
    /// What is handed out at once.
    pub response_type: ResponseType,
    /// Where to answer.
    pub redirect: ProvenRedirect,
    /// What is asked for, as far as the client may have it.
    pub scope: Scope,
    /// For which resources (RFC 8707).
    pub targets: Targets,
    /// What exactly is asked for (RFC 9396).
    pub details: AuthorizationDetails,
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
    /// What the code verifier must answer; `None`: no code is handed out, or the client is exempt.
    pub challenge: Option<Challenge>,
    /// The key that the code is to be bound to (RFC 9449 §10).
    pub key: Option<Thumbprint>,
    /// The longest life of the code, where the client's profile has one.
    pub longest_code: Option<Lifetime>,
}

/// What surrounds a request: what this provider offers.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The authentication contexts that can be had.
    pub acr_values: &'a [&'a str],
    /// The APIs there are.
    pub policy: &'a Policy,
    /// Whether anything but a code is handed out.
    pub front_channel_tokens: bool,
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

/// Second: where to answer.
///
/// # Errors
/// [`PageRefusal`].
pub fn redirect(client: &Client, parameters: &Parameters) -> Result<ProvenRedirect, PageRefusal> {
    ProvenRedirect::of(client, parameters)
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
    refuse_registration(parameters)?;
    let response_type = response::read_type(client, parameters, offer)?;
    response::check_state(redirect)?;
    response::check_mode(client, parameters)?;
    person::check_display(parameters)?;
    let scope = scope::read(client, response_type, parameters)?;
    let targets = scope::read_targets(client, parameters, offer)?;
    let details = scope::read_details(client, parameters, offer)?;
    let challenge = challenge::read(client, response_type, parameters)?;
    let prompt = person::read_prompt(parameters, offer)?;
    let max_age = person::read_max_age(client, parameters)?;
    let claims = person::read_claims(parameters, offer)?;
    let nonce = response::read_nonce(response_type, parameters)?;
    let key = Thumbprint::asked_for(parameters).map_err(|_| Refusal::KeyMalformed)?;
    let text = |name| parameters.value(name).map(str::to_owned);
    Ok(AuthorizationRequest {
        client: client.id.clone(),
        response_type,
        redirect: redirect.clone(),
        scope,
        targets,
        details,
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
        longest_code: client.demands().longest_code,
    })
}

fn refuse_repeated(parameters: &Parameters) -> Result<(), Refusal> {
    parameters
        .repeated()
        .map_or(Ok(()), |_| Err(Refusal::Repeated))
}

/// OIDC Core §3.1.2.6: what is not supported must be refused, not ignored.
fn refuse_registration(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.value("registration") {
        None => Ok(()),
        Some(_) => Err(Refusal::RegistrationParameter),
    }
}

//! The JWT bearer grant: a machine user signs who it is, and gets a token of its own.
//!
//! The assertion is the whole proof (RFC 7521 §4.1): issuer and subject are the machine user, the
//! signature is by one of its registered keys, the audience is this server, it expires soon, and a
//! `jti` in it is good once. Which client the token is given to, and so which scopes can be asked
//! for, is another matter: it is the client of the request, or the one that the operator named for
//! machine users that come without any. A client that acts as a machine user takes no other.
//!
//! Left out: assertions of other issuers. Nobody else vouches for our machine users.
#![doc(alias = "RFC 7523 §2.1")]

use crate::{
    client::Client,
    client_auth::{self, assertion},
    decision::Decision,
    error::{ErrorCode, OAuthError},
    grant::client_credentials,
    id::Id,
    parameters::Parameters,
    single_use::SingleUse,
    subject::{Subject, SubjectKind},
    time::{Lifetime, Timestamp},
    token::{Issuance, Tokens},
};

/// The accepted values of `typ`, which may also be absent: key files were around before it had a
/// name.
pub const HEADER_TYPES: [&str; 2] = ["authorization-grant+jwt", "JWT"];

/// How far ahead an assertion may expire: what libraries for key files ask for.
pub const LONGEST_LIFETIME: Lifetime = Lifetime::from_hours(1);

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    /// Who signed the assertion, as it says itself. That only chooses the keys by which it is then
    /// verified.
    pub signer: Id<Subject>,
    assertion: Token,
    asked: client_credentials::Request,
}

/// A token that does not print.
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// Every way such a request can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What the assertion says is not good.
    Assertion(client_auth::Refusal),
    /// No `assertion`.
    AssertionMissing,
    /// It was used before.
    AssertionReplayed,
    /// What is asked for is not granted.
    NotGranted(client_credentials::Refusal),
    /// The client acts as another machine user.
    OtherMachine,
    /// Not signed by a key of this machine user, or there is no such machine user.
    Signature,
}

impl Refusal {
    /// What the client is told (RFC 7521 §4.1.1). Whether there is such a machine user, it is not.
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::NotGranted(client_credentials::Refusal::MachineInactive)
            | Self::AssertionReplayed
            | Self::OtherMachine
            | Self::Signature => OAuthError::new(
                ErrorCode::InvalidGrant,
                "the assertion is not signed by a key of an active machine user, or was used before",
            ),
            Self::NotGranted(refusal) => refusal.wire(),
            Self::AssertionMissing => OAuthError::new(
                ErrorCode::InvalidRequest,
                "assertion is missing: send the signed JWT (RFC 7523 2.1)",
            ),
            Self::Assertion(refusal) => OAuthError::new(
                ErrorCode::InvalidGrant,
                match refusal {
                    client_auth::Refusal::AssertionAudience => {
                        "aud of the assertion is not the issuer or the token endpoint alone"
                    }
                    client_auth::Refusal::AssertionExpired => "the assertion has expired",
                    client_auth::Refusal::AssertionNotYet => {
                        "iat or nbf of the assertion is in the future"
                    }
                    client_auth::Refusal::AssertionSubject => {
                        "iss and sub of the assertion are not both the machine user"
                    }
                    client_auth::Refusal::AssertionTooLong => {
                        "exp of the assertion is more than an hour ahead"
                    }
                    _ => "the assertion is not a signed JWT with iss, sub, aud and exp",
                },
            ),
        }
    }
}

impl Request {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`Refusal`] when one is missing or malformed.
    pub fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        let token = parameters.value("assertion");
        let token = token.ok_or(Refusal::AssertionMissing)?;
        Ok(Self {
            signer: assertion::issuer(token).map_err(Refusal::Assertion)?,
            assertion: Token(token.to_owned()),
            asked: client_credentials::Request::parse(parameters).map_err(Refusal::NotGranted)?,
        })
    }

    /// The assertion in its compact form.
    pub fn assertion(&self) -> &str {
        &self.assertion.0
    }

    /// Whether what the assertion says is good now, its signature being right; its name, if it has
    /// one. That is to be used up before anything else is done; if it cannot be, because it was
    /// before, the answer is [`Refusal::AssertionReplayed`].
    ///
    /// # Errors
    /// [`Refusal::Assertion`].
    pub fn check(
        &self,
        claims: &assertion::Claims,
        rules: &assertion::Rules,
        now: Timestamp,
    ) -> Result<Option<SingleUse>, Refusal> {
        claims
            .check_signed_by(self.signer.as_str(), "machine assertion", rules, now)
            .map_err(Refusal::Assertion)
    }
}

/// The rule, for a signer who proved to be who it is.
pub fn decide(
    request: &Request,
    client: &Client,
    signer: Option<&Subject>,
    issuance: Issuance<'_>,
) -> Decision<Result<Tokens, Refusal>> {
    let machine = signer.filter(|signer| matches!(signer.kind, SubjectKind::Machine { .. }));
    let Some(machine) = machine else {
        return Decision::unchanged(Err(Refusal::Signature));
    };
    if client
        .machine
        .as_ref()
        .is_some_and(|own| *own != machine.id)
    {
        return Decision::unchanged(Err(Refusal::OtherMachine));
    }
    client_credentials::decide(&request.asked, client, Some(machine), issuance)
        .map_err(Refusal::NotGranted)
}

//! What a grant gives, as far as the rules allow it at this moment: the one thing that every token of
//! a grant is made of. Whatever was asked for, here it only gets less.

use crate::{
    client::Client,
    policy::issuance,
    restriction::Restriction,
    role::Roles,
    scope::Scope,
    subject::Subject,
    token::{
        Issuance,
        limits::TokenLimits,
        target::Targets,
        telling::{RolesClaim, Telling},
    },
};

/// A grant that was decided.
#[derive(Clone, Debug)]
pub struct Granted<'a> {
    /// To whom.
    pub client: &'a Client,
    /// Of whom the tokens speak.
    pub subject: &'a Subject,
    /// What was asked for and is allowed.
    pub scope: Scope,
    /// Which resources were picked; none: the client's `audience`.
    pub targets: Targets,
    /// What the tokens are limited to.
    pub limits: TokenLimits,
    /// The roles within the limits.
    pub roles: Roles,
    roles_limit: usize,
}

/// The scope restricts to an organization that is none of the subject's (requirement A7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideOrganization;

impl<'a> Granted<'a> {
    /// What is left of a request whose scope the client may have.
    ///
    /// # Errors
    /// [`OutsideOrganization`].
    pub fn new(
        issuance: Issuance<'_>,
        client: &'a Client,
        subject: &'a Subject,
        scope: &Scope,
        targets: Targets,
    ) -> Result<Self, OutsideOrganization> {
        Self::within(issuance, client, subject, scope, targets, &TokenLimits::default(), None)
    }

    /// As [`Self::new`], within the limits of the token that is exchanged, and with no role but of
    /// these.
    ///
    /// # Errors
    /// [`OutsideOrganization`].
    pub fn within(
        issuance: Issuance<'_>,
        client: &'a Client,
        subject: &'a Subject,
        scope: &Scope,
        targets: Targets,
        limits: &TokenLimits,
        told: Option<&Roles>,
    ) -> Result<Self, OutsideOrganization> {
        let policy = issuance.policy;
        let restriction = Restriction::of(scope);
        if !restriction.permits(subject, policy) {
            return Err(OutsideOrganization);
        }
        let limits = limits.and(&TokenLimits::to_organizations(restriction.organizations()));
        let mut roles = limits.roles(&restriction.roles(subject, policy));
        if let Some(told) = told {
            retain(&mut roles, told);
        }
        let scope = issuance::granted(policy, &subject.roles, limits.for_decision(), scope);
        Ok(Self {
            client,
            subject,
            scope,
            targets,
            limits,
            roles,
            roles_limit: issuance.settings.roles_limit,
        })
    }

    /// How the tokens tell the roles.
    pub fn telling(&self) -> Telling<'_> {
        Telling {
            client: self.client,
            subject: self.subject,
            scope: &self.scope,
            limits: &self.limits,
            roles: &self.roles,
            roles_limit: self.roles_limit,
        }
    }

    /// The `roles` claim of the access token.
    pub fn roles_claim(&self) -> RolesClaim {
        self.telling().access_token_roles()
    }
}

fn retain(roles: &mut Roles, told: &Roles) {
    roles.retain(|organization, keys| {
        let known = told.get(organization);
        keys.retain(|key| known.is_some_and(|known| known.contains(key)));
        !keys.is_empty()
    });
}

//! What a grant gives, as far as the rules allow it at this moment: the one thing that every token of
//! a grant is made of. Whatever was asked for, here it only gets less.

use std::borrow::Cow;

use crate::{
    approval::Approval,
    authorization_details::{AuthorizationDetails, DetailsRefusal},
    client::Client,
    error::{ErrorCode, OAuthError},
    policy::issuance,
    reserved_scope::{NO_API, Reserved},
    restriction::Restriction,
    role::Roles,
    scope::Scope,
    subject::Subject,
    token::{
        Issuance,
        limits::TokenLimits,
        target::{TargetRefusal, Targets},
        telling::{RolesClaim, Telling, acting},
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
    /// What exactly the tokens are for, beside the scope.
    pub details: AuthorizationDetails,
    /// What the tokens are limited to.
    pub limits: TokenLimits,
    /// The roles within the limits.
    pub roles: Cow<'a, Roles>,
    /// All that count where the token may be used, if it is for one organization, else all that are
    /// granted.
    all_roles: Cow<'a, Roles>,
    roles_limit: usize,
}

/// Why nothing is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotGranted {
    /// Only scopes of APIs were asked for, and the rules allow none of them now.
    NothingAllowed,
    /// The scope restricts to an organization that is none of the subject's, or of what the token
    /// was limited to before (requirement A7.3).
    OutsideOrganization,
}

impl NotGranted {
    /// What the client is told, where a grant has nothing better to say.
    pub const fn wire(self) -> OAuthError {
        OAuthError::new(
            ErrorCode::InvalidScope,
            match self {
                Self::NothingAllowed => {
                    "the roles of the subject allow none of the requested API scopes at this moment"
                }
                Self::OutsideOrganization => {
                    "scope restricts to an organization that the subject does not belong to"
                }
            },
        )
    }
}

impl<'a> Granted<'a> {
    /// What is left of a request whose scope the client may have.
    ///
    /// # Errors
    /// [`NotGranted`].
    pub fn new(
        issuance: Issuance<'_>,
        client: &'a Client,
        subject: &'a Subject,
        scope: &Scope,
        targets: Targets,
    ) -> Result<Self, NotGranted> {
        let unlimited = (&TokenLimits::default(), None);
        Self::within(issuance, client, subject, scope, targets, unlimited)
    }

    /// What is left of an approval that is redeemed: of its resources those that are `picked` now.
    ///
    /// # Errors
    /// [`TargetRefusal`], [`NotGranted`].
    pub fn of_approval<E: From<TargetRefusal> + From<NotGranted>>(
        issuance: Issuance<'_>,
        client: &'a Client,
        subject: &'a Subject,
        approval: &Approval,
        scope: &Scope,
        picked: &Targets,
    ) -> Result<Self, E> {
        let policy = issuance.policy;
        let targets = approval.targets.narrowed(picked, client, policy)?;
        Ok(Self::new(issuance, client, subject, scope, targets)?)
    }

    /// The same, with the details of an approval, or what is `asked` for of them now.
    ///
    /// # Errors
    /// [`DetailsRefusal::Widened`].
    pub fn detailed(
        mut self,
        issuance: Issuance<'_>,
        approval: &Approval,
        asked: Option<&AuthorizationDetails>,
    ) -> Result<Self, DetailsRefusal> {
        let (targets, policy) = (&self.targets, issuance.policy);
        let details = &approval.details;
        self.details = details.narrowed(asked, targets, self.client, policy)?;
        Ok(self)
    }

    /// As [`Self::new`], within the limits of the token that is exchanged, and with no role but of
    /// those that it tells.
    ///
    /// # Errors
    /// [`NotGranted`].
    pub fn within(
        issuance: Issuance<'_>,
        client: &'a Client,
        subject: &'a Subject,
        scope: &Scope,
        targets: Targets,
        (limits, told): (&TokenLimits, Option<&Roles>),
    ) -> Result<Self, NotGranted> {
        let policy = issuance.policy;
        let restriction = Restriction::of(scope);
        let limits = limits.and(&TokenLimits::to_organizations(restriction.organizations()));
        let nowhere = !restriction.is_none() && limits.organizations.as_deref() == Some(&[]);
        if nowhere || !restriction.permits(subject, policy) {
            return Err(NotGranted::OutsideOrganization);
        }
        let all_roles = restriction.roles(subject, policy);
        let mut roles = limits.within(all_roles.clone());
        if let Some(told) = told {
            retain(roles.to_mut(), told);
        }
        let scope = issuance::granted(policy, &subject.roles, limits.for_decision(), scope);
        if scope.contains(NO_API) && scope.words().all(|word| Reserved::of(word).is_some()) {
            return Err(NotGranted::NothingAllowed);
        }
        Ok(Self {
            client,
            subject,
            scope,
            targets,
            details: AuthorizationDetails::default(),
            limits,
            roles,
            all_roles,
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

    /// The `roles` claim of the access token, and whether it lacks any that a decision asks for. A
    /// reader that decides by itself must not take what is missing for what is not held: a rule may
    /// deny something to a role that is not told.
    pub fn roles_claim(&self) -> (RolesClaim, bool) {
        let claim = self.telling().access_token_roles();
        let told = claim.by_organization(acting(&self.subject.organization, &self.limits));
        let partial = told != *self.all_roles;
        (claim, partial)
    }
}

fn retain(roles: &mut Roles, told: &Roles) {
    roles.retain(|organization, keys| {
        let known = told.get(organization);
        keys.retain(|key| known.is_some_and(|known| known.contains(key)));
        !keys.is_empty()
    });
}

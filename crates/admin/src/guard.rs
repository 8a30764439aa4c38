//! What a caller may do, where, and what he may give away: each is one question to the policy.
//!
//! - A scope of the Management API counts in the organization of the object, as the database has it,
//!   or in the *system organization*: whoever may do something there may do it everywhere, and only
//!   he may do it to what belongs to no organization (requirement A7.1).
//! - An access token has to name the scope; a personal access token that names no scope of an API is
//!   limited by the roles of its owner alone, and so is the session of a browser at the console.
//! - Nobody gives what he does not hold at that place (requirement A7.2). Whoever makes a change
//!   holds a scope when his roles allow it there, whatever his token names. Scopes of Symbolon itself
//!   have to be held like that, by everybody. Scopes of other APIs are also held by whoever may write
//!   the rules: what they mean is his to say.

use std::collections::BTreeSet;

use symbolon_core::{
    id::Id,
    organization::Organization,
    policy::{
        Policy, Question,
        api_scope::{self, ApiScope},
        decision::Limits,
        rule::{Effect, Rule, RuleSet},
    },
    role::{RoleKey, Roles},
    scope::Scope,
    token::personal,
};

use crate::{
    caller::{Caller, Token},
    problem::{Kind, Problem},
    scopes::{Needed, is_own},
};

/// How many scopes a refusal names.
const NAMED: usize = 5;

/// A caller and the organization that counts everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) caller: Caller,
    pub(crate) system: Option<Id<Organization>>,
}

/// Where somebody may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Places {
    /// To all there is.
    Everywhere,
    /// To what these own.
    In(BTreeSet<Id<Organization>>),
}

impl Guard {
    /// Whether the token is good for the scope, whatever the roles say.
    pub(crate) fn names(&self, needed: Needed) -> bool {
        match &self.caller.token {
            Token::Access { scope, .. } => scope.contains(needed.as_str()),
            // One that names none is limited by roles alone.
            Token::Personal { limits, .. } => {
                limits.scope.contains(needed.as_str()) || !api_scope::limits(&limits.scope)
            }
            Token::Session { .. } => true,
        }
    }

    /// Where the caller may do what needs the scope.
    pub(crate) fn places(&self, needed: Needed) -> Places {
        let scope = needed.scope();
        if self.may_everywhere(&scope) {
            return Places::Everywhere;
        }
        let policy = &self.caller.policy;
        let counted = policy.organizations(&self.caller.subject.roles).into_iter();
        Places::In(counted.filter(|place| self.asked(place, &scope)).collect())
    }

    /// Whether the caller may do what needs the scope to what the organization owns; `None`: to what
    /// belongs to none.
    pub(crate) fn may(&self, organization: Option<&Id<Organization>>, needed: Needed) -> bool {
        let scope = needed.scope();
        organization.is_some_and(|place| self.asked(place, &scope)) || self.may_everywhere(&scope)
    }

    /// The same, as an answer: what is forbidden looks as if it did not exist.
    ///
    /// # Errors
    /// [`Kind::Missing`].
    pub(crate) fn check(
        &self,
        organization: Option<&Id<Organization>>,
        needed: Needed,
    ) -> Result<(), Problem> {
        if self.may(organization, needed) {
            Ok(())
        } else {
            Err(Problem::missing())
        }
    }

    /// Whether the caller, who wants to give these roles to somebody, holds all that they open.
    ///
    /// # Errors
    /// [`Kind::NotHeld`] names what is missing.
    pub(crate) fn holds_roles(&self, given: &Roles) -> Result<(), Problem> {
        self.holds(
            &self.caller.policy,
            given,
            &Scope::default(),
            Limits::default(),
        )
    }

    /// Whether the caller holds all that a personal access token with these limits opens to whoever
    /// has it, when its owner has these roles.
    ///
    /// # Errors
    /// [`Kind::NotHeld`] names what is missing.
    pub(crate) fn holds_token(
        &self,
        owner: &Roles,
        token: &personal::Limits,
    ) -> Result<(), Problem> {
        let limits = token.for_decision();
        self.holds(&self.caller.policy, owner, &token.scope, limits)
    }

    /// Whether the caller holds what a role gives in one organization.
    ///
    /// # Errors
    /// [`Kind::NotHeld`] names what is missing.
    pub(crate) fn holds_role_in(
        &self,
        organization: &Id<Organization>,
        role: &RoleKey,
    ) -> Result<(), Problem> {
        self.holds_roles(&Roles::from([(organization.clone(), vec![role.clone()])]))
    }

    /// Whether the caller holds the scope in the organization; `None`: in all of them.
    pub(crate) fn holds_scope(
        &self,
        organization: Option<&Id<Organization>>,
        scope: &ApiScope,
    ) -> bool {
        let here = organization.is_some_and(|place| self.has(place, scope));
        let everywhere = self.system.as_ref();
        here || if is_own(scope) {
            everywhere.is_some_and(|place| self.has(place, scope))
        } else {
            everywhere.is_some_and(|place| self.has(place, &Needed::RulesWrite.scope()))
        }
    }

    /// Whether the caller holds what the change of the rules gives: what is newly allowed, and what
    /// is no longer denied.
    ///
    /// # Errors
    /// [`Kind::NotHeld`] names the rule.
    pub(crate) fn holds_change(&self, before: &RuleSet, after: &RuleSet) -> Result<(), Problem> {
        let difference = before.difference(after);
        let allowed = difference.added.iter();
        let allowed = allowed.filter(|rule| rule.effect == Effect::Allow);
        let denied = difference.removed.iter();
        let denied = denied.filter(|rule| rule.effect == Effect::Deny);
        for rule in allowed.chain(denied) {
            self.holds_rule(rule)?;
        }
        Ok(())
    }

    /// Whether the caller holds what somebody gets back who loses the role: what it denies there;
    /// `None`: anywhere.
    ///
    /// # Errors
    /// [`Kind::NotHeld`] names the rule.
    pub(crate) fn holds_denied(
        &self,
        role: &RoleKey,
        organization: Option<&Id<Organization>>,
    ) -> Result<(), Problem> {
        for rule in self.caller.policy.rules().iter() {
            let here = match (organization, &rule.organization) {
                (Some(here), Some(only)) => here == only,
                _ => true,
            };
            if here && rule.role == *role && rule.effect == Effect::Deny {
                let narrowed = Rule {
                    organization: rule.organization.clone().or(organization.cloned()),
                    ..rule.clone()
                };
                self.holds_rule(&narrowed)?;
            }
        }
        Ok(())
    }

    fn holds_rule(&self, rule: &Rule) -> Result<(), Problem> {
        let scopes = self.caller.policy.scopes();
        let spoken_of = scopes.iter().filter(|scope| rule.pattern.matches(scope));
        let lacking =
            spoken_of.filter(|scope| !self.holds_scope(rule.organization.as_ref(), scope));
        let lacking: Vec<_> = lacking.take(NAMED).map(ToString::to_string).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        Err(Problem::new(
            Kind::NotHeld,
            format!(
                "the rule {rule} gives what you do not hold: {}",
                lacking.join(", ")
            ),
        ))
    }

    fn holds(
        &self,
        policy: &Policy,
        granted: &Roles,
        token_scope: &Scope,
        limits: Limits<'_>,
    ) -> Result<(), Problem> {
        let scopes = policy.scopes();
        let mut lacking = BTreeSet::new();
        for acting in &policy.organizations(granted) {
            for needed in &scopes {
                let question = Question {
                    acting,
                    granted,
                    needed,
                    token_scope,
                    limits,
                };
                if policy.allows(&question) && !self.holds_scope(Some(acting), needed) {
                    lacking.insert(format!("{needed} in {acting}"));
                }
                if lacking.len() >= NAMED {
                    break;
                }
            }
        }
        if lacking.is_empty() {
            return Ok(());
        }
        let lacking: Vec<_> = lacking.into_iter().collect();
        Err(Problem::new(
            Kind::NotHeld,
            format!("this gives what you do not hold: {}", lacking.join(", ")),
        ))
    }

    fn may_everywhere(&self, scope: &ApiScope) -> bool {
        let system = self.system.as_ref();
        system.is_some_and(|place| self.asked(place, scope))
    }

    /// What the token and the roles allow.
    fn asked(&self, acting: &Id<Organization>, needed: &ApiScope) -> bool {
        match &self.caller.token {
            Token::Access { scope, .. } => {
                scope.contains(needed.as_str()) && self.allows(acting, needed, scope)
            }
            Token::Personal { limits, .. } => self.allows(acting, needed, &limits.scope),
            Token::Session { .. } => self.has(acting, needed),
        }
    }

    /// What the roles allow, in the organizations and with the roles that the token is good for.
    fn has(&self, acting: &Id<Organization>, needed: &ApiScope) -> bool {
        self.allows(acting, needed, &Scope::default())
    }

    /// The one call into the policy.
    fn allows(&self, acting: &Id<Organization>, needed: &ApiScope, token_scope: &Scope) -> bool {
        let limits = match &self.caller.token {
            Token::Access { limits, .. } => limits.for_decision(),
            Token::Personal { limits, .. } => limits.for_decision(),
            Token::Session { .. } => Limits::default(),
        };
        self.caller.policy.allows(&Question {
            acting,
            granted: &self.caller.subject.roles,
            needed,
            token_scope,
            limits,
        })
    }
}

impl Places {
    /// Whether there is any.
    pub(crate) fn any(&self) -> bool {
        match self {
            Self::Everywhere => true,
            Self::In(places) => !places.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests;

//! How the first administrator of an installation is made: by whoever has the link that the first
//! start printed, once.

use serde_json::json;
use symbolon_core::{
    id::Id,
    organization::Organization,
    password::Password,
    policy::{
        pattern::ScopePattern,
        rule::{Effect, Rule, RuleSet},
    },
    role::{Role, RoleKey},
    secret::{Secret, SetUpLink},
    subject::{Identifier, Profile, Subject},
    time::Lifetime,
};
use symbolon_storage::{
    Act, Administered, AuditEvent, DeclaredSubject, PolicyFacts, SetUp, StoredRuleSet,
};

use crate::{
    api::checked_name,
    call::{Origin, Record},
    lockout::has_administrator,
    management::Management,
    problem::{Kind, Problem},
};

/// For how long a link is good.
pub const SET_UP_LIFETIME: Lifetime = Lifetime::from_seconds(24 * 60 * 60);

/// What the role is called, and what it opens in the system organization.
const ROLE: &str = "super_admin";
const EVERYTHING: &str = "Symbolon.*";

/// How often it is tried while others change the rules.
const TRIES: u32 = 5;

/// Who the first administrator is to be.
#[derive(Debug)]
pub struct FirstAdministrator<'a> {
    /// What people see of the system organization.
    pub organization: &'a str,
    /// The name to sign in with.
    pub username: &'a str,
    /// The password.
    pub password: &'a str,
}

impl Management {
    /// Makes a link, when there is nobody who could administer the installation and no link that is
    /// good: it is for whoever can read what the server prints.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn offer_set_up(&self) -> Result<Option<Secret<SetUpLink>>, Problem> {
        let admin = &*self.admin;
        let Some(system) = self.system() else {
            return Ok(None);
        };
        if has_administrator(admin, system).await? {
            return Ok(None);
        }
        let now = admin.clock.now();
        let link = Secret::<SetUpLink>::generate(&*admin.entropy);
        let ends = now.plus(SET_UP_LIFETIME);
        let offer = admin.storage.offer_set_up(link.digest(), system, now, ends);
        Ok(offer.await?.new.then_some(link))
    }

    /// Whether a link is good now.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn is_set_up_link(&self, link: &str) -> Result<bool, Problem> {
        let (Ok(link), Some(_)) = (Secret::<SetUpLink>::parse(link), self.system()) else {
            return Ok(false);
        };
        let now = self.admin.clock.now();
        let good = self.admin.storage.is_set_up_link(link.digest(), now);
        Ok(good.await?)
    }

    /// Makes the first administrator.
    ///
    /// # Errors
    /// [`Kind::Missing`] when the link is not good, or what is wrong with what was typed.
    pub async fn set_up(
        &self,
        link: &str,
        who: &FirstAdministrator<'_>,
        origin: &Origin,
    ) -> Result<(), Problem> {
        if !self.is_set_up_link(link).await? {
            return Err(Problem::missing());
        }
        let link = Secret::<SetUpLink>::parse(link).map_err(|_| Problem::missing())?;
        let subject = self.first(who).await?;
        for _ in 0..TRIES {
            let facts = self.admin.storage.policy_facts().await?;
            let rules = self.rules(facts, &subject.id)?;
            let act = Act::SetUp(Box::new(SetUp {
                link: link.digest(),
                organization: Organization {
                    id: subject.organization.clone(),
                    name: who.organization.to_owned(),
                    disabled_at: None,
                },
                role: Role {
                    key: role()?,
                    name: "Super administrator".to_owned(),
                    organization: None,
                },
                subject: subject.clone(),
                rules,
            }));
            let event = self.event(&subject, origin);
            match self.admin.storage.administer(&act, &event, None).await? {
                Administered::Done => return Ok(()),
                Administered::Missing => return Err(Problem::missing()),
                Administered::Taken => {
                    let detail = "somebody answers to this name already";
                    return Err(Problem::member("/username", detail));
                }
                Administered::Full
                | Administered::InUse
                | Administered::Raced
                | Administered::Stale => {}
            }
        }
        Err(Problem::unavailable())
    }

    async fn first(&self, who: &FirstAdministrator<'_>) -> Result<DeclaredSubject, Problem> {
        let admin = &*self.admin;
        let organization = self.system().ok_or_else(Problem::missing)?.clone();
        checked_name("/organization", who.organization)?;
        let name = Identifier::parse(who.username);
        let name = name.map_err(|error| Problem::member("/username", error))?;
        let password = Password::chosen(who.password, &[who.username]);
        let password = password.map_err(|error| Problem::member("/password", error))?;
        Ok(DeclaredSubject {
            id: Id::<Subject>::generate(admin.clock.now(), &*admin.entropy),
            organization,
            machine: false,
            username: who.username.to_owned(),
            identifiers: vec![name],
            profile: Profile::default(),
            password_hash: Some(admin.passwords.hash(password).await?),
            disabled_at: None,
        })
    }

    /// The rules with the one that makes the role what it is, in the system organization alone: who
    /// holds a role of this name elsewhere gains nothing.
    fn rules(
        &self,
        facts: PolicyFacts,
        author: &Id<Subject>,
    ) -> Result<Option<StoredRuleSet>, Problem> {
        let pattern = ScopePattern::parse(EVERYTHING).map_err(|_| Problem::failed())?;
        let rule = Rule {
            role: role()?,
            pattern,
            effect: Effect::Allow,
            organization: self.system().cloned(),
        };
        if facts.rules.contains(&rule) {
            return Ok(None);
        }
        let rules = facts.rules.iter().cloned().chain([rule]);
        let rules = RuleSet::new(rules);
        let rules = rules.map_err(|error| Problem::new(Kind::Conflict, error.to_string()))?;
        Ok(Some(StoredRuleSet {
            version: facts.version + 1,
            rules,
            author: author.as_str().to_owned(),
            comment: "set-up".to_owned(),
            created_at: self.admin.clock.now(),
        }))
    }

    fn event(&self, subject: &DeclaredSubject, origin: &Origin) -> AuditEvent {
        let record = Record {
            action: "installation.set_up",
            object: format!("user/{}", subject.id),
            organization: Some(subject.organization.clone()),
            detail: json!({ "name": subject.username }),
        };
        let admin = &*self.admin;
        origin.event(admin, admin.clock.now(), &subject.id, record)
    }
}

fn role() -> Result<RoleKey, Problem> {
    RoleKey::parse(ROLE).map_err(|_| Problem::failed())
}

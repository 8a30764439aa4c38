//! No grant gives more than what it starts from (requirement A2.13): whatever is refreshed or
//! exchanged, and whatever is asked for, the new token can do at no API and in no organization what
//! the old one could not, is for no other audience, and tells no other role.
//!
//! What a token *can do* is asked of the policy, as a decision endpoint asks it: with the roles that
//! the subject holds now, the scope of the token and its limits.

use std::{collections::BTreeSet, sync::Arc};

use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use symbolon_core::{
    approval::{Approval, ApprovalState},
    authorize::code::approve,
    client::{Client, GrantType, Place},
    decision::Decision,
    grant::{
        client_credentials, refresh_token,
        token_exchange::{self, ACCESS_TOKEN, PERSONAL_ACCESS_TOKEN, SubjectToken},
    },
    id::Id,
    pairwise::PairwiseKey,
    parameters::Parameters,
    policy::{Question, api_scope::ApiScope, decision::Limits},
    reserved_scope::NO_API,
    role::{RoleKey, Roles},
    scope::{STANDARD, Scope},
    settings::{SessionSettings, TokenSettings},
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::{
        Issuance, Tokens,
        access::AccessTokenClaims,
        confirmation::Confirmation,
        personal::{self, PersonalAccessToken},
        refresh::{self, SuccessionKeys},
    },
};

use crate::fixture::{self, POLICY, Seeded};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const ISSUER: &str = "https://issuer.example";
const ORGANIZATIONS: [&str; 4] = ["acme", "globex", "initech", "umbrella"];
const RESOURCES: [&str; 3] = [
    "https://a.example",
    "https://b.example",
    "https://invoices.example",
];
const WORDS: [&str; 15] = [
    "openid",
    "profile",
    "offline_access",
    "Invoices.Read",
    "Invoices.Write",
    // Registered, and of no API; neither.
    "invoices.read",
    "unknown.scope",
    "urn:symbolon:organization:acme",
    "urn:symbolon:organization:globex",
    "urn:symbolon:organization:initech",
    "urn:zitadel:iam:org:id:acme",
    "urn:zitadel:iam:org:roles:id:acme",
    "urn:zitadel:iam:org:roles:id:globex",
    "urn:zitadel:iam:org:project:roles",
    NO_API,
];

fn words() -> impl Strategy<Value = String> {
    let few = subsequence(WORDS.to_vec(), 0..=5).prop_shuffle();
    few.prop_map(|words| words.join(" "))
}

fn roles() -> impl Strategy<Value = Roles> {
    let keys = || subsequence(vec!["admin", "robot", "viewer"], 0..=3);
    let one = (0..ORGANIZATIONS.len(), keys());
    vec(one, 0..4).prop_map(|all| {
        let entries = all.into_iter().map(|(place, keys)| {
            let keys = keys.into_iter().map(|key| RoleKey::parse(key).unwrap());
            (Id::parse(ORGANIZATIONS[place]).unwrap(), keys.collect())
        });
        entries
            .filter(|(_, keys): &(_, Vec<_>)| !keys.is_empty())
            .collect()
    })
}

fn limits() -> impl Strategy<Value = personal::Limits> {
    let organizations = option::of(subsequence(ORGANIZATIONS.to_vec(), 0..=2));
    let keys = option::of(subsequence(vec!["admin", "robot", "viewer"], 0..=2));
    (organizations, keys, words()).prop_map(|(organizations, keys, scope)| {
        let ids = |all: Vec<&str>| all.into_iter().map(|id| Id::parse(id).unwrap()).collect();
        let parse = |all: Vec<&str>| {
            let all = all.into_iter().map(|key| RoleKey::parse(key).unwrap());
            all.collect()
        };
        personal::Limits {
            organizations: organizations.map(ids),
            roles: keys.map(parse),
            scope: Scope::parse(&scope).unwrap(),
        }
    })
}

/// What is asked for: a scope, resources, names.
#[derive(Clone, Debug)]
struct Asked {
    scope: Option<String>,
    resources: Vec<&'static str>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let resources = subsequence(RESOURCES.to_vec(), 0..=2);
    (option::of(words()), resources).prop_map(|(scope, resources)| Asked { scope, resources })
}

impl Asked {
    fn with(&self, more: &[(&str, &str)]) -> Parameters {
        let scope = self.scope.as_deref().map(|scope| ("scope", scope));
        let resources = self.resources.iter().map(|one| ("resource", *one));
        let all = more.iter().copied().chain(scope).chain(resources);
        Parameters::from_pairs(all.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }
}

/// A machine user of acme.
fn subject(roles: &Roles) -> Subject {
    Subject {
        roles: roles.clone(),
        ..fixture::person("alice")
    }
}

/// A client that has all grants and a gateway in one, in front of every audience.
fn client(flat: bool) -> Client {
    let mut client = fixture::client();
    let metadata = &mut client.metadata;
    metadata.grant_types = GrantType::ALL.to_vec();
    metadata.scope = Scope::parse("invoices.read Invoices.Read Invoices.Write").unwrap();
    metadata.audience = RESOURCES[..2].iter().map(|one| (*one).to_owned()).collect();
    if flat {
        metadata.role_claims.roles = vec![Place::AccessToken];
    }
    client
}

fn issuing<T>(now: Timestamp, decide: impl FnOnce(Issuance<'_>) -> T) -> T {
    decide(Issuance {
        issuer: &Arc::from(ISSUER),
        policy: &POLICY,
        settings: &TokenSettings::default(),
        now,
        entropy: &Seeded::new(3),
        pairwise: &PairwiseKey::new([8; 32]),
        succession: &SuccessionKeys::new([7; 32], []),
        confirmation: Confirmation::default(),
    })
}

/// What can be done with a scope and limits by somebody with these roles: (organization, scope).
fn power(scope: &Scope, limits: Limits<'_>, granted: &Roles) -> BTreeSet<(String, &'static str)> {
    let mut power = BTreeSet::new();
    for organization in ORGANIZATIONS {
        for needed in ["Invoices.Read", "Invoices.Write"] {
            let question = Question {
                acting: &Id::parse(organization).unwrap(),
                granted,
                needed: &ApiScope::parse(needed).unwrap(),
                token_scope: scope,
                limits,
            };
            if POLICY.allows(&question) {
                power.insert((organization.to_owned(), needed));
            }
        }
    }
    power
}

fn power_of(claims: &AccessTokenClaims, granted: &Roles) -> BTreeSet<(String, &'static str)> {
    power(&claims.scope, claims.limits.for_decision(), granted)
}

fn told(roles: &Roles) -> BTreeSet<(String, String)> {
    let pairs = roles.iter().flat_map(|(id, keys)| {
        keys.iter()
            .map(move |key| (id.to_string(), key.to_string()))
    });
    pairs.collect()
}

fn audiences(claims: &AccessTokenClaims) -> BTreeSet<String> {
    claims
        .aud
        .as_slice()
        .iter()
        .map(|one| one.to_string())
        .collect()
}

/// Names of scopes beyond what says something about the token itself.
fn named(scope: &Scope) -> BTreeSet<String> {
    let words = scope.words().filter(|word| !word.starts_with("urn:"));
    words.map(str::to_owned).collect()
}

/// The access token of the client credentials grant, if there is one.
fn machine_token(client: &Client, subject: &Subject, asked: &Asked) -> Option<AccessTokenClaims> {
    let request = client_credentials::Request::parse(&asked.with(&[])).unwrap();
    let decision: Decision<Result<Tokens, _>> = issuing(NOW, |issuance| {
        client_credentials::decide(&request, client, Some(subject), issuance)
    });
    decision.outcome.ok().map(|tokens| tokens.access.claims)
}

fn exchange(
    client: &Client,
    token: SubjectToken<'_>,
    subject: &Subject,
    asked: &Asked,
    now: Timestamp,
) -> Option<Tokens> {
    let of_type = match token {
        SubjectToken::Access(_) => ACCESS_TOKEN,
        SubjectToken::Personal(_) => PERSONAL_ACCESS_TOKEN,
    };
    let parameters = asked.with(&[("subject_token", "x"), ("subject_token_type", of_type)]);
    let request = token_exchange::Request::parse(&parameters).unwrap();
    let facts = token_exchange::Facts {
        live: Some((token, subject)),
    };
    let decision = issuing(now, |issuance| {
        token_exchange::decide(&request, client, facts, issuance)
    });
    assert!(decision.changes.is_empty());
    decision.outcome.ok()
}

proptest! {
    // Many requests are refused, and say nothing.
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn a2_13_an_exchanged_access_token_can_do_nothing_more(
        first in asked(),
        second in asked(),
        then in roles(),
        now in roles(),
        flat in any::<bool>(),
        flat_again in any::<bool>(),
        later in 0..43_000_u32,
    ) {
        let (before, after) = (subject(&then), subject(&now));
        let Some(old) = machine_token(&client(flat), &before, &first) else {
            return Ok(());
        };
        let at = NOW.plus(Lifetime::from_seconds(later));
        let token = SubjectToken::Access(&old);
        let Some(tokens) = exchange(&client(flat_again), token, &after, &second, at) else {
            return Ok(());
        };
        let new = &tokens.access.claims;
        prop_assert!(power_of(new, &now).is_subset(&power_of(&old, &now)), "{old:?} -> {new:?}");
        prop_assert!(audiences(new).is_subset(&audiences(&old)));
        prop_assert!(named(&new.scope).is_subset(&named(&old.scope)));
        prop_assert!(told(&new.told_roles()).is_subset(&told(&old.told_roles())));
        prop_assert!(told(&new.told_roles()).is_subset(&told(&now)) || new.limits.organizations.is_some());
        prop_assert!(new.exp <= old.exp && new.exp <= at.plus(token_exchange::LIFETIME));
        prop_assert_eq!((&new.sub, &new.org_id), (&old.sub, &old.org_id));
        prop_assert_eq!(&new.exchanged_from, std::slice::from_ref(&old.jti));
        prop_assert!(tokens.refresh.is_none() && tokens.id.is_none() && tokens.access.opaque.is_none());
        prop_assert_eq!(&tokens.scope, &new.scope);
    }

    #[test]
    fn a2_13_what_a_personal_access_token_becomes_can_do_nothing_more(
        limits in limits(),
        asked in asked(),
        roles in roles(),
        flat in any::<bool>(),
        left in 1..1_000_u32,
    ) {
        let owner = subject(&roles);
        let until = NOW.plus(Lifetime::from_seconds(left));
        let entropy = Seeded::new(5);
        let (old, _) =
            PersonalAccessToken::issue(&owner.id, "ci".into(), limits, NOW, until, &entropy);
        let token = SubjectToken::Personal(&old);
        let Some(tokens) = exchange(&client(flat), token, &owner, &asked, NOW) else {
            return Ok(());
        };
        let new = &tokens.access.claims;
        let before = power(&old.limits.scope, old.limits.for_decision(), &roles);
        prop_assert!(power_of(new, &roles).is_subset(&before), "{:?} -> {new:?}", old.limits);
        // Of OpenID Connect it has what the token has.
        let standard = |scope: &Scope| scope.filtered(|word| STANDARD.contains(&word));
        prop_assert!(old.limits.scope.covers(&standard(&new.scope)));
        // The roles that it tells may come through a relation when one organization was asked for.
        let known = old.limits.within();
        for (organization, keys) in new.told_roles() {
            prop_assert!(known.organizations.as_ref().is_none_or(|all| all.contains(&organization)));
            prop_assert!(known.roles.as_ref().is_none_or(|all| keys.iter().all(|key| all.contains(key))));
        }
        prop_assert!(new.exp <= until && new.exp <= NOW.plus(token_exchange::LIFETIME));
        prop_assert_eq!((&new.acr, &new.auth_time, &new.grant_id), (&None, &None, &None));
    }

    #[test]
    fn a2_13_a_refreshed_token_can_do_nothing_more_than_was_approved(
        first in asked(),
        second in asked(),
        roles in roles(),
    ) {
        let (client, alice) = (client(false), subject(&roles));
        let Some((approval, token)) = approved(&client, &alice, &first) else {
            return Ok(());
        };
        let refreshed = |asked: &Asked| {
            let parameters = asked.with(&[("refresh_token", &token)]);
            let request = refresh_token::Request::parse(&parameters).unwrap();
            let facts = refresh_token::Facts {
                approval: Some(&approval),
                subject: Some(&alice),
            };
            let decision =
                issuing(NOW, |issuance| refresh_token::decide(&request, &client, &facts, issuance));
            decision.outcome.ok().map(|tokens| tokens.access.claims)
        };
        let all = refreshed(&Asked { scope: None, resources: Vec::new() });
        let (Some(old), Some(new)) = (all, refreshed(&second)) else {
            return Ok(());
        };
        prop_assert!(power_of(&new, &roles).is_subset(&power_of(&old, &roles)), "{old:?} -> {new:?}");
        prop_assert!(audiences(&new).is_subset(&audiences(&old)));
        prop_assert!(named(&new.scope).is_subset(&named(&old.scope)));
        prop_assert!(told(&new.told_roles()).is_subset(&told(&old.told_roles())));
        // And what was approved limits the first one too.
        let limits = approval_limits(&approval);
        let approved = power(&approval.scope, limits.for_decision(), &roles);
        prop_assert!(power_of(&old, &roles).is_subset(&approved));
    }

    #[test]
    fn whoever_decides_by_the_token_alone_decides_alike_unless_it_says_that_it_cannot(
        limits in limits(),
        asked in asked(),
        roles in roles(),
        flat in any::<bool>(),
    ) {
        let owner = subject(&roles);
        let until = NOW.plus(Lifetime::from_days(1));
        let (personal, _) =
            PersonalAccessToken::issue(&owner.id, "ci".into(), limits, NOW, until, &Seeded::new(5));
        let short = exchange(&client(flat), SubjectToken::Personal(&personal), &owner, &asked, NOW);
        let tokens = [
            machine_token(&client(flat), &owner, &asked),
            short.map(|tokens| tokens.access.claims),
        ];
        for claims in tokens.into_iter().flatten() {
            if !claims.roles_partial {
                let alone = power_of(&claims, &claims.told_roles());
                prop_assert_eq!(alone, power_of(&claims, &roles), "{:?}", claims);
            }
        }
    }

    #[test]
    fn what_is_granted_is_allowed_somewhere(asked in asked(), roles in roles()) {
        let machine = subject(&roles);
        let Some(claims) = machine_token(&client(false), &machine, &asked) else {
            return Ok(());
        };
        let able = power_of(&claims, &roles);
        for word in ["Invoices.Read", "Invoices.Write"] {
            let able = able.iter().any(|(_, own)| *own == word);
            prop_assert!(able || !claims.scope.contains(word), "{claims:?}");
        }
    }
}

fn approval_limits(approval: &Approval) -> symbolon_core::token::limits::TokenLimits {
    let restriction = symbolon_core::restriction::Restriction::of(&approval.scope);
    symbolon_core::token::limits::TokenLimits::to_organizations(restriction.organizations())
}

/// What alice approved, with its refresh token.
fn approved(client: &Client, alice: &Subject, asked: &Asked) -> Option<(Approval, String)> {
    let scope = asked.scope.as_deref().unwrap_or("openid");
    let mut pairs = fixture::authorize_parameters(&[("scope", scope)])
        .pairs()
        .to_vec();
    let resources = asked.resources.iter();
    pairs.extend(resources.map(|one| ("resource".to_owned(), (*one).to_owned())));
    let request = fixture::authorization_request(client, &Parameters::from_pairs(pairs)).ok()?;
    let (approval, _) = approve(
        &request,
        &fixture::session("s", alice, NOW),
        &TokenSettings::default(),
        &SessionSettings::default(),
        NOW,
        &Seeded::new(1),
    );
    let (token, family) = refresh::found(NOW, Confirmation::Nothing, &Seeded::new(2));
    let refresh = Some(family);
    let approval = Approval {
        state: ApprovalState::Redeemed { refresh },
        ..approval
    };
    Some((approval, token.expose().to_owned()))
}

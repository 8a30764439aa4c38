//! `POST /admin/v1/tokens`
//!
//! Never by a personal access token, and for a person never by another (requirement A7.5); for
//! oneself soon after signing in (A5.9).

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use symbolon_core::{
    id::Id,
    organization::Organization,
    role::RoleKey,
    scope::Scope,
    subject::Subject,
    time::Lifetime,
    token::personal::{Limits, PersonalAccessToken},
};
use symbolon_storage::Act;

use super::{View, owner, view};
use crate::{
    api::organizations::checked_name,
    call::{Call, Record},
    caller::Token,
    input::{Json, NoQuery},
    moment::Moment,
    operation::{Operation, Reply},
    own::FRESH,
    problem::{Kind, Problem},
    scopes::Needed,
};

/// How long a token can live at the most: a year and a day, so that it is looked at again.
const LONGEST: Lifetime = Lifetime::from_days(366);

/// How long when nothing is said.
const USUAL: Lifetime = Lifetime::from_days(30);

/// How many organizations or roles a token is limited to at the most.
const MOST: usize = 100;

/// A new personal access token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    /// Whom it stands for: a machine user; left out: yourself.
    #[schemars(with = "Option<String>")]
    pub(crate) owner: Option<Id<Subject>>,
    /// What it is for.
    pub(crate) name: String,
    /// Only in these organizations; left out: in all of the owner's.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) organizations: Option<Vec<Id<Organization>>>,
    /// Only with these roles; left out: with all of the owner's.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) roles: Option<Vec<RoleKey>>,
    /// The scopes. Scopes of APIs among them limit it to these.
    #[serde(default)]
    pub(crate) scope: String,
    /// Until when: at most 366 days; left out: 30 days.
    pub(crate) expires_at: Option<Moment>,
}

/// A new token and its text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewPersonalAccessToken")]
pub(crate) struct Made {
    token: View,
    /// Shown this once.
    text: String,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/tokens",
        Some(Needed::TokensWrite),
        "create_token",
        create,
    )
    .about(
        "Make a personal access token, for a machine user or for yourself",
        "Its text is shown this once. Not with a personal access token; for yourself within an hour \
         of signing in; for a machine user all that the token opens has to be open to you.",
    )
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<Made>, Problem> {
    let made = make(&call, new.0).await?;
    let path = format!("/tokens/{}", made.token.id);
    Ok(Reply::of(made).at(path))
}

/// Makes one.
pub(crate) async fn make(call: &Call, new: New) -> Result<Made, Problem> {
    let authenticated_at = match &call.guard.caller.token {
        Token::Session {
            authenticated_at, ..
        } => Some(*authenticated_at),
        Token::Access {
            authenticated_at,
            // What came of a personal access token is as good as one.
            exchanged: false,
            ..
        } => *authenticated_at,
        Token::Access { .. } | Token::Personal { .. } => {
            return Err(Problem::new(
                Kind::Forbidden,
                "a personal access token, or what it was exchanged for, makes no other: use an access \
                 token of a sign-in",
            ));
        }
    };
    let id = new.owner.unwrap_or_else(|| call.me().clone());
    let owner = match owner(call, &id, Needed::TokensWrite).await {
        Ok(owner) => owner,
        Err(problem) if problem.kind() == Kind::Missing => {
            return Err(Problem::member(
                "/owner",
                "is yourself, or a machine user that your roles reach",
            ));
        }
        Err(problem) => return Err(problem),
    };
    let own = owner.id == *call.me();
    if !own && !owner.machine {
        return Err(Problem::member(
            "/owner",
            "is yourself, or a machine user: nobody makes a token for another person",
        ));
    }
    let fresh = authenticated_at.is_none_or(|at| at.plus(FRESH) > call.now);
    if own && !fresh {
        return Err(Problem::stale_sign_in(FRESH.seconds()));
    }
    checked_name("/name", &new.name)?;
    let expires_at = new.expires_at.map_or(call.now.plus(USUAL), |end| end.0);
    if expires_at <= call.now || expires_at > call.now.plus(LONGEST) {
        return Err(Problem::member(
            "/expires_at",
            "is to come, within 366 days",
        ));
    }
    let subject = call.admin.storage.subject(&owner.id, call.now).await?;
    let subject = subject.ok_or_else(Problem::missing)?;
    let limits = Limits {
        organizations: new.organizations,
        roles: new.roles,
        scope: Scope::parse(&new.scope).map_err(|error| Problem::member("/scope", error))?,
    };
    check_limits(call, &subject, &limits)?;
    if !own {
        call.guard.holds_token(&subject.roles, &limits)?;
    }
    let (token, text) = PersonalAccessToken::issue(
        &owner.id,
        new.name,
        limits,
        call.now,
        expires_at,
        &*call.admin.entropy,
    );
    let record = Record {
        action: "token.create",
        object: format!("token/{}", token.id),
        organization: Some(owner.organization.clone()),
        detail: json!({
            "owner": token.owner.as_str(),
            "name": token.name,
            "expires_at": Moment(expires_at),
        }),
    };
    call.act(Act::CreateToken(Box::new(token.clone())), record)
        .await?;
    Ok(Made {
        token: view(token, None, call.now),
        text: text.expose().to_owned(),
    })
}

/// Limits name what the owner has: a token that is good for nothing helps nobody.
fn check_limits(call: &Call, owner: &Subject, limits: &Limits) -> Result<(), Problem> {
    let counts = call.guard.caller.policy.organizations(&owner.roles);
    let organizations = limits.organizations.iter().flatten().enumerate();
    for (place, organization) in organizations {
        if place >= MOST {
            return Err(Problem::member("/organizations", "has at most 100"));
        }
        if !counts.contains(organization) {
            let pointer = format!("/organizations/{place}");
            return Err(Problem::member(&pointer, "the owner has no role there"));
        }
    }
    if limits
        .roles
        .as_ref()
        .is_some_and(|roles| roles.len() > MOST)
    {
        return Err(Problem::member("/roles", "has at most 100"));
    }
    Ok(())
}

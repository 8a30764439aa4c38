//! `POST /admin/v1/initial-access-tokens`

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::{
    client::GrantType,
    id::Id,
    organization::Organization,
    policy::api_scope::ApiScope,
    registration::{
        initial_access_token::{InitialAccessToken, MOST_USES},
        policy::RegistrationPolicy,
    },
    scope::Scope,
    time::Lifetime,
};
use symbolon_storage::Act;

use super::{View, record, view};
use crate::{
    api::{clients::owner, organizations::checked_name},
    call::Call,
    input::{Json, NoQuery},
    moment::Moment,
    operation::{Operation, Reply},
    problem::{Kind, Problem},
    scopes::Needed,
};

/// How long a token can live at the most.
const LONGEST: Lifetime = Lifetime::from_days(366);

/// How long when nothing is said.
const USUAL: Lifetime = Lifetime::from_days(1);

/// A new initial access token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// What it is for.
    name: String,
    /// Whose the clients are; left out: the installation's, for those who may do so in the system
    /// organization.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
    /// Which grants they may have, out of `authorization_code`, `refresh_token`, `implicit` and
    /// `urn:ietf:params:oauth:grant-type:device_code`; left out: the first two.
    #[schemars(with = "Option<Vec<String>>")]
    grant_types: Option<Vec<GrantType>>,
    /// Which scopes of APIs they may have, beside the standard ones.
    #[serde(default)]
    scope: String,
    /// Which APIs their tokens are for: what they may name as `resource`. For those who may change
    /// clients in the system organization.
    #[serde(default)]
    audience: Vec<String>,
    /// Whether confidential ones have to use PKCE too; left out: they have to.
    require_pkce: Option<bool>,
    /// How many clients may be registered with it; left out: one.
    uses: Option<u32>,
    /// Until when: at most 366 days; left out: a day.
    expires_at: Option<Moment>,
}

/// A new token and its text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewInitialAccessToken")]
struct Made {
    token: View,
    /// Shown this once.
    text: String,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/initial-access-tokens",
        Some(Needed::ClientsWrite),
        "create_initial_access_token",
        create,
    )
    .about(
        "Let somebody register clients",
        "Its text is shown this once. What its clients may have has to be open to you.",
    )
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<Made>, Problem> {
    let Json(new) = new;
    owner(&call, new.organization.as_ref()).await?;
    checked_name("/name", &new.name)?;
    let uses = new.uses.unwrap_or(1);
    if !(1..=MOST_USES).contains(&uses) {
        return Err(Problem::member("/uses", "is 1 to 10000"));
    }
    let expires_at = new.expires_at.map_or(call.now.plus(USUAL), |end| end.0);
    if expires_at <= call.now || expires_at > call.now.plus(LONGEST) {
        return Err(Problem::member(
            "/expires_at",
            "is to come, within 366 days",
        ));
    }
    let usual = RegistrationPolicy::default();
    let policy = RegistrationPolicy {
        grant_types: new.grant_types.unwrap_or(usual.grant_types),
        scope: Scope::parse(&new.scope).map_err(|error| Problem::member("/scope", error))?,
        audience: new.audience,
        organization: new.organization,
        require_pkce: new.require_pkce.unwrap_or(usual.require_pkce),
    };
    check(&call, &policy)?;
    let (token, text) = InitialAccessToken::issue(
        new.name,
        policy,
        uses,
        call.now,
        expires_at,
        &*call.admin.entropy,
    );
    let record = record("initial_access_token.create", &token);
    call.act(Act::CreateInitialToken(Box::new(token.clone())), record)
        .await?;
    let path = format!("/initial-access-tokens/{}", token.id);
    let made = Made {
        token: view(token, call.now),
        text: text.expose().to_owned(),
    };
    Ok(Reply::of(made).at(path))
}

/// Nobody gives what he does not hold (requirement A7.2).
fn check(call: &Call, policy: &RegistrationPolicy) -> Result<(), Problem> {
    policy
        .check()
        .map_err(|error| Problem::member("/grant_types", error))?;
    if !policy.audience.is_empty() && !call.guard.may(None, Needed::ClientsWrite) {
        return Err(Problem::new(
            Kind::NotHeld,
            "/audience concerns people of every organization: it is for those who may change clients \
             in the system organization",
        ));
    }
    for word in policy.scope.words() {
        let Ok(scope) = ApiScope::parse(word) else {
            continue;
        };
        if !call.guard.holds_scope(policy.organization.as_ref(), &scope) {
            return Err(Problem::new(
                Kind::NotHeld,
                format!("/scope gives what you do not hold: {scope}"),
            ));
        }
    }
    Ok(())
}

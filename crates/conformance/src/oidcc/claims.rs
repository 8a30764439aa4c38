//! Claims that are asked for by scope and by name.

use serde_json::Value;

use crate::check::userinfo::claims_of;
use crate::flow::{Answered, Flow};
use crate::outcome::Outcome;
use crate::run::Run;

pub(crate) async fn scope_profile(run: &Run) -> Outcome {
    scopes(run, &["profile"]).await
}

pub(crate) async fn scope_email(run: &Run) -> Outcome {
    scopes(run, &["email"]).await
}

pub(crate) async fn scope_address(run: &Run) -> Outcome {
    scopes(run, &["address"]).await
}

pub(crate) async fn scope_phone(run: &Run) -> Outcome {
    scopes(run, &["phone"]).await
}

pub(crate) async fn scope_all(run: &Run) -> Outcome {
    scopes(run, &["profile", "email", "address", "phone"]).await
}

/// What a scope asks for is at userinfo; in the ID token only if there is no access token.
async fn scopes(run: &Run, scopes: &[&str]) -> Outcome {
    let flow = Flow::new(run).await;
    let scope = format!("openid {}", scopes.join(" "));
    let answered = flow.happy(&[("scope", &scope)]).await;
    let told = told(&flow, &answered).await;
    for name in scopes.iter().flat_map(|scope| claims_of(scope)) {
        run.recommend(!told[*name].is_null(), format!("{name} is not told"));
        if answered.access_token.is_some() {
            let token = answered.id_token();
            run.recommend(
                token.claims[*name].is_null(),
                format!("{name} is in the ID token although there is userinfo"),
            );
        }
    }
    Outcome::Passed
}

/// The `claims` parameter asks for a name.
pub(crate) async fn essential(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let claims = r#"{"userinfo":{"name":{"essential":true}}}"#;
    let answered = flow.happy(&[("claims", claims)]).await;
    let told = told(&flow, &answered).await;
    run.recommend(!told["name"].is_null(), "name is not told");
    Outcome::Passed
}

/// Where the claims of a person are told: at userinfo, or without an access token in the ID token.
async fn told(flow: &Flow<'_>, answered: &Answered) -> Value {
    match flow.userinfo(answered).await {
        Value::Null => answered.id_token().claims.clone(),
        userinfo => userinfo,
    }
}

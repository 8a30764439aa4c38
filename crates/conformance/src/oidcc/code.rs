//! What a code, a refresh token and a PKCE challenge are good for.

use crate::check::{discovery, error_response, id_token, token_response};
use crate::flow::{Answered, Flow};
use crate::oidcc::session::seconds_pass;
use crate::outcome::Outcome;
use crate::run::Run;

/// A code works once.
pub(crate) async fn reuse(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let attempt = flow.attempt(&[]);
    let answered = flow.walk(&attempt).await;
    again(&flow, &attempt, &answered).await;
    Outcome::Passed
}

/// The same a while later; and what came of the code is dead.
///
/// The plan waits for 30 seconds. Two are as good: what the server decides by is whether the code has
/// been used, and until it expires (60 seconds) that has no time in it; two are enough for the
/// revocation to be known everywhere.
pub(crate) async fn reuse_later(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let attempt = flow.attempt(&[]);
    let answered = flow.walk(&attempt).await;
    flow.userinfo(&answered).await;
    seconds_pass(2).await;
    again(&flow, &attempt, &answered).await;
    let dead = flow.party.userinfo(answered.access_token()).await;
    run.recommend(
        dead.status.is_client_error(),
        "the access token outlives the second use of its code",
    );
    Outcome::Passed
}

async fn again(flow: &Flow<'_>, attempt: &symbolon_testkit::Attempt, answered: &Answered) {
    let second = flow.redeem(answered.callback.code(), attempt).await;
    error_response::check(&second, 400, &["invalid_grant"]);
}

/// A challenge that is met.
pub(crate) async fn valid_pkce(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let own = flow.attempt(&[]);
    let with_challenge = flow.party.authorize_url(&[]);
    let mut attempt = ["code_challenge", "code_challenge_method"]
        .into_iter()
        .fold(own, |attempt, name| {
            let value = with_challenge.parameter(name).unwrap_or_default();
            attempt.with(name, &value)
        });
    attempt.verifier = with_challenge.verifier;
    let answered = flow.walk(&attempt).await;
    flow.userinfo(&answered).await;
    Outcome::Passed
}

/// A refresh token works, for its client alone, and the new ID token says the same as the first.
pub(crate) async fn refresh_token(run: &Run) -> Outcome {
    refreshing(Flow::new(run).await, Flow::of(run, run.second().await)).await
}

/// The same with these two clients.
pub(crate) async fn refreshing(first: Flow<'_>, second: Flow<'_>) -> Outcome {
    let run = first.run;
    let metadata = &first.party.metadata;
    run.recommend(
        discovery::list(metadata, "grant_types_supported").contains(&"refresh_token"),
        "refresh_token is not in grant_types_supported",
    );
    refresh(&first).await;
    let token = refresh(&second).await;
    let stolen = first.refresh(&token).await;
    error_response::check(&stolen, 400, &["invalid_grant"]);
    Outcome::Passed
}

/// Refreshes once, and returns the refresh token that is good now.
async fn refresh(flow: &Flow<'_>) -> String {
    let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
    let answered = flow.happy(&asked).await;
    let tokens = answered.tokens.as_ref().expect("a code was redeemed");
    let token = tokens.refresh_token();
    let refreshed = token_response::check(flow.run, &flow.refresh(token).await);
    assert_ne!(refreshed.access_token, tokens.access_token);
    if let Some(text) = &refreshed.id_token {
        let beside = id_token::Beside {
            access_token: Some(&refreshed.access_token),
            code: None,
            required: false,
        };
        let nonce = symbolon_testkit::jwt_payload(text)["nonce"]
            .as_str()
            .map(str::to_owned);
        let claims = id_token::check(flow.run, &flow.party, text, nonce.as_deref(), beside).await;
        // OIDC Core §12.2.
        for name in ["iss", "sub", "aud", "azp", "auth_time"] {
            assert_eq!(&claims[name], answered.claim(name), "{name}");
        }
        if let Some(nonce) = claims["nonce"].as_str() {
            assert_eq!(Some(nonce), answered.claim("nonce").as_str());
        }
    }
    let userinfo = flow.party.userinfo(&refreshed.access_token).await;
    crate::check::userinfo::check(flow.run, &userinfo, answered.claim("sub"));
    refreshed.refresh_token.unwrap_or_else(|| token.to_owned())
}

//! That it works, and with which signature.

use symbolon_testkit::{Authentication, jwt_header};

use crate::check::{discovery, id_token};
use crate::flow::Flow;
use crate::outcome::Outcome;
use crate::run::Run;

/// All goes well, and everything that is answered is as it has to be.
pub(crate) async fn server(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    crate::check::keys::check(&flow.party).await;
    let answered = flow.happy(&[]).await;
    for token in answered.front.iter().chain(&answered.back) {
        id_token::nothing_else(run, &token.claims);
    }
    flow.userinfo(&answered).await;
    Outcome::Passed
}

/// The client authenticates with its secret in the form.
pub(crate) async fn client_secret_post(run: &Run) -> Outcome {
    let mut flow = Flow::new(run).await;
    flow.party.authentication = Authentication::Post("the secret of the first client".to_owned());
    let answered = flow.happy(&[]).await;
    flow.userinfo(&answered).await;
    Outcome::Passed
}

/// A client that registered no algorithm gets RS256.
pub(crate) async fn idtoken_signature(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let answered = flow.happy(&[]).await;
    for token in answered.front.iter().chain(&answered.back) {
        assert_eq!(jwt_header(&token.text)["alg"], "RS256");
    }
    Outcome::Passed
}

/// An unsigned ID token, for who registered for it.
pub(crate) async fn idtoken_unsigned(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let algorithms = discovery::list(
        &flow.party.metadata,
        "id_token_signing_alg_values_supported",
    );
    assert!(!algorithms.contains(&"none"), "advertised and not tested");
    Outcome::Skipped(
        "no ID token goes unsigned: `none` is not in id_token_signing_alg_values_supported"
            .to_owned(),
    )
}

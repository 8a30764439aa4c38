//! The three ways to ask at userinfo.

use symbolon_testkit::{Answer, http};

use crate::check::userinfo;
use crate::flow::Flow;
use crate::outcome::Outcome;
use crate::run::Run;

/// GET, with the token in the header.
pub(crate) async fn get(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let answered = flow.happy(&[]).await;
    assert!(flow.userinfo(&answered).await.is_object());
    Outcome::Passed
}

/// POST, with the token in the header.
pub(crate) async fn post_header(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let answered = flow.happy(&[]).await;
    let request = http()
        .post(flow.party.endpoint("userinfo_endpoint"))
        .bearer_auth(answered.access_token());
    userinfo::check(run, &Answer::to(request).await, answered.claim("sub"));
    Outcome::Passed
}

/// POST, with the token in the form.
pub(crate) async fn post_body(run: &Run) -> Outcome {
    let flow = Flow::new(run).await;
    let answered = flow.happy(&[]).await;
    let request = http()
        .post(flow.party.endpoint("userinfo_endpoint"))
        .form(&[("access_token", answered.access_token())]);
    let answer = Answer::to(request).await;
    if answer.status.is_success() {
        userinfo::check(run, &answer, answered.claim("sub"));
    } else {
        run.recommend(false, "userinfo takes no token in the form");
    }
    Outcome::Passed
}

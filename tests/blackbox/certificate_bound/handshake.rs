//! A token that is bound in a TLS handshake of our own, and good in the next one with the same key.

use serde_json::json;
use symbolon_testkit::{Answer, Backend, jwt_payload};

use super::{MACHINE_SECRET, on};
use crate::client_certificate::{Shown, self_signed};
use crate::tls::Secured;

#[tokio::test]
async fn what_is_bound_in_one_handshake_is_good_in_the_next() {
    let secured = Secured::new();
    let settings = [
        ("SYMBOLON_TLS_CERTIFICATE", secured.certificate()),
        ("SYMBOLON_TLS_KEY", secured.key()),
        ("SYMBOLON_TLS_CLIENT_CERTIFICATES", "true"),
    ];
    let server = on(&Backend::Sqlite.url(), &settings);
    let [own, other] = [(); 2].map(|()| self_signed("A machine"));
    let ask = async |shown: Option<&Shown>| {
        let form = [("grant_type", "client_credentials"), ("scope", "openid")];
        let request = secured
            .http(shown)
            .post(server.at("/oauth/v2/token"))
            .basic_auth("administrator", Some(MACHINE_SECRET));
        Answer::to(request.form(&form)).await
    };
    let refused = ask(None).await;
    assert_eq!(super::said(&refused), (400, "invalid_request"));
    let answer = ask(Some(&own)).await;
    let token = answer.json["access_token"].as_str().unwrap();
    let http = secured.http(None);
    let metadata = Answer::to(http.get(server.at("/.well-known/openid-configuration")));
    let metadata = metadata.await.json;
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    assert_eq!(
        jwt_payload(token)["cnf"],
        json!({"x5t#S256": own.thumbprint()})
    );
    for (shown, status) in [(Some(&own), 200), (None, 401), (Some(&other), 401)] {
        let request = secured
            .http(shown)
            .get(server.at("/oidc/v1/userinfo"))
            .bearer_auth(token);
        assert_eq!(Answer::to(request).await.status, status);
    }
}

#[tokio::test]
async fn where_no_certificate_arrives_nothing_is_advertised() {
    let server = crate::support::shared(Backend::Sqlite);
    let url = server.at("/.well-known/openid-configuration");
    let metadata = Answer::to(symbolon_testkit::http().get(url)).await.json;
    assert!(
        metadata
            .get("tls_client_certificate_bound_access_tokens")
            .is_none()
    );
    assert!(metadata.get("mtls_endpoint_aliases").is_none());
}

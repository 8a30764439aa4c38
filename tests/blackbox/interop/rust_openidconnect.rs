//! The Rust crate `openidconnect`, over an HTTP client of ours so that it brings none of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndSessionUrl, HttpRequest, HttpResponse,
    IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse as _,
};
use symbolon_testkit::{Person, Server};

use super::server;

const REDIRECT_URI: &str = "http://127.0.0.1:5556/callback";
const SIGNED_OUT_URI: &str = "http://127.0.0.1:5556/";

#[tokio::test]
async fn a_public_client_of_openidconnect_signs_in_and_out_untouched() {
    let server = server();
    sign_in_and_out(&server, "demo-web", None).await;
}

#[tokio::test]
async fn a_confidential_client_of_openidconnect_signs_in_and_out_untouched() {
    let server = server();
    sign_in_and_out(
        &server,
        "demo-confidential",
        Some("demo-confidential-secret"),
    )
    .await;
}

async fn sign_in_and_out(server: &Server, client_id: &str, secret: Option<&str>) {
    let person = Person::new();
    let http = |request| send(symbolon_testkit::http(), request);

    let issuer = IssuerUrl::new(server.issuer().to_owned()).unwrap();
    let metadata = ProviderMetadataWithLogout::discover_async(issuer, &http)
        .await
        .unwrap();
    let end_session = metadata
        .additional_metadata()
        .end_session_endpoint
        .clone()
        .unwrap();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(client_id.to_owned()),
        secret.map(|secret| ClientSecret::new(secret.to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scopes(["profile", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let callback = person
        .sign_in(url, "alice", "correct horse battery staple")
        .await;
    assert_eq!(callback.parameter("state"), Some(state.secret().as_str()));

    let code = AuthorizationCode::new(callback.code().to_owned());
    let tokens = client
        .exchange_code(code)
        .unwrap()
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .unwrap();
    let id_token = tokens.id_token().unwrap();
    // Checks the signature, issuer, audience, expiry and nonce.
    let claims = id_token
        .claims(&client.id_token_verifier(), &nonce)
        .unwrap();

    let subject = Some(claims.subject().clone());
    let userinfo: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), subject.clone())
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(userinfo.preferred_username().unwrap().as_str(), "alice");

    let refresh_token = tokens.refresh_token().unwrap();
    let refreshed = client
        .exchange_refresh_token(refresh_token)
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_ne!(
        refreshed.access_token().secret(),
        tokens.access_token().secret()
    );
    assert_ne!(
        refreshed.refresh_token().unwrap().secret(),
        refresh_token.secret()
    );
    let again: CoreUserInfoClaims = client
        .user_info(refreshed.access_token().clone(), subject)
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(again.subject(), claims.subject());

    sign_out(&person, end_session, id_token).await;
}

async fn sign_out(
    person: &Person,
    end_session: EndSessionUrl,
    id_token: &openidconnect::core::CoreIdToken,
) {
    let state = CsrfToken::new_random();
    let url = LogoutRequest::from(end_session)
        .set_id_token_hint(id_token)
        .set_post_logout_redirect_uri(
            PostLogoutRedirectUrl::new(SIGNED_OUT_URI.to_owned()).unwrap(),
        )
        .set_state(state.clone())
        .http_get_url();
    let back = person.get(url).await.callback();
    assert!(back.url.as_str().starts_with(SIGNED_OUT_URI), "{back:?}");
    assert_eq!(back.parameter("state"), Some(state.secret().as_str()));
}

async fn send(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let response = http.execute(request.try_into()?).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut answer = HttpResponse::new(response.bytes().await?.into());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

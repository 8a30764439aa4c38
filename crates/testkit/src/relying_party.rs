//! A strict little relying party: it takes nothing for granted that OpenID Connect Core §3.1.3.7
//! and RFC 9207 tell a client to check, and shares no code with the server.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::answer::{Answer, Tokens};
use crate::attempt::Attempt;
use crate::callback::Callback;
use crate::signature::verify;
use crate::{http, random_hex};

/// Where the clients of the demo state want to be called back. Nobody listens there: a test reads
/// the redirect instead of following it.
const DEMO_REDIRECT_URI: &str = "http://127.0.0.1:5556/callback";

/// A client of an issuer whose metadata it has read.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    http: reqwest::Client,
    /// The issuer's metadata.
    pub metadata: Value,
    /// The client's id.
    pub client_id: String,
    /// How the client says who it is.
    pub authentication: Authentication,
    /// Where it wants to be called back.
    pub redirect_uri: String,
    /// What it asks for, separated by spaces.
    pub scope: String,
}

/// How a client says who it is at the endpoints that it calls itself: OIDC Core §9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// `none`: with its id in the form and nothing else.
    Public,
    /// `client_secret_basic`, with this secret.
    Basic(String),
    /// `client_secret_post`, with this secret.
    Post(String),
}

impl RelyingParty {
    /// A client of `issuer`, whose metadata it reads (OIDC Discovery §4).
    ///
    /// # Panics
    /// When there is no metadata, or it is another issuer's.
    pub async fn new(issuer: &str, client_id: &str, authentication: Authentication) -> Self {
        let http = http();
        let url = format!("{issuer}/.well-known/openid-configuration");
        let answer = Answer::to(http.get(&url)).await;
        assert_eq!(answer.status, StatusCode::OK, "{url}");
        // OIDC Discovery §4.3: exactly the issuer that was asked for.
        assert_eq!(answer.json["issuer"], issuer, "{url}");
        Self {
            http,
            metadata: answer.json,
            client_id: client_id.to_owned(),
            authentication,
            redirect_uri: DEMO_REDIRECT_URI.to_owned(),
            scope: "openid".to_owned(),
        }
    }

    /// The public client of the demo state.
    pub async fn demo_web(issuer: &str) -> Self {
        Self::new(issuer, "demo-web", Authentication::Public).await
    }

    /// The confidential client of the demo state.
    pub async fn demo_confidential(issuer: &str) -> Self {
        let secret = "demo-confidential-secret".to_owned();
        Self::new(issuer, "demo-confidential", Authentication::Basic(secret)).await
    }

    /// The machine client of the demo state.
    pub async fn demo_machine(issuer: &str) -> Self {
        let secret = "demo-machine-secret".to_owned();
        Self::new(issuer, "demo-machine", Authentication::Basic(secret)).await
    }

    /// The same client, asking for something else.
    #[must_use]
    pub fn asking_for(mut self, scope: &str) -> Self {
        scope.clone_into(&mut self.scope);
        self
    }

    /// The same client, calling the endpoints at another address than the issuer's: those of a
    /// second process that goes by the same issuer, as behind a balancer.
    #[must_use]
    pub fn through(mut self, url: &str) -> Self {
        let issuer = self.metadata["issuer"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        for (name, value) in self.metadata.as_object_mut().into_iter().flatten() {
            let path = value.as_str().and_then(|value| value.strip_prefix(&issuer));
            if let Some(path) = path.filter(|_| name != "issuer") {
                *value = format!("{url}{path}").into();
            }
        }
        self
    }

    /// The address of an endpoint, by its name in the metadata (`token_endpoint`).
    ///
    /// # Panics
    /// When the metadata names none.
    pub fn endpoint(&self, name: &str) -> Url {
        let url = self.metadata[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name}"));
        Url::parse(url).unwrap_or_else(|error| panic!("{name} is {url:?}: {error}"))
    }

    /// A new attempt, with a PKCE pair, a state and a nonce of its own. Each of `parameters` is
    /// added, or replaces the one of its name.
    pub fn authorize_url(&self, parameters: &[(&str, &str)]) -> Attempt {
        let [state, nonce] = [random_hex(16), random_hex(16)];
        let verifier = random_hex(32);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let attempt = Attempt {
            url: self.endpoint("authorization_endpoint"),
            state,
            nonce,
            verifier,
        };
        let own = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &attempt.state.clone()),
            ("nonce", &attempt.nonce.clone()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        own.iter()
            .chain(parameters)
            .fold(attempt, |attempt, (name, value)| attempt.with(name, value))
    }

    /// Finishes an attempt: checks the answer to the authorization request, redeems the code and
    /// checks the id token.
    ///
    /// # Panics
    /// When the answer is an error, or belongs to another attempt or issuer, or the tokens are not
    /// what they have to be.
    pub async fn finish(&self, attempt: &Attempt, callback: &Callback) -> Tokens {
        self.check_callback(attempt, callback);
        let tokens = self
            .exchange(callback.code(), &attempt.verifier)
            .await
            .tokens();
        if let Some(id_token) = &tokens.id_token {
            self.check_id_token(id_token, Some(&attempt.nonce), Some(&tokens.access_token))
                .await;
        }
        tokens
    }

    /// Checks that an answer (an error too) belongs to this attempt and comes from this issuer.
    ///
    /// # Panics
    /// When it does not.
    pub fn check_callback(&self, attempt: &Attempt, callback: &Callback) {
        let url = attempt
            .parameter("redirect_uri")
            .unwrap_or_else(|| self.redirect_uri.clone());
        assert!(
            callback.url.as_str().starts_with(&url),
            "{callback:?} is not sent to {url}"
        );
        let state = attempt.parameter("state");
        assert_eq!(
            callback.parameter("state"),
            state.as_deref(),
            "another attempt's answer"
        );
        // RFC 9207 §2.4.
        assert_eq!(
            self.metadata["authorization_response_iss_parameter_supported"],
            true
        );
        let issuer = self.metadata["issuer"].as_str();
        assert_eq!(callback.parameter("iss"), issuer, "another issuer's answer");
    }

    /// Verifies a token's signature with the keys that the issuer publishes now.
    ///
    /// # Panics
    /// When none of them signed it.
    pub async fn verify(&self, token: &str) {
        let keys = Answer::to(self.http.get(self.endpoint("jwks_uri"))).await;
        assert_eq!(keys.status, StatusCode::OK);
        verify(token, &keys.json);
    }

    /// Pushes the parameters of an attempt, but for the name of the client, which says it by itself:
    /// RFC 9126 §2.
    pub async fn push(&self, attempt: &Attempt, headers: &[(&str, &str)]) -> Answer {
        let parameters = attempt.parameters();
        let form: Vec<_> = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| *name != "client_id")
            .collect();
        self.post_with("pushed_authorization_request_endpoint", &form, headers)
            .await
    }

    /// What the browser carries of an attempt that was pushed: RFC 9126 §4.
    pub fn carried(&self, attempt: &Attempt, reference: &str) -> Attempt {
        attempt.carrying(&[("client_id", &self.client_id), ("request_uri", reference)])
    }

    /// Redeems an authorization code.
    pub async fn exchange(&self, code: &str, verifier: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", verifier),
        ];
        self.post("token_endpoint", &form).await
    }

    /// Redeems a refresh token.
    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        self.post("token_endpoint", &form).await
    }

    /// Asks for a token in the client's own name, with the scope that it asks for.
    pub async fn client_credentials(&self) -> Answer {
        let form = [("grant_type", "client_credentials"), ("scope", &self.scope)];
        self.post("token_endpoint", &form).await
    }

    /// Asks who an access token speaks for.
    pub async fn userinfo(&self, access_token: &str) -> Answer {
        let request = self
            .http
            .get(self.endpoint("userinfo_endpoint"))
            .bearer_auth(access_token);
        Answer::to(request).await
    }

    /// Asks about a token: RFC 7662.
    pub async fn introspect(&self, token: &str) -> Answer {
        self.post("introspection_endpoint", &[("token", token)])
            .await
    }

    /// Revokes a token: RFC 7009.
    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("revocation_endpoint", &[("token", token)]).await
    }

    /// Posts a form to the token endpoint exactly as it is: the client does not say who it is.
    pub async fn token(&self, form: &[(&str, &str)]) -> Answer {
        Answer::to(self.http.post(self.endpoint("token_endpoint")).form(form)).await
    }

    /// Posts a form to the endpoint of this name, and says who this client is.
    pub async fn post(&self, endpoint: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(endpoint, form, &[]).await
    }

    /// As [`RelyingParty::post`], with more headers.
    pub async fn post_with(
        &self,
        endpoint: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let request = self.http.post(self.endpoint(endpoint));
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let mut form = form.to_vec();
        let request = match &self.authentication {
            Authentication::Public => {
                form.push(("client_id", &self.client_id));
                request
            }
            Authentication::Basic(secret) => {
                request.header(AUTHORIZATION, basic(&self.client_id, secret))
            }
            Authentication::Post(secret) => {
                form.extend([
                    ("client_id", self.client_id.as_str()),
                    ("client_secret", secret),
                ]);
                request
            }
        };
        Answer::to(request.form(&form)).await
    }

    /// Where to send the browser to sign out: OIDC RP-Initiated Logout §2.
    pub fn end_session_url(&self, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.endpoint("end_session_endpoint");
        url.query_pairs_mut().extend_pairs(parameters);
        url
    }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn basic(client_id: &str, secret: &str) -> String {
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(client_id), encode(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::parse;

    fn client() -> RelyingParty {
        RelyingParty {
            http: http(),
            metadata: json!({
                "issuer": "http://localhost",
                "authorization_endpoint": "http://localhost/authorize",
                "authorization_response_iss_parameter_supported": true,
            }),
            client_id: "a".to_owned(),
            authentication: Authentication::Public,
            redirect_uri: "http://c/cb".to_owned(),
            scope: "openid email".to_owned(),
        }
    }

    fn callback(attempt: &Attempt, iss: &str) -> Callback {
        let mut url = parse("http://c/cb");
        url.query_pairs_mut()
            .extend_pairs([("state", &*attempt.state), ("iss", iss)]);
        let parameters = url.query_pairs().into_owned().collect();
        Callback {
            url,
            mode: crate::ResponseMode::Query,
            parameters,
        }
    }

    #[test]
    fn a_parameter_replaces_the_one_of_its_name() {
        let attempt = client().authorize_url(&[("scope", "openid"), ("prompt", "none")]);
        let pairs: Vec<_> = attempt.url.query_pairs().collect();
        assert_eq!(pairs.iter().filter(|(name, _)| name == "scope").count(), 1);
        assert_eq!(attempt.parameter("scope").as_deref(), Some("openid"));
        assert_eq!(attempt.parameter("prompt").as_deref(), Some("none"));
        assert_eq!(attempt.clone().without("prompt").parameter("prompt"), None);
        assert_eq!(attempt.with("state", "mine").state, "mine");
    }

    #[test]
    fn a_client_can_call_another_process_of_the_same_issuer() {
        let other = client().through("http://127.0.0.1:2");
        let url = other.endpoint("authorization_endpoint");
        assert_eq!(url.as_str(), "http://127.0.0.1:2/authorize");
        assert_eq!(other.metadata["issuer"], client().metadata["issuer"]);
    }

    #[test]
    fn an_answer_to_this_attempt_from_this_issuer_is_accepted() {
        let attempt = client().authorize_url(&[]);
        client().check_callback(&attempt, &callback(&attempt, "http://localhost"));
    }

    #[test]
    #[should_panic(expected = "another issuer's answer")]
    fn an_answer_from_another_issuer_is_refused() {
        let attempt = client().authorize_url(&[]);
        client().check_callback(&attempt, &callback(&attempt, "http://elsewhere"));
    }

    #[test]
    #[should_panic(expected = "another attempt's answer")]
    fn an_answer_to_another_attempt_is_refused() {
        let (attempt, other) = (client().authorize_url(&[]), client().authorize_url(&[]));
        client().check_callback(&attempt, &callback(&other, "http://localhost"));
    }

    #[test]
    fn the_id_and_the_secret_are_encoded_before_they_are_joined() {
        // "a b:c" would otherwise be read as the id `a b` with another secret.
        assert_eq!(
            basic("a b", ":%"),
            format!("Basic {}", STANDARD.encode("a+b:%3A%25"))
        );
    }
}

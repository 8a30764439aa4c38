//! A client that keeps to FAPI 2.0, in one of the four ways there are, and can be told to break one
//! rule of it.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Attempt, Authentication, Callback, Person, RelyingParty, Server, http, now, unique,
};

use super::HEADER;
use crate::client_assertion::TYPE;
use crate::client_certificate::{Shown, self_signed};
use crate::dpop::{Key, Proof};
use crate::support::{ALICE, CALLBACK};

/// How a client proves who it is, and that its tokens are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// `private_key_jwt` and DPoP.
    KeyDpop,
    /// `private_key_jwt`, and tokens bound to a certificate.
    KeyTls,
    /// A certificate for both.
    TlsTls,
    /// A certificate, and DPoP.
    TlsDpop,
}

/// The keys of one client.
pub struct Keys {
    /// What it signs assertions and request objects with.
    pub signing: Key,
    /// What it signs DPoP proofs with.
    pub proving: Key,
    /// Its certificate.
    certificate: Shown,
}

/// A client.
#[derive(Clone)]
pub struct Application {
    /// Its id, its redirect URI and what it knows of the server.
    pub party: RelyingParty,
    /// How it proves what it has to.
    pub way: Way,
    /// With which keys.
    pub keys: &'static Keys,
    /// Whether it signs its requests.
    pub signs: bool,
}

/// A request that is not sent yet.
#[derive(Clone)]
pub struct Request {
    url: String,
    form: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
}

/// The keys of clients number one and two, and of nobody.
static KEYS: LazyLock<[Keys; 3]> = LazyLock::new(|| [0; 3].map(|_| Keys::new()));

impl Keys {
    fn new() -> Self {
        Self {
            signing: Key::new(),
            proving: Key::new(),
            certificate: self_signed("A client"),
        }
    }

    /// Of this client, or of a stranger.
    pub fn of(number: usize) -> &'static Self {
        &KEYS[number]
    }

    /// The JWK Set that a client registers.
    pub fn jwks(&self) -> Value {
        let mut signing = self.signing.public();
        signing["kid"] = "signing".into();
        let mut certified = self.certificate.jwk();
        certified["kid"] = "tls".into();
        json!({"keys": [signing, certified]})
    }

    /// Its certificate, as a proxy tells of it.
    pub fn told(&self) -> String {
        format!(":{}:", self.certificate.base64())
    }

    /// `x5t#S256`.
    pub fn certificate_thumbprint(&self) -> String {
        self.certificate.thumbprint()
    }
}

impl Way {
    /// The four of them.
    pub const ALL: [Self; 4] = [Self::KeyDpop, Self::KeyTls, Self::TlsTls, Self::TlsDpop];

    /// Whether it authenticates by an assertion.
    pub fn signs_assertions(self) -> bool {
        matches!(self, Self::KeyDpop | Self::KeyTls)
    }

    /// Whether its tokens are bound to a key.
    pub fn proves_keys(self) -> bool {
        matches!(self, Self::KeyDpop | Self::TlsDpop)
    }

    /// In the id of a client.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyDpop => "key-dpop",
            Self::KeyTls => "key-tls",
            Self::TlsTls => "tls-tls",
            Self::TlsDpop => "tls-dpop",
        }
    }
}

impl Application {
    /// Client number one or two of a way.
    pub async fn new(server: &Server, way: Way, number: usize) -> Self {
        Self::named(
            server,
            &format!("{}-{}", way.name(), number + 1),
            way,
            number,
        )
        .await
    }

    /// Number one of a way, of those that sign their requests.
    pub async fn signing(server: &Server, way: Way) -> Self {
        let mut own = Self::named(server, &format!("{}-signing", way.name()), way, 0).await;
        own.signs = true;
        own
    }

    /// The client of this id.
    pub async fn named(server: &Server, id: &str, way: Way, number: usize) -> Self {
        let mut party = RelyingParty::new(server.issuer(), id, Authentication::Public).await;
        CALLBACK.clone_into(&mut party.redirect_uri);
        Self {
            party,
            way,
            keys: Keys::of(number),
            signs: false,
        }
    }

    /// A good assertion, not signed yet.
    pub fn assertion(&self) -> Proof {
        let (id, issuer) = (&self.party.client_id, &self.party.metadata["issuer"]);
        let claims = json!({
            "iss": id, "sub": id, "aud": issuer, "jti": unique(), "iat": now(),
            "exp": now() + 60,
        });
        self.keys
            .signing
            .token("", &claims)
            .header("kid", "signing")
    }

    /// The good request object of an attempt, not signed yet.
    pub fn object(&self, attempt: &Attempt) -> Proof {
        let (id, issuer) = (&self.party.client_id, &self.party.metadata["issuer"]);
        let mut claims = json!({
            "iss": id, "aud": issuer, "iat": now(), "nbf": now(), "exp": now() + 300,
        });
        for (name, value) in attempt.url.query_pairs() {
            claims[&*name] = (*value).into();
        }
        let token = self.keys.signing.token("oauth-authz-req+jwt", &claims);
        token.header("kid", "signing")
    }

    /// A good proof for an endpoint.
    pub fn proof(&self, endpoint: &str) -> Proof {
        self.keys
            .proving
            .proof("POST", self.party.endpoint(endpoint))
    }

    /// A request to an endpoint: authenticated, and at the token endpoint with what tokens are bound
    /// to.
    pub fn to(&self, endpoint: &str, form: &[(&str, &str)]) -> Request {
        let mut request = Request {
            url: self.party.endpoint(endpoint).into(),
            form: Vec::new(),
            headers: Vec::new(),
        };
        for (name, value) in form {
            request = request.with(name, value);
        }
        request = if self.way.signs_assertions() {
            request.authenticated_by(&self.assertion().sign())
        } else {
            request.with("client_id", &self.party.client_id)
        };
        if self.way != Way::KeyDpop {
            request = request.showing(self.keys);
        }
        if self.way.proves_keys() && endpoint == "token_endpoint" {
            request = request.proving(&self.proof(endpoint).sign());
        }
        request
    }

    /// The request that pushes an attempt: signed, if the client signs.
    pub fn pushing(&self, attempt: &Attempt) -> Request {
        const ENDPOINT: &str = "pushed_authorization_request_endpoint";
        if self.signs {
            let object = self.object(attempt).sign();
            return self.to(ENDPOINT, &[("request", &object)]);
        }
        let parameters = attempt.parameters();
        let form: Vec<_> = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.to(ENDPOINT, &form)
    }

    /// Pushes an attempt; the reference.
    pub async fn push(&self, attempt: &Attempt) -> String {
        let pushed = self.pushing(attempt).send().await;
        assert_eq!(pushed.status, 201, "{:?}: {pushed:?}", self.way);
        pushed.json["request_uri"].as_str().unwrap().to_owned()
    }

    /// What the browser carries of an attempt that was pushed.
    pub fn carried(&self, attempt: &Attempt, reference: &str) -> Attempt {
        self.party.carried(attempt, reference)
    }

    /// Pushes an attempt, and has alice sign in.
    pub async fn authorize(&self, attempt: &Attempt) -> Callback {
        let carried = self.carried(attempt, &self.push(attempt).await);
        Person::new().sign_in(&carried.url, "alice", ALICE).await
    }

    /// As [`Self::authorize`], to the code.
    pub async fn code(&self, attempt: &Attempt) -> String {
        self.authorize(attempt).await.code().to_owned()
    }

    /// The request that redeems a code.
    pub fn redeeming(&self, attempt: &Attempt, code: &str) -> Request {
        self.to(
            "token_endpoint",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &self.party.redirect_uri),
                ("code_verifier", &attempt.verifier),
            ],
        )
    }

    /// The request that uses a refresh token.
    pub fn refreshing(&self, token: &str) -> Request {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.to("token_endpoint", &form)
    }

    /// The whole way to tokens, for a scope.
    pub async fn tokens(&self, scope: &str) -> Value {
        let attempt = self.party.authorize_url(&[("scope", scope)]);
        let code = self.code(&attempt).await;
        let answer = self.redeeming(&attempt, &code).send().await;
        self.check(&answer);
        answer.json
    }

    /// Holds an answer of the token endpoint against what it has to be.
    pub fn check(&self, answer: &Answer) {
        assert_eq!(answer.status, 200, "{:?}: {answer:?}", self.way);
        let (kind, confirmation) = if self.way.proves_keys() {
            ("DPoP", json!({"jkt": self.keys.proving.thumbprint()}))
        } else {
            let thumbprint = self.keys.certificate_thumbprint();
            ("Bearer", json!({"x5t#S256": thumbprint}))
        };
        assert_eq!(answer.json["token_type"], kind, "{:?}", self.way);
        let token = answer.json["access_token"].as_str().unwrap();
        let claims = symbolon_testkit::jwt_payload(token);
        assert_eq!(claims["cnf"], confirmation, "{:?}", self.way);
    }

    /// The request that presents a token at userinfo.
    pub fn presenting(&self, token: &str) -> Request {
        let url = self.party.endpoint("userinfo_endpoint");
        let request = Request {
            url: url.clone().into(),
            form: Vec::new(),
            headers: Vec::new(),
        };
        if self.way.proves_keys() {
            let proof = self.keys.proving.proof("GET", &url).for_token(token);
            request
                .header("authorization", &format!("DPoP {token}"))
                .proving(&proof.sign())
        } else {
            request
                .header("authorization", &format!("Bearer {token}"))
                .showing(self.keys)
        }
    }
}

impl Request {
    /// With this parameter, in the place of the one of its name.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let mut request = self.without(name);
        request.form.push((name.to_owned(), value.to_owned()));
        request
    }

    /// Without this parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.form.retain(|(own, _)| own != name);
        self
    }

    /// With this assertion.
    #[must_use]
    pub fn authenticated_by(self, assertion: &str) -> Self {
        self.with("client_assertion", assertion)
            .with("client_assertion_type", TYPE)
    }

    /// With this header, in the place of the one of its name.
    #[must_use]
    pub fn header(self, name: &'static str, value: &str) -> Self {
        let mut request = self.without_header(name);
        request.headers.push((name, value.to_owned()));
        request
    }

    /// Without this header.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self
    }

    /// With this DPoP proof.
    #[must_use]
    pub fn proving(self, proof: &str) -> Self {
        self.header("dpop", proof)
    }

    /// With the certificate of these keys.
    #[must_use]
    pub fn showing(self, keys: &Keys) -> Self {
        self.header(HEADER, &keys.told())
    }

    /// Without certificate and proof.
    #[must_use]
    pub fn bare(self) -> Self {
        self.without_header(HEADER).without_header("dpop")
    }

    /// Sends it as a form, or, with nothing to send, gets it.
    pub async fn send(&self) -> Answer {
        Answer::to(self.built()).await
    }

    /// As [`Self::send`], for an answer that is no JSON: its type and its text.
    pub async fn text(&self) -> (String, String) {
        let response = self.built().send().await.unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store");
        let kind = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        (kind, response.text().await.unwrap())
    }

    fn built(&self) -> reqwest::RequestBuilder {
        let request = if self.form.is_empty() {
            http().get(&self.url)
        } else {
            http().post(&self.url).form(&self.form)
        };
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(*name, value)
        })
    }
}

/// The parameters of an answer that belongs to this attempt and comes from this issuer.
pub fn answered(
    own: &Application,
    attempt: &Attempt,
    callback: &Callback,
) -> HashMap<String, String> {
    own.party.check_callback(attempt, callback);
    callback.parameters.iter().cloned().collect()
}

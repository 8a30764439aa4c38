//! What every module of the plans of OpenID Connect Core is made of: an authorization request, a
//! browser that carries it, and all that is checked of what comes back.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use symbolon_jose::SigningKey;
use symbolon_testkit::{
    Answer, Answers, Attempt, Callback, Page, Person, RelyingParty, Step, Tokens, now,
};

use crate::check::{authorization_response, entropy, id_token, token_response, userinfo};
use crate::run::Run;

/// The password of everybody in these plans.
const PASSWORD: &str = "wooden stakes and holy water";

/// A client with a browser.
pub(crate) struct Flow<'a> {
    pub(crate) run: &'a Run,
    pub(crate) party: RelyingParty,
    pub(crate) browser: Person,
    /// The key of a client that authenticates with `private_key_jwt`.
    pub(crate) key: Option<SigningKey>,
}

/// What came of an authorization request.
pub(crate) struct Answered {
    pub(crate) callback: Callback,
    /// The ID token that came beside the answer.
    pub(crate) front: Option<IdToken>,
    /// The ID token for the code.
    pub(crate) back: Option<IdToken>,
    /// The access token: the one for the code, if there is one.
    pub(crate) access_token: Option<String>,
    /// What the token endpoint gave for the code.
    pub(crate) tokens: Option<Tokens>,
}

/// An ID token that was checked.
pub(crate) struct IdToken {
    pub(crate) text: String,
    pub(crate) claims: Value,
}

impl Answered {
    /// The ID token: the one for the code, if there is one.
    pub(crate) fn id_token(&self) -> &IdToken {
        self.back
            .as_ref()
            .or(self.front.as_ref())
            .expect("every answer here has an ID token")
    }

    /// A claim of the ID token.
    pub(crate) fn claim(&self, name: &str) -> &Value {
        &self.id_token().claims[name]
    }

    /// `auth_time`, which has to be there.
    pub(crate) fn auth_time(&self) -> i64 {
        self.claim("auth_time")
            .as_i64()
            .unwrap_or_else(|| panic!("no auth_time: {}", self.id_token().claims))
    }

    /// The access token, which has to be there.
    pub(crate) fn access_token(&self) -> &str {
        self.access_token.as_deref().expect("an access token")
    }
}

impl<'a> Flow<'a> {
    /// The first client, with a browser that nobody used before.
    pub(crate) async fn new(run: &'a Run) -> Self {
        Self::of(run, run.first().await)
    }

    /// This client, with a browser that nobody used before.
    pub(crate) fn of(run: &'a Run, party: RelyingParty) -> Self {
        Self {
            run,
            party,
            browser: Person::new(),
            key: None,
        }
    }

    /// A request of this variant. As the plans have it, there is no PKCE unless a module adds it.
    pub(crate) fn attempt(&self, parameters: &[(&str, &str)]) -> Attempt {
        let variant = &self.run.variant;
        let mut plain = self
            .party
            .authorize_url(&[("response_type", variant.response_type)])
            .without("code_challenge")
            .without("code_challenge_method");
        if variant.form_post {
            plain = plain.with("response_mode", "form_post");
        }
        parameters
            .iter()
            .fold(plain, |attempt, (name, value)| attempt.with(name, value))
    }

    /// Goes through a request: the person signs in and allows what is asked, where that is asked.
    pub(crate) async fn happy(&self, parameters: &[(&str, &str)]) -> Answered {
        self.walk(&self.attempt(parameters)).await
    }

    /// As [`Flow::happy`], with this request.
    pub(crate) async fn walk(&self, attempt: &Attempt) -> Answered {
        let callback = self.carry(attempt).await.callback();
        self.answered(attempt, callback).await
    }

    /// Goes through a request to which no page may be shown.
    pub(crate) async fn silent(&self, attempt: &Attempt) -> Answered {
        let callback = self.browser.get(&attempt.url).await.callback();
        self.answered(attempt, callback).await
    }

    /// The page to which a request leads.
    pub(crate) async fn page(&self, attempt: &Attempt) -> Page {
        self.browser.get(&attempt.url).await.page()
    }

    /// Goes on from the sign-in page to which a request led.
    pub(crate) async fn go_on(&self, attempt: &Attempt, page: Page) -> Answered {
        assert!(
            page.forms().iter().any(|form| form.asks_for("password")),
            "no sign-in page: {page:?}"
        );
        let step = self.browser.walk(&page.url, self.answers()).await;
        self.answered(attempt, step.callback()).await
    }

    /// Goes wherever a request leads, and checks nothing of it.
    pub(crate) async fn carry(&self, attempt: &Attempt) -> Step {
        self.browser.walk(&attempt.url, self.answers()).await
    }

    fn answers(&self) -> Answers<'_> {
        Answers::of(&self.run.username, PASSWORD)
    }

    /// The error with which a request ends at the client, without a page.
    pub(crate) async fn error(&self, attempt: &Attempt) -> String {
        let callback = self.browser.get(&attempt.url).await.callback();
        self.checked_error(attempt, &callback)
    }

    /// The error with which a request ends: at the client, or on an error page (`None`).
    pub(crate) async fn error_or_page(&self, attempt: &Attempt) -> Option<String> {
        match self.browser.get(&attempt.url).await {
            Step::Callback(callback) => Some(self.checked_error(attempt, &callback)),
            Step::Page(page) => {
                error_page(&page);
                None
            }
        }
    }

    fn checked_error(&self, attempt: &Attempt, callback: &Callback) -> String {
        self.party.check_callback(attempt, callback);
        authorization_response::is_error(self.run, attempt, callback)
    }

    /// Checks all of an answer that has to be a success.
    pub(crate) async fn answered(&self, attempt: &Attempt, callback: Callback) -> Answered {
        let run = self.run;
        self.party.check_callback(attempt, &callback);
        authorization_response::is_success(run, attempt, &callback);
        let nonce = attempt.parameter("nonce");
        let front_access_token = callback.parameter("access_token").map(str::to_owned);
        let code = callback.parameter("code");

        let mut front = None;
        if let Some(text) = callback.parameter("id_token") {
            let beside = id_token::Beside {
                access_token: front_access_token.as_deref(),
                code,
                required: true,
            };
            let claims = id_token::check(run, &self.party, text, nonce.as_deref(), beside).await;
            front = Some(IdToken {
                text: text.to_owned(),
                claims,
            });
        }
        let (mut back, mut tokens) = (None, None);
        if let Some(code) = code {
            entropy::check("the code", code, 96.0);
            let redeemed = token_response::check(run, &self.redeem(code, attempt).await);
            let text = redeemed.id_token().to_owned();
            let beside = id_token::Beside {
                access_token: Some(&redeemed.access_token),
                code: None,
                required: false,
            };
            let claims = id_token::check(run, &self.party, &text, nonce.as_deref(), beside).await;
            if let Some(front) = &front {
                for name in ["iss", "sub"] {
                    assert_eq!(front.claims[name], claims[name], "{name} of both ID tokens");
                }
            }
            back = Some(IdToken { text, claims });
            tokens = Some(redeemed);
        }
        let access_token = tokens
            .as_ref()
            .map(|tokens| tokens.access_token.clone())
            .or(front_access_token);
        Answered {
            callback,
            front,
            back,
            access_token,
            tokens,
        }
    }

    /// Redeems a code.
    pub(crate) async fn redeem(&self, code: &str, attempt: &Attempt) -> Answer {
        let redirect_uri = attempt.parameter("redirect_uri").unwrap_or_default();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
        ];
        if attempt.parameter("code_challenge").is_some() {
            form.push(("code_verifier", &attempt.verifier));
        }
        self.token(&form).await
    }

    /// Redeems a refresh token.
    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token(&form).await
    }

    /// Asks the token endpoint, as this client.
    async fn token(&self, form: &[(&str, &str)]) -> Answer {
        let Some(key) = &self.key else {
            return self.party.post("token_endpoint", form).await;
        };
        let assertion = assertion(key, &self.party.client_id, &self.party.metadata["issuer"]);
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let mut form = form.to_vec();
        form.push(("client_assertion_type", kind));
        form.push(("client_assertion", &assertion));
        self.party.post("token_endpoint", &form).await
    }

    /// Userinfo for what came of a request, checked; null when there is no access token to ask with.
    pub(crate) async fn userinfo(&self, answered: &Answered) -> Value {
        let Some(token) = &answered.access_token else {
            return Value::Null;
        };
        let answer = self.party.userinfo(token).await;
        userinfo::check(self.run, &answer, answered.claim("sub"));
        answer.json
    }
}

/// An assertion of a client for this audience: RFC 7523 §3.
fn assertion(key: &SigningKey, client_id: &str, audience: &Value) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": format!("{client_id} {number}"),
        "iat": now(),
        "exp": now() + 60,
    });
    key.sign("JWT", &claims).expect("an assertion")
}

/// Checks that the browser has been stopped by a page that says what is wrong.
pub(crate) fn error_page(page: &Page) {
    assert!(page.status.is_client_error(), "no error: {page:?}");
    assert!(
        page.header("content-type").starts_with("text/html"),
        "not for people: {page:?}"
    );
    assert!(!page.words().is_empty(), "an empty page");
}

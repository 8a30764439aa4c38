//! The process is killed in the middle of its work: what it said is so, and stays so (A9.1, A9.2).

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use symbolon_testkit::{Options, Person, RelyingParty, Server, Tokens, on_both_databases};
use tokio::task::JoinSet;

use crate::support::{ALICE, alice_in, binary, options, silently};

const REFRESHERS: usize = 6;
const REDEEMERS: usize = 4;
const REVOKERS: usize = 4;
/// How many codes and how many tokens each of them has: more than the server lives to see.
const EACH: usize = 12;

/// One thing that a client did, and whether it was told that it is done.
enum Act {
    /// A family: every refresh token that came, in order.
    Refreshed(Vec<String>),
    /// A code with its verifier, and what came of it.
    Redeemed(Code, Option<Tokens>),
    /// An access token.
    Revoked(String, bool),
}

#[derive(Clone)]
struct Code {
    code: String,
    verifier: String,
}

on_both_databases! {
    async fn a9_1_what_was_acknowledged_survives_a_kill_in_the_middle_of_it(backend) {
        // Long enough to be certain that time is not what refuses a code or a token.
        let settings = options(backend.url())
            .with("SYMBOLON_TOKEN_CODE_LIFETIME", "10m")
            .with("SYMBOLON_TOKEN_REFRESH_GRACE", "30s");
        let server = Server::start(binary(), settings.clone());
        let web = RelyingParty::demo_web(server.issuer()).await;
        let browser = Person::new();
        // Of a session of its own, so that nothing else here revokes it.
        let untouched = alice_in(&Person::new(), &web, &[]).await;

        let mut work = JoinSet::new();
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..REFRESHERS {
            let tokens = alice_in(&browser, &web, &[]).await;
            work.spawn(refresh(web.clone(), tokens, Arc::clone(&done)));
        }
        for _ in 0..REDEEMERS {
            let mut codes = Vec::new();
            for _ in 0..EACH {
                codes.push(code(&browser, &web).await);
            }
            work.spawn(redeem(web.clone(), codes, Arc::clone(&done)));
        }
        for _ in 0..REVOKERS {
            let mut tokens = Vec::new();
            for _ in 0..EACH {
                tokens.push(alice_in(&browser, &web, &[]).await.access_token);
            }
            work.spawn(revoke(web.clone(), tokens, Arc::clone(&done)));
        }
        // A moment that nobody chose, while all are at work.
        let moment = 20 + usize::try_from(RandomState::new().build_hasher().finish() % 60).unwrap();
        while done.load(Ordering::Relaxed) < moment {
            tokio::task::yield_now().await;
        }
        server.kill_hard();
        let acts = work.join_all().await.into_iter().flatten();

        let settings = Options { issuer: web.metadata["issuer"].as_str().map(str::to_owned), ..settings };
        let server = Server::start(binary(), settings);
        let web = web.through(server.url());
        assert_eq!(silently(&browser, &web, &[]).await, "", "the session lives");
        assert_eq!(web.userinfo(&untouched.access_token).await.status, 200);
        web.refresh(untouched.refresh_token()).await.tokens();

        let (mut acknowledged, mut unknown) = (0, 0);
        for act in acts {
            match act {
                Act::Refreshed(tokens) => {
                    check_family(&web, &tokens).await;
                    acknowledged += tokens.len() - 1;
                }
                Act::Redeemed(code, Some(tokens)) => {
                    check_tokens(&web, &code, &tokens).await;
                    acknowledged += 1;
                }
                Act::Redeemed(code, None) => {
                    // It was redeemed or it was not: never half of it, and never both.
                    let answer = web.exchange(&code.code, &code.verifier).await;
                    if answer.status != 200 {
                        assert_eq!(answer.error(), "invalid_grant", "{answer:?}");
                    }
                    let again = web.exchange(&code.code, &code.verifier).await;
                    assert_eq!(again.error(), "invalid_grant", "a code was redeemed twice");
                    unknown += 1;
                }
                Act::Revoked(token, true) => {
                    assert_eq!(web.userinfo(&token).await.status, 401, "a revocation is lost");
                    acknowledged += 1;
                }
                Act::Revoked(token, false) => {
                    let status = web.userinfo(&token).await.status;
                    assert!(status == 200 || status == 401, "{status}");
                    unknown += 1;
                }
            }
        }
        assert!(acknowledged >= moment, "{acknowledged} of {moment}");
        assert!(unknown <= REFRESHERS + REDEEMERS + REVOKERS, "{unknown}");
    }
}

/// The last token that came is the current one, or its successor was made and never arrived: then
/// it comes now. Those before it are dead.
async fn check_family(web: &RelyingParty, tokens: &[String]) {
    let last = tokens.last().unwrap();
    let next = web.refresh(last).await.tokens();
    assert_eq!(web.userinfo(&next.access_token).await.status, 200);
    let after = web.refresh(next.refresh_token()).await.tokens();
    // Two generations old, so no grace helps.
    assert_eq!(web.refresh(last).await.error(), "invalid_grant");
    assert_eq!(
        web.refresh(after.refresh_token()).await.error(),
        "invalid_grant"
    );
}

/// What came of the code is there, until the code comes again.
async fn check_tokens(web: &RelyingParty, code: &Code, tokens: &Tokens) {
    assert_eq!(web.userinfo(&tokens.access_token).await.status, 200);
    web.refresh(tokens.refresh_token()).await.tokens();
    let again = web.exchange(&code.code, &code.verifier).await;
    assert_eq!(again.error(), "invalid_grant", "a code was redeemed twice");
    assert_eq!(web.userinfo(&tokens.access_token).await.status, 401);
}

async fn refresh(web: RelyingParty, tokens: Tokens, done: Arc<AtomicUsize>) -> Vec<Act> {
    let mut all = vec![tokens.refresh_token().to_owned()];
    loop {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", all.last().unwrap()),
        ];
        let Some(tokens) = ask(&web, "token_endpoint", &form).await else {
            return vec![Act::Refreshed(all)];
        };
        all.push(tokens["refresh_token"].as_str().unwrap().to_owned());
        done.fetch_add(1, Ordering::Relaxed);
    }
}

async fn redeem(web: RelyingParty, codes: Vec<Code>, done: Arc<AtomicUsize>) -> Vec<Act> {
    let mut acts = Vec::new();
    for code in codes {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code.code),
            ("redirect_uri", &web.redirect_uri),
            ("code_verifier", &code.verifier),
        ];
        let Some(json) = ask(&web, "token_endpoint", &form).await else {
            acts.push(Act::Redeemed(code, None));
            break;
        };
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        let tokens = Tokens {
            access_token: text("access_token").unwrap(),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
            json: json.clone(),
        };
        acts.push(Act::Redeemed(code, Some(tokens)));
        done.fetch_add(1, Ordering::Relaxed);
    }
    acts
}

async fn revoke(web: RelyingParty, tokens: Vec<String>, done: Arc<AtomicUsize>) -> Vec<Act> {
    let mut acts = Vec::new();
    for token in tokens {
        let form = [("token", token.as_str())];
        if ask(&web, "revocation_endpoint", &form).await.is_none() {
            acts.push(Act::Revoked(token, false));
            break;
        }
        acts.push(Act::Revoked(token, true));
        done.fetch_add(1, Ordering::Relaxed);
    }
    acts
}

/// What the server answers to this public client, `None` when it dies over it.
///
/// # Panics
/// When it refuses: nothing that is done here is wrong.
async fn ask(
    web: &RelyingParty,
    endpoint: &str,
    form: &[(&str, &str)],
) -> Option<serde_json::Value> {
    let mut form = form.to_vec();
    form.push(("client_id", &web.client_id));
    let request = symbolon_testkit::http()
        .post(web.endpoint(endpoint))
        .form(&form);
    let response = request.send().await.ok()?;
    let status = response.status();
    let body = response.bytes().await.ok()?;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    Some(serde_json::from_slice(&body).unwrap_or_default())
}

/// A code that nobody has redeemed.
async fn code(browser: &Person, web: &RelyingParty) -> Code {
    let attempt = web.authorize_url(&[]);
    let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
    Code {
        code: callback.code().to_owned(),
        verifier: attempt.verifier,
    }
}

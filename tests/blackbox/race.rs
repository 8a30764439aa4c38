//! Several server processes on one database: what may happen once happens once, whoever is asked.

use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use symbolon_testkit::{
    Answer, Backend, Options, Page, Person, RelyingParty, Server, Step, Tokens, on_both_databases,
};

use crate::support::{
    ALICE, alice_in, apply, binary, options, printed, published_keys, sign_in_page, silently,
    symbolon, type_in,
};

/// How many do the same thing at once.
const CROWD: usize = 64;

/// Two servers that are one issuer.
struct Pair {
    database: String,
    servers: [Server; 2],
}

impl Pair {
    fn on(backend: Backend, settings: &[(&str, &str)]) -> Self {
        let database = backend.url();
        let start = |issuer: Option<String>| {
            let options = Options {
                issuer,
                ..options(&database)
            };
            Server::start(binary(), options.with_all(settings))
        };
        let first = start(None);
        let second = start(Some(first.issuer().to_owned()));
        assert_ne!(first.url(), second.url(), "one server is no pair");
        Self {
            servers: [first, second],
            database,
        }
    }

    /// The client, once for each server.
    fn both(&self, party: &RelyingParty) -> [RelyingParty; 2] {
        let [first, second] = &self.servers;
        [
            party.clone().through(first.url()),
            party.clone().through(second.url()),
        ]
    }

    async fn web(&self) -> [RelyingParty; 2] {
        self.both(&RelyingParty::demo_web(self.servers[0].issuer()).await)
    }

    async fn confidential(&self) -> [RelyingParty; 2] {
        self.both(&RelyingParty::demo_confidential(self.servers[0].issuer()).await)
    }
}

on_both_databases! {
    async fn a2_2_of_64_who_redeem_one_code_at_two_servers_one_gets_tokens_and_they_are_dead_at_once(backend) {
        let pair = Pair::on(backend, &[]);
        let parties = pair.confidential().await;
        let attempt = parties[0].authorize_url(&[("scope", "openid offline_access")]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        let code = callback.code().to_owned();
        let answers = crowd(&parties, move |party| {
            let (code, verifier) = (code.clone(), attempt.verifier.clone());
            async move { party.exchange(&code, &verifier).await }
        })
        .await;
        let tokens = sole_winner(answers);
        for party in &parties {
            let userinfo = async || party.userinfo(&tokens.access_token).await.status == 401;
            within_a_second("the winner's access token is dead at userinfo", userinfo).await;
            let asked = async || party.introspect(&tokens.access_token).await.json["active"] == false;
            within_a_second("the winner's access token is dead at introspection", asked).await;
            let refreshed = party.refresh(tokens.refresh_token()).await;
            assert_eq!((refreshed.status.as_u16(), refreshed.error()), (400, "invalid_grant"));
        }
    }

    async fn a2_5_64_who_use_one_refresh_token_at_two_servers_get_one_successor(backend) {
        // The grace outlasts the crowd, however slow the machine.
        let pair = Pair::on(backend, &[("SYMBOLON_TOKEN_REFRESH_GRACE", "30s")]);
        let parties = pair.web().await;
        let first = alice_in(&Person::new(), &parties[0], &[]).await;
        let token = first.refresh_token().to_owned();
        let answers = crowd(&parties, move |party| {
            let token = token.clone();
            async move { party.refresh(&token).await }
        })
        .await;
        let mut successors = Vec::new();
        for answer in answers {
            if answer.status == 200 {
                successors.push(answer.tokens().refresh_token().to_owned());
            } else {
                assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_grant"));
            }
        }
        assert!(!successors.is_empty());
        successors.dedup();
        let [successor] = &successors[..] else {
            panic!("the family forked: {successors:?}")
        };
        // One generation: the successor is the current one, and what comes of it too.
        let second = parties[1].refresh(successor).await.tokens();
        let third = parties[0].refresh(second.refresh_token()).await.tokens();
        for party in &parties {
            assert_eq!(party.userinfo(&third.access_token).await.status, 200);
        }
        // The first is two generations old by now, whatever the grace.
        assert_eq!(parties[1].refresh(first.refresh_token()).await.error(), "invalid_grant");
        assert_eq!(parties[0].refresh(third.refresh_token()).await.error(), "invalid_grant");
    }

    async fn a2_5_without_a_grace_one_of_64_wins_and_the_others_revoke_the_family(backend) {
        let pair = Pair::on(backend, &[("SYMBOLON_TOKEN_REFRESH_GRACE", "0s")]);
        let parties = pair.web().await;
        let first = alice_in(&Person::new(), &parties[0], &[]).await;
        let token = first.refresh_token().to_owned();
        let answers = crowd(&parties, move |party| {
            let token = token.clone();
            async move { party.refresh(&token).await }
        })
        .await;
        let tokens = sole_winner(answers);
        for party in &parties {
            assert_eq!(party.refresh(tokens.refresh_token()).await.error(), "invalid_grant");
            let dead = async || party.userinfo(&tokens.access_token).await.status == 401;
            within_a_second("the family is revoked", dead).await;
        }
    }

    async fn a5_3_wrong_passwords_are_counted_over_all_servers(backend) {
        let pair = Pair::on(backend, &[]);
        let parties = pair.web().await;
        let mut browsers = Vec::new();
        for number in 0..16 {
            let browser = Person::new();
            let (_, page) = sign_in_page(&browser, &parties[number % 2]).await;
            browsers.push((browser, page));
        }
        let began = now();
        let attempts: Vec<_> = browsers
            .into_iter()
            .map(|(browser, page)| tokio::spawn(guess(browser, page)))
            .collect();
        let mut looked_at = 0;
        for attempt in attempts {
            let page = attempt.await.unwrap();
            match page.status.as_u16() {
                401 => looked_at += 1,
                429 => assert!(page.header("retry-after").parse::<u64>().unwrap() > 0),
                _ => panic!("{page:?}"),
            }
        }
        // Five cost nothing; then comes one after 2 seconds, one after 4 more, and so on.
        let waits = [2, 6, 14, 30, 62].iter();
        let more = waits.filter(|seconds| began.elapsed() >= Duration::from_secs(**seconds)).count();
        assert!((5..=5 + more).contains(&looked_at), "{looked_at} passwords were looked at");
    }

    async fn eight_servers_that_start_at_once_on_a_fresh_database_have_the_same_keys(backend) {
        let database = backend.url();
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let options = options(&database);
                tokio::task::spawn_blocking(|| Server::start(binary(), options))
            })
            .collect();
        let mut all = Vec::new();
        for start in starts {
            let server = start.await.unwrap();
            let party = RelyingParty::demo_machine(server.issuer()).await;
            all.push(algorithms_and_names(&published_keys(&party).await));
            let token = party.client_credentials().await.tokens();
            party.verify(&token.access_token).await;
        }
        let algorithms: Vec<_> = all[0].iter().map(|(algorithm, _)| algorithm.as_str()).collect();
        assert_eq!(algorithms, ["ES256", "EdDSA", "PS256", "RS256"]);
        assert!(all.iter().all(|keys| *keys == all[0]), "{all:?}");
    }

    async fn eight_rotations_at_once_make_one_successor_of_each_key(backend) {
        let pair = Pair::on(backend, &[]);
        let parties = pair.web().await;
        let before = algorithms_and_names(&published_keys(&parties[0]).await);
        let rotations: Vec<_> = (0..8)
            .map(|_| {
                let database = pair.database.clone();
                let rotate = move || symbolon(&["keys", "--database", &database, "rotate"]);
                tokio::task::spawn_blocking(rotate)
            })
            .collect();
        let mut made = 0;
        for rotation in rotations {
            let output: Output = rotation.await.unwrap();
            assert!(output.status.success(), "{}", printed(&output));
            made += printed(&output).matches("made ").count();
        }
        assert_eq!(made, 4);
        for party in &parties {
            let published = async || algorithms_and_names(&published_keys(party).await).len() == 8;
            within_a_second("both servers publish the successors", published).await;
            let now = algorithms_and_names(&published_keys(party).await);
            assert!(before.iter().all(|key| now.contains(key)), "the old keys still verify");
        }
        let keys = [published_keys(&parties[0]).await, published_keys(&parties[1]).await];
        assert_eq!(algorithms_and_names(&keys[0]), algorithms_and_names(&keys[1]));
    }

    async fn a_change_of_the_declared_state_is_obeyed_by_both_servers(backend) {
        let pair = Pair::on(backend, &[]);
        let (web, confidential) = (pair.web().await, pair.confidential().await);
        let machine = RelyingParty::demo_machine(pair.servers[0].issuer()).await;
        let machine = pair.both(&machine);
        let alice = alice_in(&Person::new(), &web[0], &[]).await;
        let browser = Person::new();
        let asked = alice_in(&browser, &confidential[1], &[]).await;
        // Everything is in the memory of both.
        for number in 0..2 {
            machine[number].client_credentials().await.tokens();
            assert_eq!(web[number].userinfo(&alice.access_token).await.status, 200);
            assert_eq!(confidential[number].introspect(&asked.access_token).await.json["active"], true);
        }

        apply(&pair.database, &USERS.replace("ROLES", "globex: [viewer]"));
        let refreshed = std::sync::Mutex::new(alice.refresh_token().to_owned());
        for party in &web {
            within_a_second("a role that was taken away is gone", async || {
                let token = refreshed.lock().unwrap().clone();
                let tokens = party.refresh(&token).await.tokens();
                *refreshed.lock().unwrap() = tokens.refresh_token().to_owned();
                let roles = symbolon_testkit::jwt_payload(&tokens.access_token)["roles"].clone();
                roles == serde_json::json!({ "globex": ["viewer"] })
            })
            .await;
        }

        apply(&pair.database, CLIENT);
        for party in &machine {
            within_a_second("a disabled client gets no token", async || {
                let answer = party.client_credentials().await;
                (answer.status.as_u16(), answer.error()) == (401, "invalid_client")
            })
            .await;
        }

        apply(&pair.database, &(USERS.replace("ROLES", "globex: [viewer]") + "    disabled: true\n"));
        for number in 0..2 {
            within_a_second("a disabled person's tokens are dead", async || {
                let userinfo = web[number].userinfo(&alice.access_token).await;
                let asked = confidential[number].introspect(&asked.access_token).await;
                userinfo.status == 401 && asked.json["active"] == false
            })
            .await;
            let token = refreshed.lock().unwrap().clone();
            assert_eq!(web[number].refresh(&token).await.error(), "invalid_grant");
            within_a_second("a disabled person is not signed in any more", async || {
                silently(&browser, &web[number], &[]).await == "login_required"
            })
            .await;
        }
    }

    async fn who_signs_out_at_one_server_is_signed_out_at_the_other(backend) {
        let pair = Pair::on(backend, &[]);
        let parties = pair.web().await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &parties[0], &[]).await;
        // A cookie knows no port, so this browser is the same to both.
        assert_eq!(silently(&browser, &parties[1], &[]).await, "");
        assert_eq!(parties[1].userinfo(&tokens.access_token).await.status, 200);
        let url = parties[0].end_session_url(&[("id_token_hint", tokens.id_token())]);
        browser.get(&url).await.page();
        assert_eq!(silently(&browser, &parties[1], &[]).await, "login_required");
        assert_eq!(parties[1].refresh(tokens.refresh_token()).await.error(), "invalid_grant");
        let dead = async || parties[1].userinfo(&tokens.access_token).await.status == 401;
        within_a_second("what the session gave is dead at the other server", dead).await;
    }
}

/// Alice as the demo has her, with these roles.
const USERS: &str = "\
users:
  - username: alice
    id: 01900000-0000-7000-8000-00000000a11c
    organization: acme
    profile:
      name: Alice Archer
    roles:
      ROLES
";

const CLIENT: &str = "\
clients:
  - client_id: demo-machine
    client_name: Demo machine
    client_secret: demo-machine-secret
    organization: acme
    machine_user: demo-machine
    token_endpoint_auth_methods: [client_secret_basic, client_secret_post]
    grant_types: [client_credentials]
    disabled: true
";

/// Many do the same at once, every other one at the other server.
async fn crowd<Doing>(
    parties: &[RelyingParty; 2],
    act: impl Fn(RelyingParty) -> Doing,
) -> Vec<Answer>
where
    Doing: Future<Output = Answer> + Send + 'static,
{
    let all: Vec<_> = (0..CROWD)
        .map(|number| tokio::spawn(act(parties[number % 2].clone())))
        .collect();
    let mut answers = Vec::new();
    for one in all {
        answers.push(one.await.unwrap());
    }
    answers
}

/// The tokens of the one who got some; the others were told `invalid_grant`.
fn sole_winner(answers: Vec<Answer>) -> Tokens {
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    for answer in &lost {
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (400, "invalid_grant"),
            "{answer:?}"
        );
    }
    assert_eq!(won.len(), 1, "{won:?}");
    won[0].tokens()
}

/// Types a wrong password and takes what comes.
async fn guess(browser: Person, page: Page) -> Page {
    match type_in(&browser, &page, "alice", "wrong horse").await {
        Step::Page(page) => page,
        Step::Callback(callback) => panic!("signed in: {callback:?}"),
    }
}

/// The keys of a set as pairs of algorithm and name, sorted.
fn algorithms_and_names(keys: &Value) -> Vec<(String, String)> {
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    let keys = keys["keys"].as_array().unwrap().iter();
    let mut all: Vec<_> = keys
        .map(|key| (text(key, "alg"), text(key, "kid")))
        .collect();
    all.sort();
    all
}

/// Asks until it is so, for five times as long as it should take, and says how long it took.
#[expect(
    clippy::print_stdout,
    reason = "how long it took is worth knowing, and proves nothing"
)]
async fn within_a_second(what: &str, check: impl AsyncFn() -> bool) {
    let began = now();
    let asking = async {
        while !check().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(5), asking).await;
    assert!(done.is_ok(), "not within five seconds: {what}");
    println!("{what}: after {} ms", began.elapsed().as_millis());
}

#[expect(clippy::disallowed_methods, reason = "tests stand at the edge")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

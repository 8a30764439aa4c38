//! What clients are told from server to server, and what they ask for there.

use std::time::Duration;

use serde_json::{Value, json};
use symbolon_testkit::{Person, http};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::{Mutex, broadcast},
};

use super::Ground;
use crate::support::{answer, arrive, redeem, token};

const CIBA: &str = "urn:openid:params:grant-type:ciba";
const SECRET: &str = "a secret of the clients of these tests";
const NOTIFICATION_TOKEN: &str = "8d67dc78-7faa-4d41-aabd-67707b374255";

/// The faults of CIBA. Each has a client of its own: one that asks for a person too often has to wait,
/// in a lab as in production.
const ASKS: [&str; 11] = [
    "respects-interval",
    "slow-down",
    "invalid-expired-token",
    "invalid-access-denied",
    "invalid-request",
    "invalid-missing-authreqid",
    "invalid-missing-expiresin",
    "invalid-unknown-user-id",
    "invalid-expired-id-token-hint",
    "invalid-id-token-hint",
    "ping-with-invalid-bearer-token",
];

/// Clients for what the demo has none for.
pub fn clients(site: &str) -> Value {
    let public = |id: &str, more: Value| {
        let mut client = json!({
            "client_id": id,
            "client_name": id,
            "token_endpoint_auth_methods": ["none"],
            "grant_types": ["authorization_code"],
            "redirect_uris": ["http://127.0.0.1:5556/callback"],
            "consent": "implicit",
        });
        for (name, value) in more.as_object().unwrap() {
            client[name] = value.clone();
        }
        client
    };
    let front = json!({
        "grant_types": ["authorization_code", "implicit"],
        "response_types": ["code", "code id_token token"],
    });
    let told = json!({
        "backchannel_logout_uri": format!("{site}/logout"),
        "post_logout_redirect_uris": ["http://127.0.0.1:5556/"],
    });
    let ciba = |name: &&str| {
        json!({
            "client_id": format!("ciba-{name}"),
            "client_name": name,
            "client_secret": SECRET,
            "token_endpoint_auth_methods": ["client_secret_post"],
            "grant_types": [CIBA],
            "backchannel_token_delivery_mode": "ping",
            "backchannel_client_notification_endpoint": format!("{site}/ping"),
        })
    };
    let mut all = vec![public("front", front), public("told", told)];
    all.extend(ASKS.iter().map(ciba));
    json!({ "clients": all })
}

/// `None`: it shows elsewhere.
pub async fn shows(ground: &Ground, issuer: &str, name: &str) -> Option<bool> {
    if let Some(fault) = name.strip_prefix("rp-backchannel-rpinitlogout-") {
        let (header, claims) = token(&sign_out(ground, issuer).await.1);
        let missing = |claim: &str| claims.get("sid").is_some() && claims.get(claim).is_none();
        return Some(match fault {
            "alg-none" => header["alg"] == "none",
            "wrong-alg" => header["alg"] == "ES256",
            "wrong-iss" => claims["iss"] == format!("{issuer}INVALID"),
            "wrong-aud" => claims["aud"] == "toldINVALID",
            "no-event" => missing("events"),
            "wrong-event" => {
                claims["events"] == json!({ "http://schemas.openid.net/event/foobar": {} })
            }
            "with-nonce" => claims.get("nonce").is_some(),
            _ => return None,
        });
    }
    let poll = async || poll(issuer, name).await;
    Some(match name {
        "rp-init-logout-other-state" => sign_out(ground, issuer)
            .await
            .0
            .contains("state=the-state_INVALID"),
        "rp-init-logout-no-state" => !sign_out(ground, issuer).await.0.contains("state="),
        "respects-interval" => ask(issuer, name).await.1["interval"] == 31,
        "invalid-missing-authreqid" => {
            let asked = ask(issuer, name).await.1;
            asked["expires_in"].is_i64() && asked.get("auth_req_id").is_none()
        }
        "invalid-missing-expiresin" => {
            let asked = ask(issuer, name).await.1;
            asked["auth_req_id"].is_string() && asked.get("expires_in").is_none()
        }
        "invalid-unknown-user-id" => ask(issuer, name).await.1["error"] == "unknown_user_id",
        "invalid-expired-id-token-hint" => {
            ask(issuer, name).await == (400, json!({ "error": "expired_id_token_hint" }))
        }
        "invalid-id-token-hint" => {
            ask(issuer, name).await == (400, json!({ "error": "invalid_id_token_hint" }))
        }
        "slow-down" => {
            let slow = json!({ "error": "slow_down" });
            poll().await == slow && poll().await != slow
        }
        "invalid-expired-token" => poll().await == json!({ "error": "expired_token" }),
        "invalid-access-denied" => poll().await == json!({ "error": "access_denied" }),
        "invalid-request" => poll().await == json!({ "error": "invalid_request" }),
        "ping-with-invalid-bearer-token" => {
            let bearer = format!("authorization: bearer {NOTIFICATION_TOKEN}1\r\n");
            pinged(ground, issuer, name)
                .await
                .to_ascii_lowercase()
                .contains(&bearer)
        }
        _ => return None,
    })
}

async fn ask(issuer: &str, name: &str) -> (u16, Value) {
    let client = format!("ciba-{name}");
    let form = [
        ("client_id", client.as_str()),
        ("client_secret", SECRET),
        ("scope", "openid"),
        ("login_hint", "alice"),
        ("client_notification_token", NOTIFICATION_TOKEN),
    ];
    let url = format!("{issuer}/oauth/v2/bc-authorize");
    let (status, body) = answer(http().post(url).form(&form)).await;
    (status.as_u16(), body)
}

async fn poll(issuer: &str, name: &str) -> Value {
    let client = format!("ciba-{name}");
    // Nobody asked for anybody: what comes of the fault comes whatever is asked with.
    let auth_req_id = format!("nothing {name}");
    let form = [
        ("grant_type", CIBA),
        ("client_id", client.as_str()),
        ("client_secret", SECRET),
        ("auth_req_id", auth_req_id.as_str()),
    ];
    let url = format!("{issuer}/oauth/v2/token");
    answer(http().post(url).form(&form)).await.1
}

/// A person who has signed in to the client `told`, and the ID token.
async fn signed_in(issuer: &str) -> (Person, String) {
    let person = Person::new();
    let callback = arrive(&person, issuer, "told", &[]).await;
    let (_, tokens) = redeem(issuer, "told", callback.code()).await;
    let token = tokens["id_token"].as_str().unwrap().to_owned();
    (person, token)
}

/// Where the person ends after signing out, and what the client is told. One after the other, so that
/// nobody hears what somebody else caused.
async fn sign_out(ground: &Ground, issuer: &str) -> (String, String) {
    let _alone = ground.site.one.lock().await;
    let (person, hint) = signed_in(issuer).await;
    let mut heard = ground.site.heard.subscribe();
    let mut url = url::Url::parse(&format!("{issuer}/oidc/v1/end_session")).unwrap();
    url.query_pairs_mut()
        .append_pair("id_token_hint", &hint)
        .append_pair("post_logout_redirect_uri", "http://127.0.0.1:5556/")
        .append_pair("state", "the-state");
    let callback = person.get(url).await.callback();
    let heard = hear(&mut heard, "POST /logout ").await;
    let (_, body) = heard.split_once("\r\n\r\n").unwrap();
    let form = url::form_urlencoded::parse(body.as_bytes());
    let mut form = form.filter(|(name, _)| name == "logout_token");
    let token = form.next().unwrap().1.into_owned();
    (callback.address().to_string(), token)
}

/// How the client is told that the person decided.
async fn pinged(ground: &Ground, issuer: &str, name: &str) -> String {
    let _alone = ground.site.one.lock().await;
    let mut heard = ground.site.heard.subscribe();
    let (status, asked) = ask(issuer, name).await;
    assert_eq!(status, 200, "{asked}");
    let person = Person::new();
    person.set_cookie(issuer, "lab_login=alice; Path=/");
    let page = person.get(format!("{issuer}/approvals")).await.page();
    let origin = page.url.origin().ascii_serialization();
    // Others may wait too.
    let listed = page.body.split("id=\"request-").skip(1);
    let listed = listed.filter_map(|part| part.split("href=\"").nth(1)?.split('"').next());
    for address in listed.filter(|address| address.contains("/approvals/")) {
        let page = person.get(format!("{origin}{address}")).await.page();
        person.submit(&page.form(), &[("decision", "allow")]).await;
    }
    let id = asked["auth_req_id"].as_str().unwrap();
    loop {
        let heard = hear(&mut heard, "POST /ping ").await;
        if heard.contains(id) {
            return heard;
        }
    }
}

async fn hear(heard: &mut broadcast::Receiver<String>, start: &str) -> String {
    let next = async {
        loop {
            let text = heard.recv().await.unwrap();
            if text.starts_with(start) {
                return text;
            }
        }
    };
    let patience = Duration::from_secs(30);
    tokio::time::timeout(patience, next)
        .await
        .expect("the client was not told")
}

/// The server of a client, which is content with everything.
pub struct Site {
    pub url: String,
    /// What it hears.
    heard: broadcast::Sender<String>,
    /// So that whoever listens hears what it caused.
    one: Mutex<()>,
}

impl Site {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = broadcast::channel(64).0;
        let tell = heard.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut text = String::new();
                let mut part = [0; 4_096];
                while !is_whole(&text) {
                    match stream.read(&mut part).await.unwrap() {
                        0 => break,
                        read => text.push_str(&String::from_utf8_lossy(&part[..read])),
                    }
                }
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(answer.as_bytes()).await.ok();
                tell.send(text).ok();
            }
        });
        let one = Mutex::new(());
        Self { url, heard, one }
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.trim().parse().unwrap())
}

//! What a lab is from its first moment, and what it refuses to be.

use serde_json::json;

use crate::support::{Lab, flow, run};

#[test]
fn a_lab_refuses_to_be_a_provider() {
    for arguments in [
        &["--database", "sqlite:lab.db"][..],
        &["--listen", "0.0.0.0:0"],
        &["--issuer", "https://id.example.com"],
    ] {
        let output = run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_keys_and_each_is_marked() {
    let [one, again, other] =
        [&["--seed", "5"], &["--seed", "5"], &["--seed", "6"]].map(|seed| Lab::start(seed));
    let keys = async |lab: &Lab| flow(&lab.url).await.keys;
    let first = keys(&one).await;
    assert_eq!(first, keys(&again).await);
    assert_ne!(first, keys(&other).await);
    for key in first["keys"].as_array().unwrap() {
        assert!(key["kid"].as_str().unwrap().starts_with("lab-"), "{key}");
    }
}

#[tokio::test]
async fn a_sign_in_is_right_and_every_grant_has_a_line() {
    let lab = Lab::start(&[]);
    for word in [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "device_code",
    ] {
        assert!(
            lab.said.contains(&format!("{word}:\n  curl ")),
            "{}",
            lab.said
        );
    }
    let flow = flow(&lab.url).await;
    assert_eq!(flow.discovery["issuer"], lab.url);
    assert_eq!(flow.claims()["iss"], lab.url);
    assert_eq!(flow.claims()["nonce"], "the-nonce");
    assert_eq!(flow.userinfo["name"], "Alice Archer");
    assert_eq!(lab.done("GET", "/health", json!(null)).await["ready"], true);
}

#[tokio::test]
async fn every_page_has_the_banner() {
    let lab = Lab::start(&[]);
    for path in ["/", "/nothing-here", "/sign-in/unknown"] {
        let page = symbolon_testkit::http().get(format!("{}{path}", lab.url));
        let page = page.send().await.unwrap().text().await.unwrap();
        assert!(page.contains("This is symbolon-lab"), "{path}: {page}");
    }
}

#[tokio::test]
async fn the_issuer_can_be_that_of_the_host_that_is_asked() {
    let lab = Lab::start(&["--issuer-from-host"]);
    let elsewhere = lab.url.replace("127.0.0.1", "localhost");
    assert_eq!(flow(&elsewhere).await.claims()["iss"], elsewhere);
    assert_eq!(flow(&lab.url).await.claims()["iss"], lab.url);
}

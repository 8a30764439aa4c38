//! Bound tokens where other features meet them: nothing takes the binding away.

use symbolon_testkit::{Answer, RelyingParty, http, jwt_payload, on_both_databases};

use super::{Key, bound_to, post, proof};
use crate::support::{issuing, machine};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A token of the clerk, bound to this key or to none.
async fn of_clerk(clerk: &RelyingParty, key: Option<&Key>) -> String {
    let form = [("grant_type", "client_credentials")];
    let answer = post(clerk, &form, key.map(|key| proof(clerk, key)).as_ref()).await;
    answer.json["access_token"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}

async fn exchange(gate: &RelyingParty, token: &str, key: Option<&Key>) -> Answer {
    let form = [
        ("grant_type", EXCHANGE),
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    post(gate, &form, key.map(|key| proof(gate, key)).as_ref()).await
}

on_both_databases! {
    async fn a2_13_an_exchange_never_takes_the_binding_away(backend) {
        let server = issuing(backend);
        let (clerk, gate) = (machine(server, "clerk").await, machine(server, "gate").await);
        let key = Key::new();
        let bound = of_clerk(&clerk, Some(&key)).await;
        for other in [None, Some(&Key::new())] {
            let answer = exchange(&gate, &bound, other).await;
            assert_eq!(answer.status, 400, "{answer:?}");
            assert!(answer.json.get("access_token").is_none());
        }
        let answer = exchange(&gate, &bound, Some(&key)).await;
        assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
        assert_eq!(bound_to(answer.json["access_token"].as_str().unwrap()), key.thumbprint());
        // A free token becomes a bound one, if the client wants that.
        let free = of_clerk(&clerk, None).await;
        let answer = exchange(&gate, &free, Some(&key)).await;
        assert_eq!(bound_to(answer.json["access_token"].as_str().unwrap()), key.thumbprint());
        let answer = exchange(&gate, &free, None).await;
        assert!(jwt_payload(answer.json["access_token"].as_str().unwrap())["cnf"].is_null());
    }

    async fn a_proxy_that_asks_lets_no_bound_token_through(backend) {
        let server = issuing(backend);
        let clerk = machine(server, "clerk").await;
        let key = Key::new();
        let bound = of_clerk(&clerk, Some(&key)).await;
        let free = of_clerk(&clerk, None).await;
        let ask = async |authorization: String| {
            let proof = key.proof("GET", server.at("/anything")).for_token(&bound).sign();
            let request = http()
                .get(server.at("/access/v1/forward-auth"))
                .header("authorization", authorization)
                .header("x-original-method", "GET")
                .header("x-original-uri", "/anything")
                .header("DPoP", proof);
            Answer::to(request).await.status
        };
        // There is no such endpoint; who asks with a good token is told that.
        assert_eq!(ask(format!("Bearer {free}")).await, 403);
        assert_eq!(ask(format!("Bearer {bound}")).await, 401);
        // No proof is checked here, since nobody knows the URL that the caller used.
        assert_eq!(ask(format!("DPoP {bound}")).await, 401);
    }
}

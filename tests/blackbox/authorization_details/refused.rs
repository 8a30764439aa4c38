//! What is no detail, and who may ask for none.

use serde_json::json;
use symbolon_testkit::{Person, on_both_databases};

use super::{on, party, payment, state};
use crate::support::silently;

on_both_databases! {
    async fn what_nobody_declared_is_refused(backend) {
        let server = on(&backend.url(), &state());
        let [shop, plain] = [party(&server, "shop").await, party(&server, "plain").await];
        let deep = format!("[{{\"type\":\"files\",\"paths\":{}}}]", "[".repeat(1000));
        let many = json!(vec![payment(1); 21]).to_string();
        for wrong in [
            "",
            "x",
            "{}",
            "[]",
            "[1]",
            "[{}]",
            r#"[{"type":1}]"#,
            r#"[{"type":"unknown"}]"#,
            r#"[{"type":"payment"}]"#,
            r#"[{"type":"payment","amount":"1","creditor":"x"}]"#,
            r#"[{"type":"payment","amount":1,"creditor":"x","more":1}]"#,
            r#"[{"type":"payment","amount":1,"creditor":"x","actions":["steal"]}]"#,
            r#"[{"type":"payment","amount":1,"amount":2,"creditor":"x"}]"#,
            "[{\"type\":\"payment\",\"amount\":1,\"creditor\":\"x\u{202e}\u{7}\"}]",
            &deep,
            &many,
        ] {
            let more = [("authorization_details", wrong)];
            let refused = silently(&Person::new(), &shop, &more).await;
            // Empty is absent (requirement A1.9).
            let expected = if wrong.is_empty() { "login_required" } else { "invalid_authorization_details" };
            assert_eq!(refused, expected, "{wrong:.60}");
        }
        let good = json!([payment(1)]).to_string();
        let more = [("authorization_details", &*good)];
        assert_eq!(silently(&Person::new(), &plain, &more).await, "invalid_authorization_details");
        assert_eq!(silently(&Person::new(), &shop, &more).await, "login_required");
    }

    async fn no_grant_without_a_person_ignores_them(backend) {
        let server = on(&backend.url(), &state());
        let shop = party(&server, "shop").await;
        let details = json!([payment(1)]).to_string();
        for grant in [
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:grant-type:device_code",
        ] {
            let form = [("grant_type", grant), ("authorization_details", &*details)];
            let refused = shop.post("token_endpoint", &form).await;
            assert_eq!(refused.error(), "invalid_authorization_details", "{grant}");
        }
    }
}

//! All that is kept about oneself.

use serde_json::Value;
use symbolon_testkit::{Person, RelyingParty, on_both_databases};

use super::{Owner, demo};
use crate::support::{ALICE_ID, BOB, BOB_ID, sign_in};

on_both_databases! {
    async fn everything_is_in_the_file_and_nothing_of_anybody_else(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        let party = RelyingParty::demo_confidential(server.issuer()).await;
        sign_in(&Person::new(), &party, &[], "bob", BOB).await;
        let alice = Owner::alice(&server).await;
        alice.fill("/account/tokens/new", &[("name", "hers")]).await;
        bob.fill("/account/tokens/new", &[("name", "laptop")]).await;
        bob.fill("/account", &[("name", "Robert")]).await;

        let page = bob.fill("/account/data", &[]).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(page.header("content-type"), "application/json");
        assert_eq!(page.header("content-disposition"), "attachment; filename=\"account.json\"");
        assert_eq!(page.header("cache-control"), "no-store");
        for secret in ["argon2", "sy_pat_", "sy_rt_", ALICE_ID, "hers"] {
            assert!(!page.body.contains(secret), "{secret}");
        }
        let data: Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(data["account"]["sub"], BOB_ID);
        assert_eq!(data["account"]["profile"]["name"], "Robert");
        assert_eq!(data["account"]["signs_in_with"][0], "bob");
        assert_eq!(data["roles"][0]["organization"], "globex");
        assert_eq!(data["sessions"].as_array().unwrap().len(), 2);
        assert_eq!(data["consents"][0]["client_id"], "demo-confidential");
        assert_eq!(data["sign_ins_to_applications"].as_array().unwrap().len(), 1);
        assert_eq!(data["personal_access_tokens"][0]["name"], "laptop");
        assert_eq!(data["incomplete"].as_array().unwrap().len(), 0);
        let log = data["log"].as_array().unwrap();
        let mut actions: Vec<_> = log.iter().map(|event| event["action"].clone()).collect();
        actions.sort_by_key(ToString::to_string);
        assert_eq!(actions, ["token.create", "user.update"]);
        let update = log.iter().find(|event| event["action"] == "user.update").unwrap();
        assert_eq!(update["address"], "127.0.0.1");
        assert_eq!(update["detail"]["changed"][0], "name");

        // That it was taken out is in the next one.
        let page = bob.fill("/account/data", &[]).await;
        let data: Value = serde_json::from_str(&page.body).unwrap();
        let log = data["log"].as_array().unwrap();
        assert!(log.iter().any(|event| event["action"] == "user.export"), "{log:?}");
    }
}

//! What one says of oneself.

use symbolon_testkit::{Person, RelyingParty, on_both_databases};

use super::{Owner, demo};
use crate::support::{ALICE, BOB, eventually, sign_in};

on_both_databases! {
    async fn a_profile_is_changed_and_told_to_applications(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        let stale = bob.at("/account").await;
        assert!(stale.words().contains("bob@globex.example"), "{}", stale.words());
        let fields = [
            ("name", "Robert <b>B</b>"),
            ("nickname", "Bobby"),
            ("phone_number", "+43 1 234"),
            ("locale", "de-AT"),
        ];
        let page = bob.fill("/account", &fields).await;
        assert_eq!((page.url.path(), page.status.as_u16()), ("/account", 200), "{}", page.words());
        assert!(page.body.contains("value=\"Bobby\"") && !page.body.contains("<b>B</b>"));
        eventually("the pages follow the language of the account", || async {
            bob.at("/account").await.body.contains("<html lang=\"de\">")
        })
        .await;
        let page = bob.person.submit(&stale.form(), &[("name", "Late")]).await.page();
        assert_eq!(page.status, 412, "{}", page.words());

        let party = RelyingParty::demo_web(server.issuer()).await.asking_for("openid profile phone");
        let tokens = sign_in(&Person::new(), &party, &[], "bob", BOB).await;
        let told = party.userinfo(&tokens.access_token).await.json;
        assert_eq!(told["name"], "Robert <b>B</b>", "{told}");
        assert_eq!(told["nickname"], "Bobby");
        assert_eq!(told["phone_number_verified"], false);
        assert_eq!(told["preferred_username"], "bob", "what was not asked for stays");
    }

    async fn what_cannot_be_is_refused_and_stays_typed(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        let long = "x".repeat(201);
        for (field, value) in [("locale", "de_AT; q=1"), ("name", long.as_str())] {
            let page = bob.fill("/account", &[(field, value)]).await;
            assert_eq!(page.status, 422, "{field}: {}", page.words());
            assert!(page.body.contains(&format!("value=\"{value}\"")), "{field}");
        }
        for value in ["nobody", "@example.org", "bob@"] {
            let page = bob.fill("/account/email", &[("email", value)]).await;
            assert_eq!(page.status, 422, "{value}: {}", page.words());
        }
    }

    async fn a_changed_address_is_not_proven_and_no_name_to_sign_in_with(backend) {
        let server = demo(backend);
        let alice = Owner::alice(&server).await;
        let person = Person::new();
        let page = person.get(server.at("/account")).await.page();
        let proven = [("username", "alice@acme.example"), ("password", ALICE)];
        assert_eq!(person.submit(&page.form(), &proven).await.page().status, 200);

        let page = alice.fill("/account/email", &[("email", "bob@globex.example")]).await;
        assert_eq!(page.url.path(), "/account", "{}", page.words());
        assert!(page.words().contains("bob@globex.example"));
        for name in ["alice@acme.example", "bob@globex.example"] {
            let person = Person::new();
            let page = person.get(server.at("/account")).await.page();
            let typed = [("username", name), ("password", ALICE)];
            assert_eq!(person.submit(&page.form(), &typed).await.page().status, 401, "{name}");
        }
        let party = RelyingParty::demo_web(server.issuer()).await.asking_for("openid email");
        let tokens = sign_in(&Person::new(), &party, &[], "alice", ALICE).await;
        eventually("applications are told that it is not proven", || async {
            let told = party.userinfo(&tokens.access_token).await.json;
            told["email"] == "bob@globex.example" && told["email_verified"] == false
        })
        .await;
    }
}

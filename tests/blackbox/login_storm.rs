//! A storm of sign-ins costs those who sign in their time, and nobody else theirs (A5.2, A9.7).

use symbolon_testkit::{Person, RelyingParty, Server, on_both_databases};

use crate::support::{ALICE, BOB, binary, options, post_raw, sign_in_page};

on_both_databases! {
    async fn a5_2_a_storm_of_sign_ins_is_turned_away_and_machines_get_their_tokens(backend) {
        let settings = options(backend.url())
            .with("SYMBOLON_PASSWORD_QUEUE", "2")
            .with("SYMBOLON_PASSWORD_WORKERS", "1")
            .with("SYMBOLON_PASSWORD_ARGON2_ITERATIONS", "20");
        let server = Server::start(binary(), settings);
        let web = RelyingParty::demo_web(server.issuer()).await;
        let machine = RelyingParty::demo_machine(server.issuer()).await;

        let mut browsers = Vec::new();
        for number in 0..64 {
            let browser = Person::new();
            let (_, page) = sign_in_page(&browser, &web).await;
            browsers.push((number, browser, page));
        }
        let storm: Vec<_> = browsers
            .into_iter()
            .map(|(number, browser, page)| {
                tokio::spawn(async move {
                    let nobody = format!("nobody-{number}");
                    let (username, password) = match number {
                        10 => ("alice", ALICE),
                        20 => ("bob", BOB),
                        _ => (nobody.as_str(), "not the password"),
                    };
                    let form = page.form();
                    let csrf = form.hidden("csrf").unwrap().to_owned();
                    let fields = [("csrf", csrf.as_str()), ("username", username), ("password", password)];
                    (number, post_raw(&browser, &form, &fields).await)
                })
            })
            .collect();

        // For as long as the storm lasts, and at the least some.
        let mut tokens = 0;
        while tokens < 20 || storm.iter().any(|one| !one.is_finished()) {
            machine.client_credentials().await.tokens();
            tokens += 1;
        }

        let (mut looked_at, mut turned_away) = (0, 0);
        for one in storm {
            let (number, page) = one.await.unwrap();
            match page.status.as_u16() {
                303 => assert!(number == 10 || number == 20, "{number} has no account"),
                401 => assert!(number != 10 && number != 20, "{number} knows the password"),
                503 => {
                    assert!(page.header("retry-after").parse::<u32>().unwrap() > 0);
                    assert!(page.alert().is_some(), "a page that says what to do: {page:?}");
                    turned_away += 1;
                }
                _ => panic!("{page:?}"),
            }
            looked_at += u32::from(page.status != 503);
        }
        assert!(looked_at >= 3, "one is looked at and two wait, at the least: {looked_at}");
        assert!(turned_away > 0, "64 at once fit into no queue of two");

        // Afterwards everything is as before.
        let attempt = web.authorize_url(&[]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        web.finish(&attempt, &callback).await;
    }
}

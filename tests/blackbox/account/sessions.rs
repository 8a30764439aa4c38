//! Where one is signed in.

use symbolon_testkit::on_both_databases;

use super::{Owner, demo, told};

const PATH: &str = "/account/sessions";

on_both_databases! {
    async fn one_session_ends_and_then_all_others(backend) {
        let server = demo(backend);
        let here = Owner::bob(&server).await;
        assert_eq!(here.links(PATH, "/end").await, [""; 0], "this one is signed out of");
        let page = here.at(PATH).await;
        assert!(page.words().contains("This one") && !page.words().contains("End all others"));

        let second = Owner::bob(&server).await;
        let ends = here.links(PATH, "/end").await;
        assert_eq!(ends.len(), 1);
        let third = Owner::bob(&server).await;
        let fourth = Owner::bob(&server).await;
        assert_eq!(here.links(PATH, "/end").await.len(), 3);
        let page = here.fill(&ends[0], &[]).await;
        assert_eq!((page.url.path(), page.status.as_u16()), (PATH, 200));
        assert_eq!(second.at(PATH).await.url.path(), "/sign-in");
        assert_eq!(third.at(PATH).await.url.path(), PATH);
        assert_eq!(here.at(&ends[0]).await.status, 404, "it has ended");

        let page = here.fill("/account/sessions/end-others", &[]).await;
        assert!(page.words().contains("All other sessions have ended."), "{}", page.words());
        for other in [&third, &fourth] {
            assert_eq!(other.at(PATH).await.url.path(), "/sign-in");
        }
        assert_eq!(here.at(PATH).await.url.path(), PATH);
    }

    async fn nobody_ends_the_session_of_somebody_else(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        let alice = Owner::alice(&server).await;
        let again = Owner::alice(&server).await;
        let hers = alice.links(PATH, "/end").await;
        assert_eq!(hers.len(), 1);
        let nothing = bob.at("/account/sessions/no-such-session/end").await;
        let page = bob.at(&hers[0]).await;
        assert_eq!((page.status.as_u16(), told(&page)), (404, told(&nothing)));
        // With a token that is good for this very address.
        let own = alice.at(&hers[0]).await.form();
        let page = bob.post(&hers[0], &[("csrf", own.hidden("csrf").unwrap())]).await;
        assert_eq!(page.status, 400);
        assert_eq!(again.at(PATH).await.url.path(), PATH);
    }
}

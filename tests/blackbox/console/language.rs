//! The languages of the pages.

use symbolon_testkit::on_both_databases;

use super::{ADMIN, Visitor, world};

on_both_databases! {
    async fn a_language_is_asked_for_chosen_or_the_browsers(backend) {
        let server = world(backend);
        let admin = Visitor::signed_in(&server, "admin", ADMIN).await;
        let asking = |path: &str, accept: &str| {
            let request = admin.person.http().get(server.at(path));
            admin.person.send(request.header("accept-language", accept.to_owned()))
        };
        let english = "<html lang=\"en\">";
        let german = "<html lang=\"de\">";
        for (path, accept, expected) in [
            ("/admin/people", "fr", english),
            ("/admin/people", "de-AT,de;q=0.9", german),
            ("/admin/people?ui_locales=en", "de", english),
            ("/admin/people?ui_locales=de-CH", "en", german),
        ] {
            assert!(asking(path, accept).await.body.contains(expected), "{path} {accept}");
        }
        let page = admin.at("/admin/people?disabled=false").await;
        let mut forms = page.forms().into_iter();
        let form = forms.find(|form| form.button("language").is_some()).unwrap();
        let page = admin.person.submit(&form, &[("language", "de")]).await.page();
        assert_eq!(page.url.path(), "/admin/people");
        assert_eq!(page.url.query(), Some("disabled=false"));
        assert!(page.body.contains(german) && page.words().contains("Personen"));
        assert!(asking("/admin/people", "en").await.body.contains(german), "it is kept");
    }
}

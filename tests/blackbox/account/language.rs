//! The language of the pages, and that each page is there in all.

use symbolon_testkit::on_both_databases;

use super::{Owner, demo};

/// Every page of the navigation, and those that they lead to.
const PAGES: [(&str, &str, &str); 11] = [
    ("/account", "Your account", "Dein Konto"),
    (
        "/account/email",
        "Change the e-mail address",
        "E-Mail-Adresse ändern",
    ),
    ("/account/password", "Present password", "Jetziges Passwort"),
    ("/account/sessions", "This one", "Diese hier"),
    (
        "/account/sessions/end-others",
        "End all others",
        "Alle anderen beenden",
    ),
    (
        "/account/applications",
        "No applications",
        "Keine Anwendungen",
    ),
    ("/account/tokens", "No tokens", "Keine Tokens"),
    ("/account/tokens/new", "New token", "Neues Token"),
    ("/account/data", "Download", "Herunterladen"),
    (
        "/account/language",
        "Kept in this browser.",
        "Das merkt sich dieser Browser.",
    ),
    (
        "/account/no-such-page",
        "There is no such page",
        "Diese Seite gibt es nicht",
    ),
];

on_both_databases! {
    async fn every_page_is_there_in_each_language_and_short(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        for (path, english, german) in PAGES {
            for (tag, words) in [("en", english), ("de", german)] {
                let page = bob.at(&format!("{path}?ui_locales={tag}")).await;
                assert_eq!(page.url.path(), path);
                assert!(page.words().contains(words), "{path} {tag}: {}", page.words());
                assert!(page.body.len() < 50_000, "{path}: {}", page.body.len());
            }
        }
    }

    async fn a_language_that_is_chosen_is_kept(backend) {
        let server = demo(backend);
        let bob = Owner::bob(&server).await;
        let page = bob.fill("/account/language", &[("language", "de")]).await;
        assert_eq!((page.url.path(), page.status.as_u16()), ("/account/language", 200));
        assert!(page.body.contains("<html lang=\"de\">"), "{}", page.words());
        assert!(bob.at("/account").await.words().contains("Dein Konto"));
        let page = bob.fill("/account/language", &[("language", "tlh")]).await;
        assert_eq!(page.status, 404);
    }
}

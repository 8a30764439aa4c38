//! The account pages: what everybody may do to the own account, by plain forms and without a role.

mod applications;
mod data;
mod guard;
mod language;
mod password;
mod profile;
mod sessions;
mod tokens;

use symbolon_testkit::{Page, Person, Server};

use crate::support::{ALICE, BOB, demo};

/// Somebody at the account pages.
struct Owner<'a> {
    server: &'a Server,
    person: Person,
}

impl<'a> Owner<'a> {
    /// Signed in, by the page that `/account` leads to.
    async fn signed_in(server: &'a Server, username: &str, password: &str) -> Self {
        let owner = Self {
            server,
            person: Person::new(),
        };
        let page = owner.sign_in_from("/account", username, password).await;
        assert_eq!((page.url.path(), page.status.as_u16()), ("/account", 200));
        owner
    }

    /// Bob holds no role that lets him manage anything.
    async fn bob(server: &'a Server) -> Self {
        Self::signed_in(server, "bob", BOB).await
    }

    async fn alice(server: &'a Server) -> Self {
        Self::signed_in(server, "alice", ALICE).await
    }

    async fn sign_in_from(&self, path: &str, username: &str, password: &str) -> Page {
        let page = self.at(path).await;
        assert_eq!(page.url.path(), "/sign-in", "{page:?}");
        let typed = [("username", username), ("password", password)];
        self.person.submit(&page.form(), &typed).await.page()
    }

    async fn at(&self, path: &str) -> Page {
        self.person.get(self.server.at(path)).await.page()
    }

    /// Fills in the form of a page, and sends it.
    async fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.at(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.words());
        assert_eq!(page.url.path(), path);
        self.person.submit(&page.form(), fields).await.page()
    }

    /// Sends a form that no page gave.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.person.http().post(self.server.at(path));
        self.person.send(request.form(fields)).await
    }

    /// The addresses in a page that end like this.
    async fn links(&self, path: &str, end: &str) -> Vec<String> {
        let page = self.at(path).await;
        let parts = page.body.split("href=\"").skip(1);
        let links = parts.filter_map(|part| part.split('"').next());
        let links = links.filter(|link| link.starts_with(path) && link.ends_with(end));
        links.map(str::to_owned).collect()
    }
}

/// What a page says, without the number of its request.
fn told(page: &Page) -> String {
    let words = page.words();
    // In the language of the account.
    let number = words.find("Request").or_else(|| words.find("Anfrage"));
    words[..number.unwrap_or(words.len())].to_owned()
}

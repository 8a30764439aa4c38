//! The admin console: `/admin`.

mod application_rights;
mod applications;
mod language;
mod operation;
mod rights;
mod rules;
mod set_up;
mod tasks;

use symbolon_testkit::{Backend, Page, Person, Server};

use crate::support::{binary, options};

const ADMIN: &str = "demo administrator pass phrase";
const GINA: &str = "gina's long pass phrase";
const ALICE_ID: &str = crate::support::ALICE_ID;

/// A server with the demo and the people of the tests of the Management API.
fn world(backend: Backend) -> Server {
    let mut options = options(backend.url()).with("SYMBOLON_KEYS_ALGORITHMS", "RS256");
    options.state = Some(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/blackbox/admin/state.yaml"),
    );
    Server::start(binary(), options)
}

/// Somebody in front of the console.
struct Visitor<'a> {
    server: &'a Server,
    person: Person,
}

impl<'a> Visitor<'a> {
    /// Nobody yet.
    fn unknown(server: &'a Server) -> Self {
        Self {
            server,
            person: Person::new(),
        }
    }

    /// Signed in, by the page that a page of the console leads to.
    async fn signed_in(server: &'a Server, username: &str, password: &str) -> Self {
        let visitor = Self::unknown(server);
        let page = visitor.at("/admin").await;
        assert_eq!(page.url.path(), "/sign-in", "{page:?}");
        let typed = [("username", username), ("password", password)];
        let page = visitor.person.submit(&page.form(), &typed).await.page();
        assert_eq!((page.url.path(), page.status.as_u16()), ("/admin", 200));
        visitor
    }

    async fn at(&self, path: &str) -> Page {
        self.person.get(self.server.at(path)).await.page()
    }

    /// Fills in the form of a page, and sends it.
    async fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.at(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.words());
        self.person.submit(&page.form(), fields).await.page()
    }

    /// Sends a form that no page gave.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.person.http().post(self.server.at(path));
        self.person.send(request.form(fields)).await
    }
}

//! The demo: a state that is embedded in the binary, and what to do with it.

use symbolon_declared::{Form, StateError};
use symbolon_http::{DemoClient, DemoGuide, DemoPerson};

use crate::config::Config;

const STATE: &str = include_str!("demo.yaml");

/// The organization whose administrators administer everything.
pub const SYSTEM: &str = "acme";

/// RFC 7636 appendix B, so that a line can be pasted as it is.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The state.
pub fn form() -> Result<Form, StateError> {
    Form::parse(STATE)
}

/// What the home page shows.
pub fn guide(issuer: &str, authorize: &str) -> DemoGuide {
    let person = |username: &str, password: &str, note: &str| DemoPerson {
        username: username.to_owned(),
        password: password.to_owned(),
        note: note.to_owned(),
    };
    let client = |client_id: &str, secret: Option<&str>, note: &str| DemoClient {
        client_id: client_id.to_owned(),
        secret: secret.map(str::to_owned),
        note: note.to_owned(),
    };
    DemoGuide {
        people: vec![
            person(
                "alice",
                "correct horse battery staple",
                "admin in acme, viewer in globex",
            ),
            person("bob", "bob's long pass phrase", "viewer in globex"),
            person("admin", "demo administrator pass phrase", "super admin"),
        ],
        clients: vec![
            client(
                "demo-web",
                None,
                "a public web application: code with PKCE, no consent",
            ),
            client(
                "demo-confidential",
                Some("demo-confidential-secret"),
                "a web application with a server: asks for consent",
            ),
            client(
                "demo-device",
                None,
                "a device without a browser: its code is typed at /device",
            ),
            client(
                "demo-machine",
                Some("demo-machine-secret"),
                "a machine: client_credentials",
            ),
        ],
        sign_in_example: Some(example(issuer, authorize)),
    }
}

/// What to click and which lines to paste.
pub fn instructions(issuer: &str, config: &Config) -> String {
    let sign_in = example(issuer, &config.paths.authorize);
    let token = format!("{issuer}{}", config.paths.token);
    let userinfo = format!("{issuer}{}", config.paths.userinfo);
    format!(
        "\
This is a demo: everybody knows these passwords. Do not put real data here.

Sign in as a person: open this in a browser
  {sign_in}
with alice / correct horse battery staple. The browser ends at http://127.0.0.1:5556/callback, where
nothing listens; take the code from its address bar (it lives for a minute), then:

  curl -X POST {token} \\
    -d grant_type=authorization_code -d client_id=demo-web -d code=THE_CODE \\
    -d redirect_uri=http://127.0.0.1:5556/callback \\
    -d code_verifier={VERIFIER}

  curl {userinfo} -H \"Authorization: Bearer THE_ACCESS_TOKEN\"

  curl -X POST {token} \\
    -d grant_type=refresh_token -d client_id=demo-web -d refresh_token=THE_REFRESH_TOKEN

Get a token as a machine:

  curl -X POST {token} \\
    -d grant_type=client_credentials -d client_id=demo-machine \\
    -d client_secret=demo-machine-secret -d scope=openid
"
    )
}

fn example(issuer: &str, authorize: &str) -> String {
    format!(
        "{issuer}{authorize}?client_id=demo-web&response_type=code&scope=openid%20profile%20email\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A5556%2Fcallback&state=demo&code_challenge={CHALLENGE}"
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_demo_state_is_well_formed_and_survives_a_round_trip() {
        let form = form().unwrap();
        assert_eq!((form.users.len(), form.clients.len()), (3, 4));
        let again = Form::parse(&form.to_yaml().unwrap()).unwrap();
        assert_eq!(again.to_yaml().unwrap(), form.to_yaml().unwrap());
    }

    #[test]
    fn an_unknown_key_of_a_client_is_refused() {
        let text = STATE.replace("consent: required", "consents: required");
        let error = Form::parse(&text).unwrap_err().to_string();
        assert!(
            error.contains("demo-confidential") && error.contains("consents"),
            "{error}"
        );
    }
}

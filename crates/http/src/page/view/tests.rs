#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod pages;

use self::pages::every_page;
use super::*;

/// Breaks out of text, of an attribute and of an address, wherever escaping is forgotten.
const HOSTILE: &str = "\"'><script>steal()</script><a onclick=steal()> javascript:steal()";

const CHROME: Chrome<'static> = Chrome {
    stylesheet: "/static/1/symbolon.css",
    symbol: "/static/1/symbol.svg",
    favicon: "/static/1/favicon.svg",
    request_id: "request-7",
    notice: Some("This is a demo."),
};

fn sign_in<'a>() -> SignIn<'a> {
    SignIn {
        chrome: CHROME,
        client_name: "Payroll",
        purpose: Purpose::Application,
        client_uri: None,
        logo_uri: None,
        policy_uri: None,
        tos_uri: None,
        action: "/sign-in/1",
        csrf: "token",
        username: "",
        alert: None,
        sign_up: Some("/sign-up/1"),
        other_account: Some("/choose-account/1"),
        cancel: true,
    }
}

fn consent<'a>(scopes: &'a [ConsentScope<'a>]) -> Consent<'a> {
    Consent {
        chrome: CHROME,
        client_name: "Payroll",
        client_host: "payroll.example:8443",
        self_registered: false,
        client_uri: None,
        logo_uri: None,
        policy_uri: None,
        tos_uri: None,
        account: "Alice",
        organization: "Acme",
        scopes,
        details: &[],
        offline: false,
        action: "/consent/1",
        csrf: "token",
        other_account: None,
    }
}

#[test]
fn hostile_text_stays_text_on_every_page() {
    for (name, page) in every_page(HOSTILE) {
        assert!(
            page.contains("&#60;script&#62;steal()"),
            "{name} does not show its text"
        );
        assert!(!page.contains("<script>"), "{name}");
        assert!(!page.contains("<a onclick"), "{name}");
        assert!(
            !page.contains("\"\"'>"),
            "{name} lets a value leave its attribute"
        );
    }
}

#[test]
fn no_page_needs_an_inline_script_or_style() {
    for (name, page) in every_page("x") {
        for inline in [
            "<style",
            " style=",
            " onclick=",
            " onsubmit=",
            " onload=",
            "javascript:",
        ] {
            assert!(!page.contains(inline), "{name} contains {inline}");
        }
        let scripts = page.matches("<script").count();
        assert_eq!(
            scripts,
            page.matches("<script src=\"/static/").count(),
            "{name}"
        );
        assert_eq!(
            scripts,
            usize::from(matches!(name, "form post" | "signed out")),
            "{name}"
        );
    }
}

#[test]
fn every_page_has_a_title_one_heading_a_language_and_the_request_id() {
    for (name, page) in every_page("request-7") {
        assert_eq!(page.matches("<title>").count(), 1, "{name}");
        assert_eq!(page.matches("<h1").count(), 1, "{name}");
        assert!(page.contains("<html lang=\"en\">"), "{name}");
        assert!(
            page.contains("<code id=\"request-id\">request-7</code>"),
            "{name}"
        );
        assert!(
            page.matches("autofocus").count() <= 1,
            "{name} fights over the focus"
        );
    }
}

#[test]
fn every_field_that_a_person_fills_in_has_a_label_and_takes_any_length() {
    for (name, page) in every_page("x") {
        for field in page
            .split("<input ")
            .skip(1)
            .filter(|field| !field.contains("\"hidden\""))
        {
            let id = field
                .split("id=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap();
            assert!(
                page.contains(&format!("<label for=\"{id}\">")),
                "{name}: {id}"
            );
            assert!(
                !field.contains("maxlength"),
                "{name}: {id} would be cut without a word"
            );
        }
    }
}

#[test]
fn a_form_that_changes_something_brings_the_csrf_token_back() {
    for (name, page) in every_page("token") {
        let own_forms = page.matches("<form ").count() - usize::from(name == "form post");
        let tokens = page
            .matches("<input type=\"hidden\" name=\"csrf\" value=\"token\">")
            .count();
        assert_eq!(tokens, own_forms, "{name}");
    }
}

#[test]
fn an_address_that_could_run_a_script_is_no_link() {
    for uri in [
        "javascript:steal()",
        "JavaScript:x",
        "data:text/html,x",
        "vbscript:x",
        "x",
        "",
    ] {
        assert_eq!(linkable(&Some(uri)), None, "{uri}");
        let page = SignedOut {
            chrome: CHROME,
            continue_to: Some((uri, "Payroll")),
            frames: &[],
            onward: None,
        };
        assert!(!page.render().unwrap().contains("id=\"continue\""), "{uri}");
    }
    for uri in [
        "https://a.example/",
        "HTTP://127.0.0.1:5556/",
        "com.example.app:/done",
    ] {
        assert_eq!(linkable(&Some(uri)), Some(uri));
    }
    let bad = Some("javascript:steal()");
    let good = Some("https://a.example/");
    let page = SignIn {
        client_uri: good,
        logo_uri: bad,
        policy_uri: bad,
        tos_uri: bad,
        ..sign_in()
    };
    let page = page.render().unwrap();
    assert!(page.contains("id=\"client-website\"") && !page.contains("javascript:"));
    let page = SignIn {
        client_uri: bad,
        policy_uri: good,
        ..sign_in()
    }
    .render()
    .unwrap();
    assert!(page.contains("id=\"client-policy\"") && !page.contains("javascript:"));
    let page = SignIn {
        client_uri: bad,
        ..sign_in()
    }
    .render()
    .unwrap();
    assert!(!page.contains("About this application"));
}

#[test]
fn the_focus_goes_to_the_first_field_that_is_still_to_fill() {
    let focus = |view: SignIn<'_>| {
        let page = view.render().unwrap();
        let before = page.split(" autofocus").next().unwrap().to_owned();
        before
            .rsplit("id=\"")
            .next()
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(focus(sign_in()), "username");
    assert_eq!(
        focus(SignIn {
            username: "alice",
            ..sign_in()
        }),
        "password"
    );
}

#[test]
fn an_alert_is_announced_and_describes_the_fields() {
    let quiet = sign_in().render().unwrap();
    assert!(!quiet.contains("alert"));
    let page = SignIn {
        alert: Some("Try again."),
        ..sign_in()
    }
    .render()
    .unwrap();
    assert!(page.contains("<p class=\"alert\" id=\"alert\" role=\"alert\">Try again.</p>"));
    assert_eq!(page.matches("aria-describedby=\"alert\"").count(), 2);
}

#[test]
fn the_enter_key_signs_in_and_never_cancels() {
    // HTML §4.10.21.2: the first submit button of the form is the default one.
    let page = sign_in().render().unwrap();
    assert!(page.find("id=\"sign-in\"").unwrap() < page.find("id=\"cancel\"").unwrap());
    let without = SignIn {
        cancel: false,
        ..sign_in()
    }
    .render()
    .unwrap();
    assert!(!without.contains("name=\"decision\""));
}

#[test]
fn consent_names_the_host_where_the_browser_goes_next() {
    let page = consent(&[]).render().unwrap();
    assert!(page.contains("<strong id=\"client-host\">payroll.example:8443</strong>"));
    assert!(page.contains("It learns only that you signed in"));
    assert!(!page.contains("offline_access"));
}

#[test]
fn a_scope_is_marked_as_new_only_beside_one_that_is_not() {
    let scope = |is_new| ConsentScope {
        name: "s",
        title: "S",
        description: "S.",
        is_new,
    };
    let marks = |scopes: &[ConsentScope<'_>]| {
        consent(scopes)
            .render()
            .unwrap()
            .matches("class=\"badge\"")
            .count()
    };
    assert_eq!(marks(&[scope(true), scope(true)]), 0);
    assert_eq!(marks(&[scope(false), scope(true)]), 1);
    assert_eq!(marks(&[scope(false)]), 0);
}

#[test]
fn a_form_post_sends_the_parameters_and_nothing_else() {
    let page = FormPost {
        chrome: CHROME,
        action: "https://payroll.example/callback",
        fields: &[("code", "c1"), ("state", "s1")],
        script: "/static/1/form-post.js",
        client_name: "Payroll",
    };
    let page = page.render().unwrap();
    assert_eq!(
        page.matches(" name=\"").count() - page.matches("<meta name=\"").count(),
        2
    );
    assert!(page.contains("<input type=\"hidden\" name=\"code\" value=\"c1\">"));
    assert!(page.contains("<input type=\"hidden\" name=\"state\" value=\"s1\">"));
    assert_eq!(
        page.matches("<form ").count(),
        1,
        "the script sends the only form"
    );
}

#[test]
fn a_name_without_a_picture_is_its_first_letter() {
    assert_eq!(initial("acme"), "A");
    assert_eq!(initial("  'σόλων'"), "Σ");
    assert_eq!(initial("…"), "?");
}

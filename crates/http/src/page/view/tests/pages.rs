use super::*;

/// Every page, with this text wherever something of somebody else stands.
pub(super) fn every_page(text: &str) -> Vec<(&'static str, String)> {
    let chrome = Chrome {
        request_id: text,
        notice: Some(text),
        ..CHROME
    };
    let details = [ConsentDetail {
        title: text,
        name: text,
        members: vec![(text.to_owned(), text.to_owned())],
    }];
    let scopes = [ConsentScope {
        name: text,
        title: text,
        description: text,
        is_new: true,
    }];
    let account = AccountChoice {
        session: text,
        name: text,
        username: text,
        organization: text,
        signed_in: false,
    };
    let pages: [(&'static str, &dyn askama::DynTemplate); 12] = [
        (
            "sign in",
            &SignIn {
                chrome,
                client_name: text,
                purpose: Purpose::Application,
                client_uri: Some(text),
                logo_uri: Some(text),
                policy_uri: Some(text),
                tos_uri: Some(text),
                action: text,
                csrf: text,
                username: text,
                alert: Some(text),
                sign_up: Some(text),
                other_account: Some(text),
                cancel: true,
            },
        ),
        (
            "sign up",
            &SignUp {
                chrome,
                client_name: text,
                action: text,
                csrf: text,
                username: text,
                name: text,
                email: text,
                alert: Some(text),
                sign_in: text,
            },
        ),
        (
            "consent",
            &Consent {
                chrome,
                client_name: text,
                client_host: text,
                self_registered: true,
                client_uri: Some(text),
                logo_uri: Some(text),
                policy_uri: Some(text),
                tos_uri: Some(text),
                account: text,
                organization: text,
                scopes: &scopes,
                details: &details,
                offline: true,
                action: text,
                csrf: text,
                other_account: Some(text),
            },
        ),
        (
            "choose account",
            &ChooseAccount {
                chrome,
                client_name: text,
                accounts: &[account],
                action: text,
                csrf: text,
            },
        ),
        (
            "device code",
            &DeviceCode {
                chrome,
                action: text,
                csrf: text,
                brought: false,
                user_code: text,
                alert: Some(text),
            },
        ),
        (
            "device confirm",
            &DeviceConfirm {
                chrome,
                client_name: text,
                self_registered: true,
                client_uri: Some(text),
                logo_uri: Some(text),
                policy_uri: Some(text),
                tos_uri: Some(text),
                user_code: text,
                address: text,
                age: text,
                account: text,
                organization: text,
                scopes: &scopes,
                offline: true,
                action: text,
                csrf: text,
                other_account: text,
            },
        ),
        (
            "device done",
            &DeviceDone {
                chrome,
                client_name: text,
                allowed: true,
            },
        ),
        (
            "confirm sign out",
            &ConfirmSignOut {
                chrome,
                account: Some(text),
                client_name: Some(text),
                action: text,
                csrf: text,
            },
        ),
        (
            "signed out",
            &SignedOut {
                chrome,
                continue_to: Some((text, text)),
                frames: &[text.to_owned()],
                onward: Some(Onward {
                    uri: text,
                    script: "/static/1/onward.js",
                }),
            },
        ),
        (
            "error",
            &Error {
                chrome,
                heading: text,
                what_happened: text,
                what_to_do: text,
                code: Some(text),
                description: Some(text),
            },
        ),
        (
            "form post",
            &FormPost {
                chrome,
                action: text,
                fields: &[(text, text)],
                script: "/static/1/form-post.js",
                client_name: text,
            },
        ),
        (
            "home",
            &Home {
                chrome,
                issuer: text,
                discovery: text,
                applications: &[Application {
                    client_id: text,
                    name: text,
                    uri: text.to_owned(),
                }],
                people: &[DemoPerson {
                    username: text,
                    password: text,
                    note: text,
                }],
                clients: &[DemoClient {
                    client_id: text,
                    secret: Some(text),
                    note: text,
                }],
                sign_in_example: Some(text),
            },
        ),
    ];
    pages
        .into_iter()
        .map(|(name, page)| (name, page.dyn_render().unwrap()))
        .collect()
}

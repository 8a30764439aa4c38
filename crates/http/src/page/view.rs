//! What each page shows: one struct a page, rendered by the template of the same name.
//!
//! A view holds no rule. The endpoint decides what is said and which way on is offered; the view
//! puts it into words and markup. askama escapes every value for the place where it stands, so a
//! client name or a parameter of a request is text and never markup (RFC 9700 §4.16). Pages carry no
//! inline script and no inline style, so a Content-Security-Policy without `unsafe-inline` fits them.
//!
//! Left out: languages other than English, and any script but those that send a `form_post`, go on
//! from the page that says "signed out", and answer clients in a frame.
//!
//! Views hold passwords of the demo, CSRF tokens and authorization codes, so they have no `Debug`.

#![doc(alias = "OAuth 2.0 Form Post Response Mode")]

mod approvals;
#[cfg(test)]
mod tests;

use askama::Template;

pub use approvals::{Approval, ApprovalDone, Approvals, PendingApproval};

/// What every page has around its content.
#[derive(Clone, Copy, Debug)]
pub struct Chrome<'a> {
    /// The address of the stylesheet.
    pub stylesheet: &'a str,
    /// The address of the logo.
    pub symbol: &'a str,
    /// The address of the icon of the tab.
    pub favicon: &'a str,
    /// The id under which the log knows this request; empty when there is none.
    pub request_id: &'a str,
    /// A sentence on top of every page, for example that this is a demo.
    pub notice: Option<&'a str>,
}

/// A person proves who they are.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignIn<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the application that the person signs in to.
    pub client_name: &'a str,
    /// What for.
    pub purpose: Purpose,
    /// The site of the application.
    pub client_uri: Option<&'a str>,
    /// The logo of the application. Only an address that the page's policy lets load.
    pub logo_uri: Option<&'a str>,
    /// The privacy policy of the application.
    pub policy_uri: Option<&'a str>,
    /// The terms of the application.
    pub tos_uri: Option<&'a str>,
    /// Where the form goes.
    pub action: &'a str,
    /// The token that the form brings back.
    pub csrf: &'a str,
    /// The username to start with; when there is one, the password gets the focus.
    pub username: &'a str,
    /// Why the last attempt did not work and what to do, in one or two sentences.
    pub alert: Option<&'a str>,
    /// Where an account can be created.
    pub sign_up: Option<&'a str>,
    /// Where another account can be chosen.
    pub other_account: Option<&'a str>,
    /// Whether the person may go back to the application without signing in.
    pub cancel: bool,
}

/// What somebody signs in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An application that learns who it is.
    Application,
    /// The pages of this server.
    Here,
    /// Something that takes a sign-in of this moment.
    Anew,
}

/// A person creates an account.
#[derive(Template)]
#[template(path = "sign_up.html")]
pub struct SignUp<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the application that the person came from.
    pub client_name: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// The token that the form brings back.
    pub csrf: &'a str,
    /// The username typed before.
    pub username: &'a str,
    /// The name typed before.
    pub name: &'a str,
    /// The email address typed before.
    pub email: &'a str,
    /// Why the last attempt did not work and what to do.
    pub alert: Option<&'a str>,
    /// Where a person who has an account signs in.
    pub sign_in: &'a str,
}

/// A person decides what an application may do.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the application.
    pub client_name: &'a str,
    /// The host (and port) of the redirect URI: where the browser goes next.
    pub client_host: &'a str,
    /// Whether nobody here vouches for the application.
    pub self_registered: bool,
    /// The site of the application.
    pub client_uri: Option<&'a str>,
    /// The logo of the application. Only an address that the page's policy lets load.
    pub logo_uri: Option<&'a str>,
    /// The privacy policy of the application.
    pub policy_uri: Option<&'a str>,
    /// The terms of the application.
    pub tos_uri: Option<&'a str>,
    /// The name of the person who is signed in.
    pub account: &'a str,
    /// The name of the organization that the person acts in; empty when there is none to name.
    pub organization: &'a str,
    /// What the application asks for, without `offline_access`.
    pub scopes: &'a [ConsentScope<'a>],
    /// What exactly it asks for, beside scopes (RFC 9396).
    pub details: &'a [ConsentDetail<'a>],
    /// Whether it asks for `offline_access`.
    pub offline: bool,
    /// Where the form goes.
    pub action: &'a str,
    /// The token that the form brings back.
    pub csrf: &'a str,
    /// Where another account can be chosen.
    pub other_account: Option<&'a str>,
}

/// One thing that an application asks for exactly.
pub struct ConsentDetail<'a> {
    /// What it allows, completing "this application can".
    pub title: &'a str,
    /// Its type.
    pub name: &'a str,
    /// What is said of it: a title and a value each.
    pub members: Vec<(String, String)>,
}

impl Consent<'_> {
    /// Marking what is new only helps a person who allowed something before.
    fn marks_new(&self) -> bool {
        self.scopes.iter().any(|scope| !scope.is_new)
    }
}

/// One scope, in words that a person understands.
#[derive(Clone, Copy, Debug)]
pub struct ConsentScope<'a> {
    /// The scope itself, for example `profile`.
    pub name: &'a str,
    /// What it lets the application do; completes "If you allow it, this application can".
    pub title: &'a str,
    /// What exactly that is, in a sentence.
    pub description: &'a str,
    /// Whether the person has not allowed it before.
    pub is_new: bool,
}

/// A person chooses one of the accounts that this browser knows.
#[derive(Template)]
#[template(path = "choose_account.html")]
pub struct ChooseAccount<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the application.
    pub client_name: &'a str,
    /// The accounts, the last used one first.
    pub accounts: &'a [AccountChoice<'a>],
    /// Where the form goes.
    pub action: &'a str,
    /// The token that the form brings back.
    pub csrf: &'a str,
}

/// One account to choose.
#[derive(Clone, Copy)]
pub struct AccountChoice<'a> {
    /// What the form sends for this account.
    pub session: &'a str,
    /// The name of the person.
    pub name: &'a str,
    /// The username, which tells accounts of the same name apart.
    pub username: &'a str,
    /// The name of the organization; empty when there is none to name.
    pub organization: &'a str,
    /// Whether choosing it is enough, or the password is asked for.
    pub signed_in: bool,
}

/// A person types the code that a device shows.
#[derive(Template)]
#[template(path = "device_code.html")]
pub struct DeviceCode<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// Where the form goes.
    pub action: &'a str,
    /// The token that the form brings back.
    pub csrf: &'a str,
    /// Whether a link brought the code, so that nobody has typed it yet.
    pub brought: bool,
    /// The code to start with.
    pub user_code: &'a str,
    /// Why the last attempt did not work and what to do.
    pub alert: Option<&'a str>,
}

/// A person decides whether a device may have what it asks for.
#[derive(Template)]
#[template(path = "device_confirm.html")]
pub struct DeviceConfirm<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the application on the device.
    pub client_name: &'a str,
    /// Whether nobody here vouches for the application.
    pub self_registered: bool,
    /// The site of the application.
    pub client_uri: Option<&'a str>,
    /// The logo of the application. Only an address that the page's policy lets load.
    pub logo_uri: Option<&'a str>,
    /// The privacy policy of the application.
    pub policy_uri: Option<&'a str>,
    /// The terms of the application.
    pub tos_uri: Option<&'a str>,
    /// The code that the device shows.
    pub user_code: &'a str,
    /// From which network address the device asked.
    pub address: &'a str,
    /// How long ago, in words.
    pub age: &'a str,
    /// The name of the person who is signed in.
    pub account: &'a str,
    /// The name of the organization that the person acts in; empty when there is none to name.
    pub organization: &'a str,
    /// What the application asks for, without `offline_access`.
    pub scopes: &'a [ConsentScope<'a>],
    /// Whether it asks for `offline_access`.
    pub offline: bool,
    /// Where the form goes.
    pub action: &'a str,
    /// The token that the form brings back.
    pub csrf: &'a str,
    /// Where another account can be chosen.
    pub other_account: &'a str,
}

/// A person has decided about a device.
#[derive(Template)]
#[template(path = "device_done.html")]
pub struct DeviceDone<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the application on the device.
    pub client_name: &'a str,
    /// Whether it was allowed.
    pub allowed: bool,
}

/// A person confirms that they want to sign out (OIDC RP-Initiated Logout §2).
#[derive(Template)]
#[template(path = "confirm_sign_out.html")]
pub struct ConfirmSignOut<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The name of the person who is signed in.
    pub account: Option<&'a str>,
    /// The name of the application that asked; none unless it is proven.
    pub client_name: Option<&'a str>,
    /// Where the form goes.
    pub action: &'a str,
    /// The token that the form brings back.
    pub csrf: &'a str,
}

/// A person is signed out.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// A registered address of an application, and the name of that.
    pub continue_to: Option<(&'a str, &'a str)>,
    /// What applications have loaded to sign the person out there.
    pub frames: &'a [String],
    /// The way on by itself, once the frames are loaded.
    pub onward: Option<Onward<'a>>,
}

/// How a page goes on by itself.
#[derive(Clone, Copy, Debug)]
pub struct Onward<'a> {
    /// The same address that the person can go on to.
    pub uri: &'a str,
    /// The address of the script that goes there.
    pub script: &'a str,
}

/// What clients have in a frame and ask whether the person is still the same
/// (OIDC Session Management §3.2).
#[derive(Template)]
#[template(path = "check_session.html")]
pub struct CheckSession<'a> {
    /// The address of the script that answers.
    pub script: &'a str,
    /// The name of the cookie that it reads.
    pub cookie: &'a str,
}

impl<'a> SignedOut<'a> {
    fn way_on(&self) -> Option<(&'a str, &'a str)> {
        self.continue_to
            .filter(|&(uri, _)| linkable(&Some(uri)).is_some())
    }
}

/// Something is wrong and the browser stays here.
#[derive(Template)]
#[template(path = "error.html")]
pub struct Error<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// What is wrong, in a few words.
    pub heading: &'a str,
    /// What happened, for a person.
    pub what_happened: &'a str,
    /// What the person can do now.
    pub what_to_do: &'a str,
    /// The error code of OAuth, for the developer of the application.
    pub code: Option<&'a str>,
    /// What the developer has to change.
    pub description: Option<&'a str>,
}

/// An authorization response that the browser posts to the application
/// (OAuth 2.0 Form Post Response Mode §2).
#[derive(Template)]
#[template(path = "form_post.html")]
pub struct FormPost<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The proven redirect URI.
    pub action: &'a str,
    /// The parameters of the response.
    pub fields: &'a [(&'a str, &'a str)],
    /// The address of the script that sends the form.
    pub script: &'a str,
    /// The name of the application.
    pub client_name: &'a str,
}

/// The root of the server.
#[derive(Template)]
#[template(path = "home.html")]
pub struct Home<'a> {
    /// What is around the content.
    pub chrome: Chrome<'a>,
    /// The issuer.
    pub issuer: &'a str,
    /// The address of the discovery document.
    pub discovery: &'a str,
    /// The applications of the person who is signed in.
    pub applications: &'a [Application<'a>],
    /// The people of the demo; empty otherwise.
    pub people: &'a [DemoPerson<'a>],
    /// The clients of the demo; empty otherwise.
    pub clients: &'a [DemoClient<'a>],
    /// An authorization request that works as it is.
    pub sign_in_example: Option<&'a str>,
}

/// An application that a person can open.
#[derive(Clone, Debug)]
pub struct Application<'a> {
    /// The client id.
    pub client_id: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// Where it starts the sign-in.
    pub uri: String,
}

/// A person of the demo.
#[derive(Clone, Copy)]
pub struct DemoPerson<'a> {
    /// The username.
    pub username: &'a str,
    /// The password, which is no secret in the demo.
    pub password: &'a str,
    /// Who this is.
    pub note: &'a str,
}

/// A client of the demo.
#[derive(Clone, Copy)]
pub struct DemoClient<'a> {
    /// The client id.
    pub client_id: &'a str,
    /// The secret, which is none in the demo.
    pub secret: Option<&'a str>,
    /// What it is good for.
    pub note: &'a str,
}

/// The address, unless following it could run a script here.
///
/// Registration refuses such addresses already (RFC 9700 §4.1.3); a
/// link is the last place to notice one that slipped in. Private-use schemes of apps have a dot
/// (RFC 8252 §7.1).
fn linkable<'a>(uri: &Option<&'a str>) -> Option<&'a str> {
    let uri = (*uri)?;
    let (scheme, _) = uri.split_once(':')?;
    let known = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    (known || scheme.contains('.')).then_some(uri)
}

fn any_linkable(uris: &[Option<&str>]) -> bool {
    uris.iter().any(|uri| linkable(uri).is_some())
}

/// The letter that stands for a name without a picture.
fn initial(name: &str) -> String {
    name.chars()
        .find(|character| character.is_alphanumeric())
        .map_or_else(
            || "?".to_owned(),
            |character| character.to_uppercase().collect(),
        )
}

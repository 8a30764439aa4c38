//! The language of the pages, kept in a cookie: no secret, and good for anybody.

use http::{HeaderValue, Method, header};
use symbolon_web::local_path::LocalPath;

use super::{Group, Section};
use crate::{
    component::{Field, Form, Kind, Option_},
    page::Page,
    run,
    visit::{Answer, LANGUAGE, Stop, Visit},
};

/// A year, in seconds.
const KEPT: u32 = 365 * 24 * 60 * 60;

/// Its pages.
pub fn section() -> Section {
    Section::new("language", "/account/language", Group::Account, None)
        .open(Method::GET, "/account/language", run!(show))
        .open(Method::POST, "/account/language", run!(choose))
}

async fn show(visit: Visit) -> Answer {
    let languages = visit.console.parts.languages.all();
    let choices = languages.map(|text| Option_::new(text.tag(), text.name()));
    let language = Field::new("language", visit.say("language"))
        .kind(Kind::Choice(choices.collect()))
        .value(visit.text.tag())
        .hint(visit.say("account-language-hint"));
    let form = Form::new(&visit, visit.say("save"))
        .field(&visit, language)
        .hidden("back", visit.path("/account/language"));
    let page = Page::new(visit.say("language"))
        .lede(visit.say("account-language-lede"))
        .with(form);
    visit.show(page).await
}

async fn choose(visit: Visit) -> Answer {
    let languages = &visit.console.parts.languages;
    let text = languages.of(visit.field("language")).ok_or(Stop::Missing)?;
    let settings = &visit.console.settings;
    let to = LocalPath::parse(&settings.prefix, visit.field("back"));
    let to = to.unwrap_or_else(|| LocalPath::home(&settings.prefix));
    let mut response = visit.go(to.as_str().trim_start_matches(settings.prefix.as_str()));
    let secure = if settings.https { "; Secure" } else { "" };
    let cookie = format!(
        "{LANGUAGE}={}; Path=/; Max-Age={KEPT}; SameSite=Lax; HttpOnly{secure}",
        text.tag()
    );
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

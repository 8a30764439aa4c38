//! The language of the pages, kept in a cookie: no secret, and good for anybody.

use http::{HeaderValue, Method, header};
use symbolon_web::local_path::LocalPath;

use super::{Group, Section};
use crate::{
    run,
    visit::{Answer, LANGUAGE, Stop, Visit},
};

/// A year, in seconds.
const KEPT: u32 = 365 * 24 * 60 * 60;

/// Its pages.
pub fn section() -> Section {
    Section::new("language", "/account/language", Group::Aside, None)
        .open(Method::GET, "/account/language", run!(back))
        .open(Method::POST, "/account/language", run!(choose))
}

async fn back(visit: Visit) -> Answer {
    Ok(visit.go("/account"))
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

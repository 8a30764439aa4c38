//! What is wrong with addresses that were typed: the reasons of the core's own rule, for each line, in
//! the language of the person.

use symbolon_core::redirect_uri::{RedirectUri, RedirectUriError as Error};

use crate::visit::Visit;

/// The addresses in a field of several lines.
pub(super) fn lines<'a>(visit: &'a Visit, field: &str) -> impl Iterator<Item = &'a str> {
    let text = visit.form.value(field).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// What is wrong with each line of a field, as one text; `None`: nothing. The operation refuses them
/// by the same rule, the first one alone and in English.
pub(super) fn fault(visit: &Visit, field: &str) -> Option<String> {
    let wrong = lines(visit, field).filter_map(|line| {
        let error = RedirectUri::register(line).err()?;
        let reason = visit.say(reason(error));
        Some(visit.tell_of("redirect-fault", [("uri", line), ("reason", &reason)]))
    });
    let wrong: Vec<_> = wrong.collect();
    (!wrong.is_empty()).then(|| wrong.join(" "))
}

const fn reason(error: Error) -> &'static str {
    match error {
        Error::Character => "redirect-character",
        Error::DangerousScheme => "redirect-dangerous-scheme",
        Error::Fragment => "redirect-fragment",
        Error::NotAbsolute => "redirect-not-absolute",
        Error::PlainHttp => "redirect-plain-http",
        Error::PrivateScheme => "redirect-private-scheme",
        Error::TooLong => "redirect-too-long",
        Error::Userinfo => "redirect-userinfo",
    }
}

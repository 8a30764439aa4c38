//! The languages of the pages: one message file each (Project Fluent), all embedded.
//!
//! Adding a language is adding a file to `languages/`. English is what everything falls back to. What
//! is put into a message is kept apart from it by invisible isolating marks, so that a name written
//! from right to left does not turn the sentence around it.

use std::{cmp::Ordering, sync::Arc};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// Each file by its tag.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// What everything falls back to.
const DEFAULT: &str = "en";

/// Wishes beyond this many are not looked at.
const MOST_WISHES: usize = 16;

/// Why the languages cannot be read: a mistake in a file of ours.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// A file is not well-formed.
    #[error("languages/{0}.ftl is not well-formed: {1}")]
    File(&'static str, String),
    /// A file is not named after a language.
    #[error("languages/{0}.ftl is not named after a language (BCP 47)")]
    Name(&'static str),
    /// There is no English.
    #[error("languages/en.ftl is missing")]
    NoDefault,
}

/// All languages.
pub struct Languages {
    texts: Vec<Arc<Text>>,
    default: Arc<Text>,
}

/// The messages of one language.
pub struct Text {
    tag: LanguageIdentifier,
    name: String,
    bundle: FluentBundle<FluentResource>,
    fallback: Option<Arc<Self>>,
}

impl Languages {
    /// Reads the embedded files.
    ///
    /// # Errors
    /// [`LanguageError`]: a test reads them too.
    pub fn embedded() -> Result<Self, LanguageError> {
        let of = |(tag, _): &&(&str, &str)| *tag == DEFAULT;
        let file = FILES.iter().find(of).ok_or(LanguageError::NoDefault)?;
        let default = Arc::new(Text::read(*file, None)?);
        let mut texts = vec![Arc::clone(&default)];
        for file in FILES.iter().filter(|file| !of(file)) {
            texts.push(Arc::new(Text::read(*file, Some(Arc::clone(&default)))?));
        }
        Ok(Self { texts, default })
    }

    /// The best of them for somebody: `ui_locales` of a request (OIDC Core §3.1.2.1: tags with
    /// spaces between them, the best first) counts before what the browser asks for in
    /// `Accept-Language` (RFC 9110 §12.5.4).
    pub fn choose(&self, ui_locales: Option<&str>, accept_language: Option<&str>) -> &Arc<Text> {
        let asked = ui_locales.unwrap_or_default().split(' ');
        let wishes = asked
            .filter_map(|tag| tag.parse().ok())
            .chain(accepted(accept_language.unwrap_or_default()))
            .take(MOST_WISHES);
        // Whoever reads the German of Austria reads ours, and the other way round.
        let fits = |wish: &LanguageIdentifier| {
            let exact = self.texts.iter().find(|text| text.tag == *wish);
            exact.or_else(|| {
                let mut texts = self.texts.iter();
                texts.find(|text| text.tag.matches(wish, true, true))
            })
        };
        let best = wishes.filter(|wish| !wish.language.is_empty());
        best.into_iter()
            .find_map(|wish| fits(&wish))
            .unwrap_or(&self.default)
    }

    /// The language of a tag, if it is one of ours.
    pub fn of(&self, tag: &str) -> Option<&Arc<Text>> {
        self.texts.iter().find(|text| text.tag() == tag)
    }

    /// All of them, English first.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Text>> {
        self.texts.iter()
    }
}

impl Text {
    fn read(
        (tag, source): (&'static str, &str),
        fallback: Option<Arc<Self>>,
    ) -> Result<Self, LanguageError> {
        let name = tag;
        let tag: LanguageIdentifier = tag.parse().map_err(|_| LanguageError::Name(name))?;
        let failed = |why: String| LanguageError::File(name, why);
        let resource = FluentResource::try_new(source.to_owned())
            .map_err(|(_, errors)| failed(format!("{errors:?}")))?;
        let mut bundle = FluentBundle::new_concurrent(vec![tag.clone()]);
        bundle
            .add_resource(resource)
            .map_err(|errors| failed(format!("{errors:?}")))?;
        let mut text = Self {
            tag,
            name: String::new(),
            bundle,
            fallback,
        };
        text.name = text.say("language-name");
        Ok(text)
    }

    /// The tag, for the `lang` attribute.
    pub fn tag(&self) -> String {
        self.tag.to_string()
    }

    /// What the language calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A message.
    pub fn say(&self, id: &str) -> String {
        self.with(id, &FluentArgs::new())
    }

    /// A message with something put into it.
    pub fn tell<const N: usize>(&self, id: &str, things: [(&str, &str); N]) -> String {
        let mut arguments = FluentArgs::with_capacity(N);
        for (name, value) in things {
            arguments.set(name.to_owned(), value.to_owned());
        }
        self.with(id, &arguments)
    }

    /// A message that counts something.
    pub fn count(&self, id: &str, number: u64) -> String {
        let mut arguments = FluentArgs::with_capacity(1);
        arguments.set("number", number);
        self.with(id, &arguments)
    }

    fn with(&self, id: &str, arguments: &FluentArgs<'_>) -> String {
        let message = self.bundle.get_message(id);
        match (message.and_then(|message| message.value()), &self.fallback) {
            (Some(pattern), _) => {
                let mut errors = Vec::new();
                let text = self
                    .bundle
                    .format_pattern(pattern, Some(arguments), &mut errors);
                text.into_owned()
            }
            (None, Some(fallback)) => fallback.with(id, arguments),
            // A test looks for this: no page shows it.
            (None, None) => id.to_owned(),
        }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Text").field(&self.tag()).finish()
    }
}

/// The tags of an `Accept-Language` header, the best first; those with `q=0` are not wanted.
fn accepted(header: &str) -> impl Iterator<Item = LanguageIdentifier> {
    let mut wishes: Vec<(f32, LanguageIdentifier)> = header
        .split(',')
        .take(MOST_WISHES)
        .filter_map(|part| {
            let mut parts = part.split(';');
            let tag = parts.next()?.trim().parse().ok()?;
            let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
            let weight = weight.map_or(Some(1.0), |weight| weight.trim().parse().ok())?;
            (0.0 < weight && weight <= 1.0).then_some((weight, tag))
        })
        .collect();
    // Stable: of two with one weight the first stays first.
    wishes.sort_by(|(one, _), (other, _)| other.partial_cmp(one).unwrap_or(Ordering::Equal));
    wishes.into_iter().map(|(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn chosen(ui_locales: Option<&str>, accept_language: Option<&str>) -> String {
        let languages = Languages::embedded().unwrap();
        languages.choose(ui_locales, accept_language).tag()
    }

    #[test]
    fn the_request_counts_before_the_browser_and_english_is_left() {
        for (ui_locales, accept_language, expected) in [
            (None, None, "en"),
            (None, Some("de-AT,de;q=0.9,en;q=0.8"), "de"),
            (None, Some("en;q=0.5, de;q=0.7"), "de"),
            (None, Some("de;q=0, en"), "en"),
            (None, Some("fr, tlh;q=0.9"), "en"),
            (None, Some("fr, de;q=0.1"), "de"),
            (None, Some("*"), "en"),
            (None, Some(";;;,,q=,\u{fffd}"), "en"),
            (Some("de"), Some("en"), "de"),
            (Some("fr-CH de-CH en"), Some("en"), "de"),
            (Some("se"), Some("de"), "de"),
            (Some(""), Some("de"), "de"),
            (Some("en-US"), Some("de"), "en"),
        ] {
            let found = chosen(ui_locales, accept_language);
            assert_eq!(found, expected, "{ui_locales:?}, {accept_language:?}");
        }
    }

    #[test]
    fn what_is_put_into_a_message_is_kept_apart() {
        let languages = Languages::embedded().unwrap();
        let text = languages.of("de").unwrap();
        assert_eq!(
            text.tell("delete-title", [("name", "\u{5d0}<b>")]),
            "\u{2068}\u{5d0}<b>\u{2069} löschen?"
        );
    }

    /// The ids of a file, each with the names of what is put in.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut last = String::new();
        for line in source.lines() {
            if line.starts_with(char::is_alphabetic) {
                last = line.split(' ').next().unwrap().to_owned();
                messages.entry(last.clone()).or_default();
            }
            let names = line.split('$').skip(1).map(|rest| {
                let end = rest.find(|character: char| !character.is_alphanumeric());
                rest[..end.unwrap_or(rest.len())].to_owned()
            });
            if let Some(known) = messages.get_mut(&last) {
                known.extend(names);
            }
        }
        messages
    }

    #[test]
    fn every_language_has_every_message_and_no_other() {
        let (_, english) = FILES.iter().find(|(tag, _)| *tag == DEFAULT).unwrap();
        let english = messages(english);
        assert!(english.len() > 10);
        for (tag, source) in FILES {
            let own = messages(source);
            for (id, names) in &english {
                assert_eq!(own.get(id), Some(names), "{tag}: {id}");
            }
            let unknown: Vec<_> = own.keys().filter(|id| !english.contains_key(*id)).collect();
            assert!(unknown.is_empty(), "{tag}: {unknown:?}");
        }
    }

    #[test]
    fn every_language_has_a_name() {
        let languages = Languages::embedded().unwrap();
        let names: Vec<_> = languages.all().map(|text| text.name().to_owned()).collect();
        assert_eq!(names.len(), FILES.len());
        assert_eq!(names.first().map(String::as_str), Some("English"));
        assert!(names.iter().all(|name| name != "language-name"));
    }
}

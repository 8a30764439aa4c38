//! What pages are made of. Each is a value with words in it that are already in the person's
//! language, and a template of the same name in `templates/console/`.

mod form;
mod table;

use askama::Template;
use symbolon_web::language::Text;

use crate::visit::Stop;

pub use form::{Confirm, Field, Filter, Form, Kind, Option_};
pub(crate) use table::Shape;
pub use table::{Cell, Paging, Table, Tone};

/// A part of a page.
pub trait Component: Send {
    /// Its HTML.
    ///
    /// # Errors
    /// When it does not render.
    fn html(&self, text: &Text) -> Result<String, Stop>;

    /// A form takes what is wrong with its fields.
    fn take_faults(&mut self, _: &Alert) {}
}

/// Something to follow.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its words.
    pub name: String,
    /// Its address.
    pub href: String,
}

/// What went wrong.
#[derive(Clone, Debug, Default)]
pub struct Alert {
    /// In the person's language.
    pub title: String,
    /// More of it.
    pub detail: String,
    /// What is wrong with single fields: their pointers in the body of the operation.
    pub faults: Vec<(String, String)>,
}

/// What is known of one thing: names and values.
#[derive(Default)]
pub struct Facts {
    title: Option<String>,
    rows: Vec<(String, Cell)>,
    actions: Vec<Link>,
}

/// Something that is to be known.
pub struct Note {
    tone: Tone,
    text: String,
    action: Option<Link>,
}

/// Nothing is there yet; what to do.
pub struct Empty {
    title: String,
    text: String,
    action: Option<Link>,
}

/// Something that is shown once.
pub struct Secret {
    /// What it is.
    pub title: String,
    /// What to do with it.
    pub text: String,
    /// The secret.
    pub value: String,
}

/// A heading inside a page.
pub struct Heading(pub String);

/// HTML that a template has made.
pub struct Html(String);

impl Link {
    /// A link.
    pub fn new(name: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            href: href.into(),
        }
    }
}

impl Facts {
    /// Without rows yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// With a row.
    #[must_use]
    pub fn row(mut self, name: impl Into<String>, value: Cell) -> Self {
        self.rows.push((name.into(), value));
        self
    }

    /// With a row if there is a value.
    #[must_use]
    pub fn row_if(self, name: impl Into<String>, value: Option<Cell>) -> Self {
        match value {
            Some(value) => self.row(name, value),
            None => self,
        }
    }

    /// With something to do about it.
    #[must_use]
    pub fn action_if(
        mut self,
        may: bool,
        name: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        if may {
            self.actions.push(Link::new(name, href));
        }
        self
    }
}

impl Note {
    /// A note in passing.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::toned(Tone::Plain, text)
    }

    /// A note that warns.
    pub fn warning(text: impl Into<String>) -> Self {
        Self::toned(Tone::Warning, text)
    }

    /// With something to do about it.
    #[must_use]
    pub fn action(mut self, name: impl Into<String>, href: impl Into<String>) -> Self {
        self.action = Some(Link::new(name, href));
        self
    }

    fn toned(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone,
            text: text.into(),
            action: None,
        }
    }
}

impl Empty {
    /// What is not there, and what it would be good for.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            text: text.into(),
            action: None,
        }
    }

    /// With the way to make one.
    #[must_use]
    pub fn action_if(
        mut self,
        may: bool,
        name: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        if may {
            self.action = Some(Link::new(name, href));
        }
        self
    }
}

impl Html {
    /// What a template of a section makes.
    ///
    /// # Errors
    /// When it does not render.
    pub fn of(template: &impl Template) -> Result<Self, Stop> {
        Ok(Self(template.render()?))
    }
}

impl Component for Html {
    fn html(&self, _: &Text) -> Result<String, Stop> {
        Ok(self.0.clone())
    }
}

macro_rules! shown {
    ($($component:ident $view:ident $path:literal;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $view<'a> {
            #[expect(dead_code, reason = "not every component has words of its own")]
            text: &'a Text,
            it: &'a $component,
        }

        impl Component for $component {
            fn html(&self, text: &Text) -> Result<String, Stop> {
                Ok($view { text, it: self }.render()?)
            }
        }
    )*};
}

shown! {
    Facts FactsView "console/facts.html";
    Note NoteView "console/note.html";
    Empty EmptyView "console/empty.html";
    Heading HeadingView "console/heading.html";
}

#[derive(Template)]
#[template(path = "console/secret.html")]
struct SecretView<'a> {
    text: &'a Text,
    it: &'a Secret,
}

impl Component for Secret {
    fn html(&self, text: &Text) -> Result<String, Stop> {
        Ok(SecretView { text, it: self }.render()?)
    }
}

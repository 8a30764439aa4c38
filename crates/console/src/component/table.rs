//! A list, a page at a time. On a phone each row becomes a card.

use askama::Template;
use symbolon_web::language::Text;

use super::Component;
use crate::{
    component::Empty,
    visit::{Stop, Visit},
};

/// A value as it is shown.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub(crate) text: String,
    pub(crate) kind: Shape,
}

/// How a value is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    #[default]
    Text,
    Code,
    Link(String),
    Badge(Tone),
    Moment(String),
}

/// How much attention something asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// None.
    #[default]
    Plain,
    /// It is well.
    Good,
    /// It may need somebody.
    Warning,
    /// It is bad, or ends something.
    Danger,
}

/// A list.
#[derive(Default)]
pub struct Table {
    caption: String,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    paging: Paging,
    empty: Option<Empty>,
}

/// The way to the next part of a list.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    first: Option<String>,
    next: Option<String>,
}

impl Cell {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Shape::Text,
        }
    }

    /// An id, or other text that is copied.
    pub fn code(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Shape::Code,
        }
    }

    /// A link.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Shape::Link(href.into()),
        }
    }

    /// A state.
    pub fn badge(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Shape::Badge(tone),
        }
    }

    /// A moment, as an operation answers it (RFC 3339).
    pub fn moment(moment: &str) -> Self {
        // 2026-11-24T15:38:41Z
        let minute = moment.get(..16).unwrap_or(moment).replace('T', " ");
        Self {
            text: format!("{minute} UTC"),
            kind: Shape::Moment(moment.to_owned()),
        }
    }

    pub(crate) fn class(&self) -> &'static str {
        match &self.kind {
            Shape::Badge(tone) => tone.class(),
            _ => "",
        }
    }
}

impl Tone {
    /// The class of the stylesheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

impl Table {
    /// A table with columns. The caption is for those who do not see it.
    pub fn new<const N: usize>(caption: impl Into<String>, columns: [String; N]) -> Self {
        Self {
            caption: caption.into(),
            columns: columns.into(),
            ..Self::default()
        }
    }

    /// Adds a row: a cell for each column. The first one names it.
    pub fn push<const N: usize>(&mut self, row: [Cell; N]) {
        self.rows.push(row.into());
    }

    /// What is shown when there is nothing.
    #[must_use]
    pub fn or(mut self, empty: Empty) -> Self {
        self.empty = Some(empty);
        self
    }

    /// With the way to the next part.
    #[must_use]
    pub fn paging(mut self, paging: Paging) -> Self {
        self.paging = paging;
        self
    }
}

impl Paging {
    /// What comes after this part of the list that a visit shows: the same address, with the cursor
    /// that the operation answered.
    pub fn of(visit: &Visit, next: Option<&str>) -> Self {
        let here = |after: Option<&str>| {
            let pairs = visit.query.pairs().iter();
            let kept = pairs.filter(|(name, _)| name != "after");
            let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
            let after = after.map(|after| ("after", after));
            let mut address = visit.uri.path().to_owned();
            for (at, (name, value)) in kept.chain(after).enumerate() {
                address.push(if at == 0 { '?' } else { '&' });
                address.push_str(&symbolon_core::percent::encoded(name));
                address.push('=');
                address.push_str(&symbolon_core::percent::encoded(value));
            }
            address
        };
        Self {
            first: visit.query.value("after").map(|_| here(None)),
            next: next.map(|next| here(Some(next))),
        }
    }
}

#[derive(Template)]
#[template(path = "console/table.html")]
struct View<'a> {
    text: &'a Text,
    it: &'a Table,
}

impl Component for Table {
    fn html(&self, text: &Text) -> Result<String, Stop> {
        match &self.empty {
            Some(empty) if self.rows.is_empty() => empty.html(text),
            _ => Ok(View { text, it: self }.render()?),
        }
    }
}

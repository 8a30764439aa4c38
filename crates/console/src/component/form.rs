//! Forms: to send, to filter a list, and to confirm what has consequences.

use askama::Template;
use symbolon_web::language::Text;

use super::{Alert, Component, Link};
use crate::visit::{Stop, Visit};

/// A form that is sent. It goes to the page it is on, unless it says so.
pub struct Form {
    action: String,
    csrf: String,
    fields: Vec<Field>,
    hidden: Vec<(String, String)>,
    submit: String,
    danger: bool,
    plain: bool,
    cancel: Option<Link>,
    /// The words on what opens the rest of the fields, and the number of the first of them.
    fold: Option<(String, usize)>,
}

/// A field.
#[derive(Clone, Debug, Default)]
pub struct Field {
    name: String,
    label: String,
    hint: Option<String>,
    value: String,
    kind: Kind,
    required: bool,
    pointer: String,
    fault: Option<String>,
    /// Whether the fault is in the language of the person.
    told: bool,
    autocomplete: Option<&'static str>,
}

/// What a field takes.
#[derive(Clone, Debug, Default)]
pub enum Kind {
    /// A line.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A new password.
    Password,
    /// A day.
    Date,
    /// Several lines.
    Lines,
    /// One of these.
    Choice(Vec<Option_>),
    /// Yes or no.
    Switch,
}

/// Something to choose.
#[derive(Clone, Debug)]
pub struct Option_ {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub name: String,
}

/// A form in the address, which narrows a list.
pub struct Filter {
    action: String,
    fields: Vec<Field>,
    submit: String,
    clear: Option<Link>,
}

/// What will happen, and a button that does it.
pub struct Confirm {
    consequences: Vec<String>,
    form: Form,
}

impl Field {
    /// A field of one line. In the body of the operation it is the member of the same name.
    pub fn new(name: &str, label: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            label: label.into(),
            pointer: format!("/{name}"),
            ..Self::default()
        }
    }

    /// Of another kind.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// With a sentence that helps.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With what is in it. For [`Kind::Switch`]: `on`, or nothing.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Which has to be filled in.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Which is another member of the body: a JSON pointer.
    #[must_use]
    pub fn pointer(mut self, pointer: &str) -> Self {
        self.pointer = pointer.to_owned();
        self
    }

    /// With what is wrong with it, in the language of the person.
    #[must_use]
    pub fn fault(mut self, fault: Option<String>) -> Self {
        self.told = fault.is_some();
        self.fault = fault;
        self
    }

    /// Whether a fault is about it: about all of it, or one of its lines.
    fn is_at(&self, pointer: &str) -> bool {
        let rest = pointer.strip_prefix(&self.pointer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// What browsers may fill in (HTML, "autofill").
    #[must_use]
    pub const fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = Some(autocomplete);
        self
    }

    fn input(&self) -> &'static str {
        match self.kind {
            Kind::Email => "email",
            Kind::Password => "password",
            Kind::Date => "date",
            _ => "text",
        }
    }

    fn options(&self) -> &[Option_] {
        match &self.kind {
            Kind::Choice(options) => options,
            _ => &[],
        }
    }

    fn is_lines(&self) -> bool {
        matches!(self.kind, Kind::Lines)
    }

    fn is_switch(&self) -> bool {
        matches!(self.kind, Kind::Switch)
    }

    fn is_choice(&self) -> bool {
        matches!(self.kind, Kind::Choice(_))
    }
}

impl Option_ {
    /// Something to choose.
    pub fn new(value: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            name: name.into(),
        }
    }
}

impl Form {
    /// A form that goes to the page it is on; `submit` is on its button.
    pub fn new(visit: &Visit, submit: impl Into<String>) -> Self {
        let action = visit.uri.path().to_owned();
        Self {
            csrf: visit.csrf(&action),
            action,
            fields: Vec::new(),
            hidden: Vec::new(),
            submit: submit.into(),
            danger: false,
            plain: false,
            cancel: None,
            fold: None,
        }
    }

    /// Which goes to another page of ours.
    #[must_use]
    pub fn to(mut self, visit: &Visit, path: &str) -> Self {
        self.action = visit.path(path);
        self.csrf = visit.csrf(&self.action);
        self
    }

    /// With a field. What was typed already is in it, except for passwords.
    #[must_use]
    pub fn field(mut self, visit: &Visit, mut field: Field) -> Self {
        if !visit.form.pairs().is_empty() && !matches!(field.kind, Kind::Password) {
            field.value = visit.form.value(&field.name).unwrap_or_default().to_owned();
        }
        self.fields.push(field);
        self
    }

    /// With all fields after this behind `summary`, which opens them.
    #[must_use]
    pub fn fold(mut self, summary: impl Into<String>) -> Self {
        self.fold = Some((summary.into(), self.fields.len()));
        self
    }

    fn open_fields(&self) -> &[Field] {
        let end = self.fold.as_ref().map_or(self.fields.len(), |(_, at)| *at);
        self.fields.get(..end).unwrap_or_default()
    }

    fn folded_fields(&self) -> &[Field] {
        self.fields
            .get(self.open_fields().len()..)
            .unwrap_or_default()
    }

    /// Whether something behind the fold is to be seen: nobody has to look for what is wrong.
    fn is_unfolded(&self) -> bool {
        self.folded_fields()
            .iter()
            .any(|field| field.fault.is_some())
    }

    /// With what the person does not see: the version that is changed, for one.
    #[must_use]
    pub fn hidden(mut self, name: &str, value: impl ToString) -> Self {
        self.hidden.push((name.to_owned(), value.to_string()));
        self
    }

    /// With a way back.
    #[must_use]
    pub fn cancel(mut self, name: impl Into<String>, href: impl Into<String>) -> Self {
        self.cancel = Some(Link::new(name, href));
        self
    }

    fn has_required(&self) -> bool {
        self.fields.iter().any(|field| field.required)
    }

    /// Whose answer is no page but a file: the script leaves it alone.
    #[must_use]
    pub const fn plain(mut self) -> Self {
        self.plain = true;
        self
    }

    /// Whose button ends something.
    #[must_use]
    pub const fn danger(mut self) -> Self {
        self.danger = true;
        self
    }
}

impl Filter {
    /// A filter of the list on this page.
    pub fn new(visit: &Visit) -> Self {
        let path = visit.uri.path().to_owned();
        let set = visit.query.pairs().iter();
        let set = set
            .clone()
            .any(|(name, value)| name != "after" && !value.is_empty());
        Self {
            clear: set.then(|| Link::new(visit.say("filter-clear"), path.clone())),
            action: path,
            fields: Vec::new(),
            submit: visit.say("filter-apply"),
        }
    }

    /// With a field. What was asked for is in it.
    #[must_use]
    pub fn field(mut self, visit: &Visit, field: Field) -> Self {
        let value = visit.wish(&field.name).to_owned();
        self.fields.push(field.value(value));
        self
    }
}

impl Confirm {
    /// Each consequence is a sentence.
    pub fn new<const N: usize>(form: Form, consequences: [String; N]) -> Self {
        Self {
            consequences: consequences.into(),
            form,
        }
    }
}

macro_rules! shown {
    ($($component:ident $view:ident $path:literal;)*) => {$(
        #[derive(Template)]
        #[template(path = $path)]
        struct $view<'a> {
            text: &'a Text,
            it: &'a $component,
        }
    )*};
}

shown! {
    Form FormView "console/form.html";
    Filter FilterView "console/filter.html";
}

#[derive(Template)]
#[template(path = "console/confirm.html")]
struct ConfirmView<'a> {
    it: &'a Confirm,
    form: &'a str,
}

impl Component for Form {
    fn html(&self, text: &Text) -> Result<String, Stop> {
        Ok(FormView { text, it: self }.render()?)
    }

    fn take_faults(&mut self, alert: &Alert) {
        for field in &mut self.fields {
            if field.told {
                continue;
            }
            let mut faults = alert.faults.iter();
            let fault = faults.find(|(pointer, _)| field.is_at(pointer));
            field.fault = fault.map(|(_, detail)| detail.clone());
        }
    }
}

impl Component for Filter {
    fn html(&self, text: &Text) -> Result<String, Stop> {
        Ok(FilterView { text, it: self }.render()?)
    }
}

impl Component for Confirm {
    fn html(&self, text: &Text) -> Result<String, Stop> {
        let form = self.form.html(text)?;
        let view = ConfirmView {
            it: self,
            form: &form,
        };
        Ok(view.render()?)
    }

    fn take_faults(&mut self, alert: &Alert) {
        self.form.take_faults(alert);
    }
}

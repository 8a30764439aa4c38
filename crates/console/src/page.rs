//! What is around the content of a page: navigation, breadcrumb, title, actions, flash message.

use askama::Template;
use symbolon_web::language::Text;

use crate::{
    component::{Alert, Component, Link},
    section::Group,
    telling::Telling,
    visit::Stop,
};

/// A page.
#[derive(Default)]
pub struct Page {
    title: String,
    lede: Option<String>,
    crumbs: Vec<Link>,
    actions: Vec<Link>,
    tabs: Vec<Tab>,
    alert: Option<Alert>,
    parts: Vec<Box<dyn Component>>,
}

/// A page beside this one, about the same thing.
pub struct Tab {
    link: Link,
    current: bool,
}

impl Page {
    /// A page of this title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// A sentence below the title.
    #[must_use]
    pub fn lede(mut self, lede: impl Into<String>) -> Self {
        self.lede = Some(lede.into());
        self
    }

    /// A page that this one is below.
    #[must_use]
    pub fn below(mut self, name: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Link::new(name, href));
        self
    }

    /// Something to do, as a link beside the title. The first one is what one comes for.
    #[must_use]
    pub fn action(mut self, name: impl Into<String>, href: impl Into<String>) -> Self {
        self.actions.push(Link::new(name, href));
        self
    }

    /// The same, if the person may do it.
    #[must_use]
    pub fn action_if(self, may: bool, name: impl Into<String>, href: impl Into<String>) -> Self {
        if may { self.action(name, href) } else { self }
    }

    /// A page beside this one.
    #[must_use]
    pub fn tab(mut self, name: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        let link = Link::new(name, href);
        self.tabs.push(Tab { link, current });
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn alert(mut self, alert: Alert) -> Self {
        self.alert = Some(alert);
        self
    }

    /// With more content.
    #[must_use]
    pub fn with(mut self, component: impl Component + 'static) -> Self {
        self.parts.push(Box::new(component));
        self
    }

    pub(crate) fn render(self, telling: &Telling, flash: Option<&str>) -> Result<String, Stop> {
        let text = &*telling.text;
        let mut content = String::new();
        for mut part in self.parts {
            if let Some(alert) = &self.alert {
                part.take_faults(alert);
            }
            content.push_str(&part.html(text)?);
        }
        let settings = &telling.console.settings;
        let visitor = telling.visitor.as_ref();
        let layout = Layout {
            alert: self.alert.as_ref(),
            content: &content,
            crumbs: &self.crumbs,
            actions: &self.actions,
            tabs: &self.tabs,
            demo: settings.demo,
            files: settings.files,
            flash,
            home: &telling.home(),
            language: Languages {
                action: &format!("{}/account/language", settings.prefix),
                back: telling
                    .uri
                    .path_and_query()
                    .map_or("", |here| here.as_str()),
                choices: &telling.languages(),
                csrf: &telling.language_csrf,
            },
            lede: self.lede.as_deref(),
            navigation: &telling.navigation(),
            person: visitor.map(|visitor| visitor.caller.subject.display_name()),
            account: &format!("{}/account", settings.prefix),
            sign_out: &format!("{}/sign-out", settings.prefix),
            request_id: &telling.request_id,
            text,
            title: &self.title,
        };
        Ok(layout.render()?)
    }
}

#[derive(Template)]
#[template(path = "console/layout.html")]
struct Layout<'a> {
    alert: Option<&'a Alert>,
    content: &'a str,
    crumbs: &'a [Link],
    actions: &'a [Link],
    tabs: &'a [Tab],
    demo: bool,
    files: crate::Files,
    flash: Option<&'a str>,
    home: &'a str,
    language: Languages<'a>,
    lede: Option<&'a str>,
    navigation: &'a [Part],
    person: Option<&'a str>,
    account: &'a str,
    sign_out: &'a str,
    request_id: &'a str,
    text: &'a Text,
    title: &'a str,
}

struct Languages<'a> {
    action: &'a str,
    back: &'a str,
    choices: &'a [Choice],
    csrf: &'a str,
}

struct Choice {
    tag: String,
    name: String,
    current: bool,
}

struct Part {
    name: Option<String>,
    links: Vec<Tab>,
}

impl Telling {
    fn home(&self) -> String {
        format!("{}/admin", self.console.settings.prefix)
    }

    fn languages(&self) -> Vec<Choice> {
        let all = self.console.parts.languages.all();
        all.map(|text| Choice {
            tag: text.tag(),
            name: text.name().to_owned(),
            current: text.tag() == self.text.tag(),
        })
        .collect()
    }

    /// What the person may see. On account pages that is what everybody has.
    fn navigation(&self) -> Vec<Part> {
        let Some(visitor) = &self.visitor else {
            return Vec::new();
        };
        let at = self.section.and_then(|at| self.console.sections.get(at));
        let account = at.is_some_and(|at| at.group == Group::Account);
        let groups: &[(Group, Option<&str>)] = if account {
            &[(Group::Account, None)]
        } else {
            &[
                (Group::Top, None),
                (Group::Directory, Some("group-directory")),
                (Group::Applications, Some("group-applications")),
                (Group::Access, Some("group-access")),
                (Group::Operation, Some("group-operation")),
            ]
        };
        let management = &self.console.parts.management;
        let mut parts = Vec::new();
        for (group, name) in groups {
            let links = self.console.sections.iter().enumerate();
            let links = links.filter(|(_, section)| {
                let needs = section.needs;
                let may = needs.is_none_or(|needs| management.may(&visitor.caller, needs));
                section.group == *group && may
            });
            let links: Vec<_> = links
                .map(|(at, section)| Tab {
                    link: Link::new(
                        self.text.say(section.name),
                        format!("{}{}", self.console.settings.prefix, section.path),
                    ),
                    current: self.section == Some(at),
                })
                .collect();
            if !links.is_empty() {
                let name = name.map(|name| self.text.say(name));
                parts.push(Part { name, links });
            }
        }
        parts
    }
}

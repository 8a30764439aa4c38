//! The fields of what is registered of an application, and what comes of what was typed.

use serde_json::{Map, Value, json};

use super::{
    Application,
    kind::{CODE, DEVICE, Kind, REFRESH, list},
    redirects,
};
use crate::{
    component::{Field, Form, Kind as Input},
    visit::Visit,
};

/// What a form is about.
#[derive(Clone, Copy)]
pub(super) struct About {
    signs_in: bool,
    secret: bool,
    pub(super) machine: bool,
    gateway: bool,
    /// Whether the person may do what concerns people of all organizations.
    everywhere: bool,
}

/// A member that is not asked for first.
struct Advanced {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    shape: Shape,
    when: fn(About) -> bool,
}

/// How a field becomes a member.
enum Shape {
    Text,
    Lines,
    Number,
    /// True, or not there.
    Flag,
    /// This word, or not there.
    Word(&'static str),
    /// Whether the client has this grant.
    Grant(&'static str),
}

const ADVANCED: [Advanced; 15] = [
    advanced(
        "post_logout_redirect_uris",
        "field-post-logout-uris",
        "hint-post-logout-uris",
        Shape::Lines,
        |about| about.signs_in,
    ),
    advanced(
        "scope",
        "field-scope",
        "hint-client-scope",
        Shape::Text,
        |_| true,
    ),
    advanced(
        "refresh",
        "field-refresh",
        "hint-refresh",
        Shape::Grant(REFRESH),
        |about| about.signs_in,
    ),
    advanced(
        "device",
        "field-device",
        "hint-device",
        Shape::Grant(DEVICE),
        |about| about.signs_in && !about.secret,
    ),
    advanced(
        "consent",
        "field-trusted",
        "hint-trusted",
        Shape::Word("implicit"),
        |about| about.signs_in && about.everywhere,
    ),
    advanced(
        "audience",
        "field-audience",
        "hint-audience",
        Shape::Lines,
        |about| about.everywhere,
    ),
    advanced(
        "access_token_format",
        "field-opaque",
        "hint-opaque",
        Shape::Word("opaque"),
        |_| true,
    ),
    advanced(
        "access_token_lifetime",
        "field-token-lifetime",
        "hint-token-lifetime",
        Shape::Number,
        |_| true,
    ),
    advanced(
        "dpop_bound_access_tokens",
        "field-dpop",
        "hint-dpop",
        Shape::Flag,
        |_| true,
    ),
    advanced(
        "require_pushed_authorization_requests",
        "field-par",
        "hint-par",
        Shape::Flag,
        |about| about.signs_in,
    ),
    advanced(
        "backchannel_logout_uri",
        "field-backchannel-logout",
        "hint-backchannel-logout",
        Shape::Text,
        |about| about.signs_in && about.secret,
    ),
    advanced(
        "client_uri",
        "field-client-uri",
        "hint-client-uri",
        Shape::Text,
        |about| about.signs_in,
    ),
    advanced(
        "logo_uri",
        "field-logo-uri",
        "hint-client-uri",
        Shape::Text,
        |about| about.signs_in,
    ),
    advanced(
        "policy_uri",
        "field-policy-uri",
        "hint-client-uri",
        Shape::Text,
        |about| about.signs_in,
    ),
    advanced(
        "tos_uri",
        "field-tos-uri",
        "hint-client-uri",
        Shape::Text,
        |about| about.signs_in,
    ),
];

const fn advanced(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    shape: Shape,
    when: fn(About) -> bool,
) -> Advanced {
    Advanced {
        name,
        label,
        hint,
        shape,
        when,
    }
}

pub(super) fn first_fields(
    visit: &Visit,
    form: Form,
    about: About,
    name: &str,
    metadata: &Map<String, Value>,
) -> Form {
    let lines = |member: &str| list(metadata, member).collect::<Vec<_>>().join("\n");
    let mut form = form.field(visit, name_field(visit).value(name));
    if about.signs_in {
        let mut uris = Field::new("redirect_uris", visit.say("field-redirect-uris"))
            .pointer("/metadata/redirect_uris")
            .kind(Input::Lines)
            .hint(visit.say("hint-redirect-uris"))
            .value(lines("redirect_uris"))
            .fault(redirects::fault(visit, "redirect_uris"));
        if list(metadata, "grant_types").any(|grant| grant == CODE) {
            uris = uris.required();
        }
        form = form.field(visit, uris);
    }
    if about.gateway && about.everywhere {
        let audiences = Field::new("introspects", visit.say("field-introspects"))
            .pointer("/metadata/introspects")
            .kind(Input::Lines)
            .hint(visit.say("hint-introspects"))
            .value(lines("introspects"));
        form = form.field(visit, audiences);
    }
    form
}

pub(super) fn name_field(visit: &Visit) -> Field {
    Field::new("name", visit.say("field-name"))
        .pointer("/metadata/client_name")
        .hint(visit.say("hint-client-name"))
        .required()
}

pub(super) fn advanced_fields(
    visit: &Visit,
    mut form: Form,
    about: About,
    metadata: &Map<String, Value>,
) -> Form {
    for one in ADVANCED.iter().filter(|one| (one.when)(about)) {
        let value = metadata.get(one.name);
        let text = value.and_then(Value::as_str).unwrap_or_default();
        let on = |is: bool| if is { "on".to_owned() } else { String::new() };
        let (kind, value) = match one.shape {
            Shape::Text => (Input::Text, text.to_owned()),
            Shape::Lines => {
                let all: Vec<_> = list(metadata, one.name).collect();
                (Input::Lines, all.join("\n"))
            }
            Shape::Number => (
                Input::Text,
                value.map(ToString::to_string).unwrap_or_default(),
            ),
            Shape::Flag => (Input::Switch, on(value == Some(&Value::Bool(true)))),
            Shape::Word(word) => (Input::Switch, on(text == word)),
            Shape::Grant(grant) => {
                let has = list(metadata, "grant_types").any(|own| own == grant);
                (Input::Switch, on(has))
            }
        };
        let mut field = Field::new(one.name, visit.say(one.label))
            .pointer(&format!("/metadata/{}", one.name))
            .hint(visit.say(one.hint))
            .kind(kind)
            .value(value);
        if one.name == "post_logout_redirect_uris" {
            field = field.fault(redirects::fault(visit, one.name));
        }
        form = form.field(visit, field);
    }
    form
}

/// What was typed, as changes of what is registered (RFC 7396).
pub(super) fn changes(
    visit: &Visit,
    about: About,
    before: &Map<String, Value>,
) -> Map<String, Value> {
    let mut changes = Map::new();
    let or_null = |is: bool, value: Value| if is { value } else { Value::Null };
    let text = |name: &str| or_null(!visit.field(name).is_empty(), visit.field(name).into());
    let lines = |name: &str| {
        let lines: Vec<_> = redirects::lines(visit, name).collect();
        or_null(!lines.is_empty(), json!(lines))
    };
    // Without a name it is refused, not called nothing.
    changes.insert("client_name".to_owned(), visit.field("name").into());
    if about.signs_in {
        changes.insert("redirect_uris".to_owned(), lines("redirect_uris"));
    }
    if about.gateway && about.everywhere {
        changes.insert("introspects".to_owned(), lines("introspects"));
    }
    let mut grants: Vec<&str> = list(before, "grant_types").collect();
    for one in ADVANCED.iter().filter(|one| (one.when)(about)) {
        let on = visit.field(one.name) == "on";
        let value = match one.shape {
            Shape::Text => text(one.name),
            Shape::Lines => lines(one.name),
            // What is no number is for the operation to refuse.
            Shape::Number => match visit.field(one.name).parse::<u32>() {
                Ok(number) => number.into(),
                Err(_) => text(one.name),
            },
            Shape::Flag => or_null(on, true.into()),
            Shape::Word(word) => or_null(on, word.into()),
            Shape::Grant(grant) => {
                let has = grants.contains(&grant);
                if on && !has {
                    grants.push(grant);
                } else if !on {
                    grants.retain(|own| *own != grant);
                }
                continue;
            }
        };
        changes.insert(one.name.to_owned(), value);
    }
    changes.insert("grant_types".to_owned(), json!(grants));
    changes
}

impl About {
    pub(super) fn new(visit: &Visit, kind: &Kind) -> Self {
        Self {
            signs_in: kind.signs_in(),
            secret: kind.secret,
            machine: kind.is_machine(),
            gateway: kind.is_gateway(),
            everywhere: visit.may_in("create_client", ""),
        }
    }

    /// An application may be several things at once.
    pub(super) fn of(visit: &Visit, application: &Application) -> Self {
        let kind = Kind::of(&application.metadata);
        let introspects = list(&application.metadata, "introspects").next().is_some();
        Self {
            signs_in: [CODE, DEVICE, "implicit"]
                .iter()
                .any(|grant| application.allows(grant)),
            secret: application.has_secret(),
            machine: application.allows("client_credentials"),
            gateway: kind.is_gateway() || introspects,
            everywhere: visit.may_in("update_client", ""),
        }
    }
}

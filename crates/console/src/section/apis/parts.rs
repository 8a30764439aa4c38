//! One scope or endpoint more, or less.

use serde_json::json;
use symbolon_admin::{Ask, Problem};

use super::{Api, Endpoint, Scope, allowed, below, found, path};
use crate::{
    component::{Confirm, Field, Form, Kind, Option_},
    page::Page,
    section::common::MOST_CHOICES,
    visit::{Answer, Stop, Visit},
};

/// The methods to choose from.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

pub(super) async fn ask_scope(visit: Visit) -> Answer {
    allowed(&visit, "update_api")?;
    let api = found(&visit).await?;
    let page = scope_form(&visit, &api);
    visit.show(page).await
}

pub(super) async fn add_scope(visit: Visit) -> Answer {
    allowed(&visit, "update_api")?;
    let api = found(&visit).await?;
    let own = Scope {
        scope: visit.field("scope").to_owned(),
        description: visit.field("description").to_owned(),
    };
    // In the first place: there problems point to.
    let scopes: Vec<Scope> = [own]
        .into_iter()
        .chain(api.scopes.iter().cloned())
        .collect();
    match change(&visit, &api, json!({ "scopes": scopes })).await {
        Ok(()) => visit.done(&path(&api.audience), "saved").await,
        Err(problem) => visit.again(scope_form(&visit, &api), problem).await,
    }
}

fn scope_form(visit: &Visit, api: &Api) -> Page {
    let form = Form::new(visit, visit.say("apis-scope-new"))
        .field(
            visit,
            Field::new("scope", visit.say("field-scope"))
                .hint(visit.say("apis-scope-hint"))
                .pointer("/scopes/0/scope")
                .required(),
        )
        .field(
            visit,
            Field::new("description", visit.say("field-description"))
                .hint(visit.say("apis-description-hint"))
                .pointer("/scopes/0/description"),
        )
        .hidden("version", api.version)
        .cancel(visit.say("cancel"), visit.path(&path(&api.audience)));
    below(visit, api, visit.say("apis-scope-new")).with(form)
}

pub(super) async fn ask_endpoint(visit: Visit) -> Answer {
    allowed(&visit, "update_api")?;
    let api = found(&visit).await?;
    let page = endpoint_form(&visit, &api);
    visit.show(page).await
}

pub(super) async fn add_endpoint(visit: Visit) -> Answer {
    allowed(&visit, "update_api")?;
    let api = found(&visit).await?;
    let own = Endpoint {
        method: visit.field("method").to_owned(),
        template: visit.field("template").to_owned(),
        scope: visit.field("scope").to_owned(),
    };
    let others = api.endpoints.iter().cloned();
    let endpoints: Vec<Endpoint> = [own].into_iter().chain(others).collect();
    match change(&visit, &api, json!({ "endpoints": endpoints })).await {
        Ok(()) => visit.done(&endpoints_path(&api), "saved").await,
        Err(problem) => visit.again(endpoint_form(&visit, &api), problem).await,
    }
}

fn endpoint_form(visit: &Visit, api: &Api) -> Page {
    let methods = METHODS.map(|method| Option_::new(method, method)).into();
    let scope = Field::new("scope", visit.say("why-needed"))
        .pointer("/endpoints/0/scope")
        .required();
    let few = u32::try_from(api.scopes.len()).is_ok_and(|number| number <= MOST_CHOICES);
    let scope = if few {
        let scopes = api.scopes.iter();
        let scopes = scopes.map(|own| Option_::new(&own.scope, &own.scope));
        scope.kind(Kind::Choice(scopes.collect()))
    } else {
        scope
    };
    let form = Form::new(visit, visit.say("apis-endpoint-new"))
        .field(
            visit,
            Field::new("method", visit.say("field-method"))
                .kind(Kind::Choice(methods))
                .pointer("/endpoints/0/method"),
        )
        .field(
            visit,
            Field::new("template", visit.say("field-path"))
                .hint(visit.say("apis-path-hint"))
                .pointer("/endpoints/0/template")
                .required(),
        )
        .field(visit, scope)
        .hidden("version", api.version)
        .cancel(visit.say("cancel"), visit.path(&endpoints_path(api)));
    below(visit, api, visit.say("apis-endpoint-new")).with(form)
}

pub(super) async fn ask_remove(visit: Visit) -> Answer {
    allowed(&visit, "update_api")?;
    let api = found(&visit).await?;
    let said = |name| visit.wish(name);
    let page = remove_form(
        &visit,
        &api,
        said("scope"),
        said("method"),
        said("template"),
    )?;
    visit.show(page).await
}

pub(super) async fn remove(visit: Visit) -> Answer {
    allowed(&visit, "update_api")?;
    let api = found(&visit).await?;
    let (scope, method, template) = (
        visit.field("scope"),
        visit.field("method"),
        visit.field("template"),
    );
    let (body, back) = if scope.is_empty() {
        let others = api.endpoints.iter();
        let others = others.filter(|own| own.method != method || own.template != template);
        let others: Vec<&Endpoint> = others.collect();
        (json!({ "endpoints": others }), endpoints_path(&api))
    } else {
        let others = api.scopes.iter().filter(|own| own.scope != scope);
        let others: Vec<&Scope> = others.collect();
        (json!({ "scopes": others }), path(&api.audience))
    };
    match change(&visit, &api, body).await {
        Ok(()) => visit.done(&back, "apis-removed").await,
        Err(problem) => {
            let page = remove_form(&visit, &api, scope, method, template)?;
            visit.again(page, problem).await
        }
    }
}

/// What is not there is not removed.
fn remove_form(
    visit: &Visit,
    api: &Api,
    scope: &str,
    method: &str,
    template: &str,
) -> Result<Page, Stop> {
    let (name, consequence, back) = if scope.is_empty() {
        let mut all = api.endpoints.iter();
        if !all.any(|own| own.method == method && own.template == template) {
            return Err(Stop::Missing);
        }
        let consequence = visit.say("apis-endpoint-consequence");
        (
            format!("{method} {template}"),
            consequence,
            endpoints_path(api),
        )
    } else {
        if !api.scopes.iter().any(|own| own.scope == scope) {
            return Err(Stop::Missing);
        }
        let consequence = visit.say("apis-scope-consequence");
        (scope.to_owned(), consequence, path(&api.audience))
    };
    let form = Form::new(visit, visit.say("remove"))
        .hidden("scope", scope)
        .hidden("method", method)
        .hidden("template", template)
        .hidden("version", api.version)
        .danger()
        .cancel(visit.say("cancel"), visit.path(&back));
    let title = visit.tell_of("apis-remove-title", [("name", name.as_str())]);
    Ok(below(visit, api, title).with(Confirm::new(form, [consequence])))
}

async fn change(visit: &Visit, api: &Api, body: serde_json::Value) -> Result<(), Problem> {
    let ask = Ask::new("update_api")
        .at("audience", &api.audience)
        .version(visit.version())
        .body(body);
    visit.tell(ask).await
}

fn endpoints_path(api: &Api) -> String {
    format!("{}/endpoints", path(&api.audience))
}

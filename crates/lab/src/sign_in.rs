//! Signing in without typing. The lab knows what everybody signs in with, and types it into the form
//! of the product: all that a sign-in has to pass, it passes.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use tower::ServiceExt;

use crate::{
    exchange::{Asked, encoded},
    lab::Lab,
    page,
    world::{World, lock},
};

/// The header that says who comes.
const HEADER: &str = "x-lab-login";

/// The cookie that says so.
const COOKIE: &str = "lab_login";

/// Who is to be signed in by this request without a page: the header, the cookie, the hint of the
/// client, or who always is; as far as it is somebody.
pub(crate) fn wanted(lab: &Lab, asked: &Asked, headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let cookies = text("cookie").unwrap_or_default().split("; ");
    let mut cookies = cookies.filter_map(|cookie| cookie.split_once('='));
    let world = lab.world();
    let is_known = |name: &&str| world.password(name).is_some();
    text(HEADER)
        .or_else(|| {
            cookies
                .find(|(name, _)| *name == COOKIE)
                .map(|(_, value)| value)
        })
        .filter(is_known)
        .or_else(|| asked.parameter("login_hint").filter(is_known))
        .or_else(|| lab.arguments.auto_login.as_deref().filter(is_known))
        .map(str::to_owned)
}

/// Calls the provider, with what somebody types who only clicked, or who is not asked.
pub(crate) async fn through(
    lab: &Lab,
    world: &World,
    asked: &mut Asked,
    head: Parts,
    body: Bytes,
    provider: Router,
) -> Response {
    let handle = asked.handle().map(str::to_owned);
    let Some(handle) = handle.filter(|_| asked.path.starts_with("/sign-in/")) else {
        return call(&provider, Request::from_parts(head, Body::from(body))).await;
    };
    if asked.method == Method::POST {
        let person = asked.parameter("lab_person").map(str::to_owned);
        if let Some(person) = person {
            claims_of(world, &person, asked.parameter("lab_claims"));
            let csrf = asked.parameter("csrf").unwrap_or_default().to_owned();
            come(lab, asked, &handle, &person);
            return call(&provider, typed(world, head, &csrf, &person)).await;
        }
        if let Some(person) = asked.parameter("username").map(str::to_owned) {
            come(lab, asked, &handle, &person);
        }
        return call(&provider, Request::from_parts(head, Body::from(body))).await;
    }
    let login = lock(&lab.visits)
        .get(&handle)
        .and_then(|visit| visit.login.clone());
    let login = login.or_else(|| wanted(lab, asked, &head.headers));
    let again = head.clone();
    let response = call(&provider, Request::from_parts(head, Body::from(body))).await;
    let Some(person) = login else {
        return response;
    };
    let (answered, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let html = String::from_utf8_lossy(&body).into_owned();
    match page::hidden(&html, "csrf") {
        Some(csrf) => {
            come(lab, asked, &handle, &person);
            call(&provider, typed(world, again, csrf, &person)).await
        }
        None => Response::from_parts(answered, Body::from(body)),
    }
}

async fn call(provider: &Router, request: Request) -> Response {
    match provider.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn come(lab: &Lab, asked: &mut Asked, handle: &str, person: &str) {
    asked.person = Some(person.to_owned());
    if let Some(visit) = lock(&lab.visits).get_mut(handle) {
        visit.person = Some(person.to_owned());
    }
}

fn claims_of(world: &World, person: &str, json: Option<&str>) {
    let claims = json.and_then(|json| serde_json::from_str(json).ok());
    if let Some(claims) = claims {
        lock(&world.claims).insert(person.to_owned(), claims);
    }
}

/// The form as somebody would send it.
fn typed(world: &World, mut head: Parts, csrf: &str, person: &str) -> Request {
    let password = world.password(person).unwrap_or_default();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let body = encoded(&[
        pair("csrf", csrf),
        pair("username", person),
        pair("password", &password),
    ]);
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    head.method = Method::POST;
    head.headers.insert(header::CONTENT_TYPE, form);
    head.headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Request::from_parts(head, Body::from(body))
}

//! What every request passes: the issuer that it is for, the faults that are on, the provider, and
//! what the faults make of the answer.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use serde_json::Value;
use symbolon_core::id::Id;

use crate::{
    capture::Captured,
    decorate::decorate,
    elsewhere,
    exchange::{Asked, Endpoint},
    fault::{Fault, Reply, Scene, Seam},
    faults,
    lab::{Lab, Visit},
    lenient, page, sign_in, transport, webfinger,
    world::{LabError, World, lock},
};

/// The longest body that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// The header that chooses faults for one request, separated by commas.
const HEADER: &str = "x-lab-fault";

/// Answers.
pub(crate) async fn serve(State(lab): State<Arc<Lab>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is longer than 1 MiB",
        );
    };
    match answer(&lab, head, body).await {
        Ok(response) => response,
        Err(error) => refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

async fn answer(lab: &Lab, mut head: Parts, body: Bytes) -> Result<Response, LabError> {
    let mut full = head.uri.path().to_owned();
    let (prefix, mut path) = split(&full);
    // What stands behind the tilde only makes the issuer another one.
    let chosen = prefix.strip_prefix("/test/").unwrap_or_default();
    let chosen = chosen.split('~').next().unwrap_or_default();
    let header = head
        .headers
        .get(HEADER)
        .and_then(|value| value.to_str().ok());
    let header = header.unwrap_or_default().to_owned();
    let names = chosen.split('+').chain(header.split(',').map(str::trim));
    let names: Vec<String> = names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    if let Err(unknown) = faults::find_all(names.iter().map(String::as_str)) {
        let text = format!("there is no fault {unknown}: see /lab/v1/faults");
        return Ok(refuse(StatusCode::NOT_FOUND, &text));
    }
    let Some(base) = base(lab, &head.headers) else {
        return Ok(refuse(
            StatusCode::BAD_REQUEST,
            "the Host header names no host",
        ));
    };
    if full == webfinger::PATH {
        return Ok(webfinger::answer(lab, &base, &head.uri));
    }
    let real = elsewhere::real(&path).map(str::to_owned);
    let is_elsewhere = real.is_some();
    if let Some(real) = real {
        path = real;
        full = format!("{prefix}{path}");
        head.uri = elsewhere::moved(&head.uri, &full);
    }
    let issuer = format!("{base}{prefix}");
    let world = lab.world();
    let endpoint = Endpoint::at(&path, &lab.ground.config);
    let mut asked = Asked::new(endpoint, &path, &head, &body);
    asked.elsewhere = is_elsewhere;
    let visit = asked
        .handle()
        .and_then(|handle| lock(&lab.visits).get(handle).cloned());
    if let Some(visit) = visit {
        asked.client = visit.client;
        asked.person = visit.person;
    }
    if lab.arguments.lenient_clients {
        lenient::accept(lab, &world, &asked).await?;
    }
    let next = lock(&lab.selection).take_next(endpoint);
    let named: Vec<String> = names.into_iter().chain(next).collect();
    let before = on(lab, &world, &named, &asked).await;
    if !before.is_empty() {
        // What has not changed would come without a body, and there would be nothing to change.
        head.headers.remove(header::IF_NONE_MATCH);
    }
    let sent = head.headers.clone();
    let scene = Scene {
        ground: &lab.ground,
        world: &world,
        issuer: &issuer,
        asked: &asked,
        client_keys: &[],
    };
    let replied = reply(&before, &scene).map(transport::reply);
    let (response, disturbed) = match transport::instead(&before, endpoint).or(replied) {
        Some(response) => (response, true),
        None => {
            let routes = world.issuer(&lab.ground, &issuer).await?;
            let response = sign_in::through(lab, &world, &mut asked, head, body, routes).await;
            (response, false)
        }
    };
    let (mut head, body) = response.into_parts();
    let mut body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    remember(lab, &asked, &sent, &head.headers);
    learn_person(&mut asked, &body);
    let after = on(lab, &world, &named, &asked).await;
    let client_keys = client_keys(&world, &asked).await?;
    let scene = Scene {
        ground: &lab.ground,
        world: &world,
        issuer: &issuer,
        asked: &asked,
        client_keys: &client_keys,
    };
    if !disturbed {
        let person = username(&world, asked.person.as_deref()).await;
        let claims = person.and_then(|name| lock(&world.claims).get(&name).cloned());
        body = decorate(&scene, &after, claims, &mut head, body);
    }
    capture(lab, &scene, &sent, &after, &head, &body);
    if is_html(&head.headers)
        && let Ok(html) = std::str::from_utf8(&body)
        && !disturbed
    {
        let names: Vec<&str> = after.iter().map(|fault| fault.name).collect();
        let shows_people = endpoint == Endpoint::Page && path.starts_with("/sign-in/");
        let html = if shows_people {
            page::with_people(html, &full, &world)
        } else {
            html.to_owned()
        };
        body = page::with_banner(&html, &names, lab.arguments.lenient_clients).into();
    }
    head.headers.remove(header::CONTENT_LENGTH);
    let response = Response::from_parts(head, Body::from(body));
    Ok(transport::on_the_way(&after, endpoint, response).await)
}

/// `/test/<faults>` or nothing, and the path below it. RFC 8414 §3.1 puts the issuer's path behind
/// the well-known name.
fn split(full: &str) -> (String, String) {
    const METADATA: &str = "/.well-known/oauth-authorization-server";
    let behind = full.strip_prefix(METADATA).unwrap_or(full);
    let Some(rest) = behind.strip_prefix("/test/") else {
        return (String::new(), full.to_owned());
    };
    let (names, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = if behind == full {
        format!("/{path}")
    } else {
        METADATA.to_owned()
    };
    (format!("/test/{names}"), path)
}

/// What a fault answers by itself.
fn reply(on: &[&Fault], scene: &Scene<'_>) -> Option<Reply> {
    on.iter()
        .flat_map(|fault| fault.seams)
        .find_map(|seam| match seam {
            Seam::Reply(reply) => reply(scene),
            _ => None,
        })
}

/// The issuer at the root, which may be that of the host that the request names.
fn base(lab: &Lab, headers: &HeaderMap) -> Option<String> {
    if !lab.arguments.issuer_from_host {
        return Some(lab.issuer.clone());
    }
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:[]".contains(c);
    (!host.is_empty() && host.chars().all(plain)).then(|| format!("http://{host}"))
}

/// The faults that are on for a request: those of these names, of its client and of its person.
async fn on(lab: &Lab, world: &World, named: &[String], asked: &Asked) -> Vec<&'static Fault> {
    let person = username(world, asked.person.as_deref()).await;
    let own = lock(&lab.selection).of(asked.client.as_deref(), person.as_deref());
    let all = named.iter().chain(&own).map(String::as_str);
    faults::find_all(all).unwrap_or_default()
}

/// The keys that a client is declared with.
async fn client_keys(world: &World, asked: &Asked) -> Result<Vec<Value>, LabError> {
    let id = asked
        .client
        .as_deref()
        .and_then(|name| Id::parse(name).ok());
    let Some(id) = id else {
        return Ok(Vec::new());
    };
    let client = world.storage.client(&id).await?;
    let keys = client.and_then(|client| client.metadata.jwks.clone());
    let keys = keys.and_then(|keys| keys.get("keys")?.as_array().cloned());
    Ok(keys.unwrap_or_default())
}

/// The username of a `sub`, or of a username.
pub(crate) async fn username(world: &World, person: Option<&str>) -> Option<String> {
    let person = person?;
    if let Ok(id) = Id::parse(person)
        && let Ok(Some(subject)) = world.storage.declared_subject_by_id(&id).await
    {
        return Some(subject.username);
    }
    Some(person.to_owned())
}

/// Keeps who began an interaction, and who comes without being asked.
fn remember(lab: &Lab, asked: &Asked, sent: &HeaderMap, answered: &HeaderMap) {
    let location = answered.get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    let handle = location.and_then(|location| location.split('?').next()?.rsplit('/').next());
    let begins = asked.endpoint == Endpoint::Authorize;
    let (true, Some(handle)) = (begins, handle) else {
        return;
    };
    let visit = Visit {
        client: asked.client.clone(),
        login: sign_in::wanted(lab, asked, sent),
        person: None,
    };
    lock(&lab.visits).insert(handle.to_owned(), visit);
}

/// Whom a token response is about.
fn learn_person(asked: &mut Asked, body: &[u8]) {
    if asked.endpoint != Endpoint::Token {
        return;
    }
    let answer: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let token = answer["id_token"]
        .as_str()
        .or(answer["access_token"].as_str());
    let claims = token.and_then(crate::token::claims);
    if let Some(sub) = claims
        .as_ref()
        .and_then(|claims| claims.get("sub")?.as_str())
    {
        asked.person = Some(sub.to_owned());
    }
}

fn capture(
    lab: &Lab,
    scene: &Scene<'_>,
    sent: &HeaderMap,
    on: &[&'static Fault],
    head: &http::response::Parts,
    body: &Bytes,
) {
    let asked = scene.asked;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let answer = (!is_html(&head.headers) && body.len() < 65_536)
        .then(|| String::from_utf8(body.to_vec()).ok())
        .flatten();
    lab.captures.keep(Captured {
        number: 0,
        at: lab.now(),
        issuer: scene.issuer.to_owned(),
        endpoint: asked.endpoint,
        method: asked.method.to_string(),
        path: asked.path.clone(),
        headers: sent
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        parameters: asked.parameters.clone(),
        client: asked.client.clone(),
        person: asked.person.clone(),
        faults: on.iter().map(|fault| fault.name).collect(),
        status: head.status.as_u16(),
        location: head.headers.get(header::LOCATION).map(text),
        answer,
    });
}

fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// An answer of the lab itself.
pub(crate) fn refuse(status: StatusCode, text: &str) -> Response {
    let body = serde_json::json!({ "error": text }).to_string();
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faults_of_an_issuer_stand_in_its_path() {
        let pair = |prefix: &str, path: &str| (prefix.to_owned(), path.to_owned());
        assert_eq!(split("/oauth/v2/token"), pair("", "/oauth/v2/token"));
        assert_eq!(
            split("/test/a+b/oauth/v2/token"),
            pair("/test/a+b", "/oauth/v2/token")
        );
        let metadata = "/.well-known/oauth-authorization-server";
        assert_eq!(
            split(&format!("{metadata}/test/a")),
            pair("/test/a", metadata)
        );
        assert_eq!(split("/test/a"), pair("/test/a", "/"));
    }
}

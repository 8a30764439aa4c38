//! Takes an answer of the provider apart, lets the faults at each of its parts, and puts it together.

use axum::body::Bytes;
use http::{HeaderValue, StatusCode, header, response::Parts};
use serde_json::{Map, Value};

use crate::{
    exchange::{Endpoint, encoded, pairs},
    fault::{Fault, Scene, Seam},
    token::Token,
};

/// The answer as the client gets it. `claims` are those that a tester gave the person.
pub(crate) fn decorate(
    scene: &Scene<'_>,
    on: &[&Fault],
    claims: Option<Map<String, Value>>,
    head: &mut Parts,
    body: Bytes,
) -> Bytes {
    let claims = claims.unwrap_or_default();
    if head.status.is_redirection() {
        redirect(scene, on, &claims, head);
        return body;
    }
    if head.status != StatusCode::OK {
        return body;
    }
    let Ok(Value::Object(mut answer)) = serde_json::from_slice::<Value>(&body) else {
        return body;
    };
    let unchanged = answer.clone();
    match scene.asked.endpoint {
        Endpoint::Discovery => each(on, |seam| {
            if let Seam::Discovery(change) = seam {
                change(&mut answer, scene);
            }
        }),
        Endpoint::Keys => keys(scene, on, &mut answer),
        Endpoint::Token => {
            if let Some(Value::String(text)) = answer.get_mut("id_token") {
                id_token(scene, on, &claims, text);
            }
            each(on, |seam| {
                if let Seam::TokenResponse(change) = seam {
                    change(&mut answer, scene);
                }
            });
        }
        Endpoint::Userinfo => {
            answer.extend(claims);
            each(on, |seam| {
                if let Seam::Userinfo(change) = seam {
                    change(&mut answer, scene);
                }
            });
        }
        _ => return body,
    }
    if answer == unchanged {
        return body;
    }
    head.headers.remove(header::ETAG);
    serde_json::to_vec(&answer).map_or(body, Bytes::from)
}

fn each(on: &[&Fault], mut at: impl FnMut(&Seam)) {
    on.iter().flat_map(|fault| fault.seams).for_each(&mut at);
}

fn keys(scene: &Scene<'_>, on: &[&Fault], answer: &mut Map<String, Value>) {
    let Some(Value::Array(keys)) = answer.get_mut("keys") else {
        return;
    };
    if let Some(only) = scene.world.replaced_keys(scene.issuer) {
        *keys = vec![only.public_jwk()];
    }
    each(on, |seam| {
        if let Seam::KeySet(change) = seam {
            change(keys, scene);
        }
    });
}

/// An ID token as the client gets it. One that nobody wants anything else of stays as it is.
fn id_token(scene: &Scene<'_>, on: &[&Fault], claims: &Map<String, Value>, text: &mut String) {
    let touched = on.iter().flat_map(|fault| fault.seams);
    let mut touched = touched.filter(|seam| matches!(seam, Seam::IdToken(_) | Seam::Signature(_)));
    if claims.is_empty() && touched.next().is_none() {
        return;
    }
    let Some(mut token) = Token::parse(text, |kid| scene.world.key(kid)) else {
        return;
    };
    token.claims.extend(claims.clone());
    each(on, |seam| {
        if let Seam::IdToken(change) = seam {
            change(&mut token, scene);
        }
    });
    each(on, |seam| {
        if let Seam::Signature(change) = seam {
            change(&mut token, scene);
        }
    });
    *text = token.encode();
}

/// What a browser carries to the client, in the query or the fragment.
fn redirect(scene: &Scene<'_>, on: &[&Fault], claims: &Map<String, Value>, head: &mut Parts) {
    let answers = matches!(scene.asked.endpoint, Endpoint::Authorize | Endpoint::Page);
    let location = head.headers.get(header::LOCATION);
    let location = location
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let (true, Some(location)) = (answers, location) else {
        return;
    };
    // Pages of the provider itself are named by their path.
    if location.starts_with('/') || location.starts_with(scene.issuer) {
        return;
    }
    let Some(at) = location.find('#').or_else(|| location.find('?')) else {
        return;
    };
    let (place, answer) = location.split_at(at);
    let (mark, answer) = answer.split_at(1);
    let mut parameters = pairs(answer.as_bytes());
    if let Some((_, token)) = parameters.iter_mut().find(|(name, _)| name == "id_token") {
        id_token(scene, on, claims, token);
    }
    each(on, |seam| {
        if let Seam::AuthorizationResponse(change) = seam {
            change(&mut parameters, scene);
        }
    });
    let changed = format!("{place}{mark}{}", encoded(&parameters));
    if parameters != pairs(answer.as_bytes())
        && let Ok(value) = HeaderValue::from_str(&changed)
    {
        head.headers.insert(header::LOCATION, value);
    }
}

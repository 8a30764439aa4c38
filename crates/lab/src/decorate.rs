//! Takes an answer of the provider apart, lets the faults at each of its parts, and puts it together.

use axum::body::Bytes;
use http::{HeaderValue, StatusCode, header, response::Parts};
use serde_json::{Map, Value};
use symbolon_core::algorithm::Algorithm;

use crate::{
    exchange::{Endpoint, encoded, pairs},
    fault::{Fault, Scene, Seam},
    form_post::FormPost,
    token::{self, Token},
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
    if scene.asked.endpoint == Endpoint::Userinfo {
        return userinfo(scene, on, claims, head, body);
    }
    if let Some(html) = form(scene, on, &claims, &body) {
        return html;
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
        Endpoint::Backchannel => {
            // The client is told with this name, at no issuer that could be seen.
            if let Some(Value::String(id)) = answer.get("auth_req_id") {
                scene.world.note(id, scene.issuer);
            }
            each(on, |seam| {
                if let Seam::Backchannel(change) = seam {
                    change(&mut answer, scene);
                }
            });
        }
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

/// Claims in plain; or signed, when a fault wants that or the client does.
fn userinfo(
    scene: &Scene<'_>,
    on: &[&Fault],
    more: Map<String, Value>,
    head: &mut Parts,
    body: Bytes,
) -> Bytes {
    let plain = serde_json::from_slice::<Value>(&body).ok();
    let token = match plain {
        Some(Value::Object(claims)) => {
            let key = scene.world.own_key(Algorithm::RS256);
            key.map(|key| Token::new("JWT", claims, key))
        }
        _ => {
            let text = std::str::from_utf8(&body).unwrap_or_default();
            Token::parse(text, |kid| scene.world.key(kid))
        }
    };
    let Some(mut token) = token else {
        return body;
    };
    let was_plain = body.starts_with(b"{");
    let unchanged = token.claims.clone();
    token.claims.extend(more);
    each(on, |seam| {
        if let Seam::Userinfo(change) = seam {
            change(&mut token.claims, scene);
        }
    });
    let mut signed = false;
    each(on, |seam| {
        if let Seam::UserinfoToken(change) = seam {
            if was_plain && !signed {
                token.claims.insert("iss".to_owned(), scene.issuer.into());
                let client = scene.asked.client.clone().unwrap_or_default();
                token.claims.insert("aud".to_owned(), client.into());
            }
            change(&mut token, scene);
            signed = true;
        }
    });
    if !signed && token.claims == unchanged {
        return body;
    }
    if was_plain && !signed {
        return serde_json::to_vec(&token.claims).map_or(body, Bytes::from);
    }
    let kind = HeaderValue::from_static("application/jwt");
    head.headers.insert(header::CONTENT_TYPE, kind);
    token.encode().into()
}

/// An ID token as the client gets it. One that nobody wants anything else of stays as it is.
fn id_token(scene: &Scene<'_>, on: &[&Fault], claims: &Map<String, Value>, text: &mut String) {
    let own = token::claims(text);
    if let Some(Value::String(sid)) = own.as_ref().and_then(|own| own.get("sid")) {
        // For what the client is told of the end of the session.
        scene.world.note(sid, scene.issuer);
    }
    let mut touched = !claims.is_empty();
    each(on, |seam| {
        touched |= matches!(
            seam,
            Seam::IdToken(_) | Seam::Signature(_) | Seam::Envelope(_)
        );
    });
    if !touched {
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
    each(on, |seam| {
        if let Seam::Envelope(wrap) = seam
            && let Some(wrapped) = wrap(text, scene)
        {
            *text = wrapped;
        }
    });
}

/// What a browser carries to the client.
fn response(
    scene: &Scene<'_>,
    on: &[&Fault],
    claims: &Map<String, Value>,
    parameters: &mut Vec<(String, String)>,
) {
    if scene.asked.endpoint == Endpoint::EndSession {
        each(on, |seam| {
            if let Seam::LogoutResponse(change) = seam {
                change(parameters, scene);
            }
        });
        return;
    }
    for (name, value) in parameters.iter_mut() {
        match name.as_str() {
            "id_token" => id_token(scene, on, claims, value),
            "response" => signed_response(scene, on, value),
            _ => {}
        }
    }
    each(on, |seam| {
        if let Seam::AuthorizationResponse(change) = seam {
            change(parameters, scene);
        }
    });
}

fn signed_response(scene: &Scene<'_>, on: &[&Fault], text: &mut String) {
    let Some(mut token) = Token::parse(text, |kid| scene.world.key(kid)) else {
        return;
    };
    let mut touched = false;
    each(on, |seam| {
        if let Seam::SignedResponse(change) = seam {
            change(&mut token, scene);
            touched = true;
        }
    });
    if touched {
        *text = token.encode();
    }
}

/// In a form on a page.
fn form(
    scene: &Scene<'_>,
    on: &[&Fault],
    claims: &Map<String, Value>,
    body: &Bytes,
) -> Option<Bytes> {
    if !matches!(scene.asked.endpoint, Endpoint::Authorize | Endpoint::Page) {
        return None;
    }
    let form = FormPost::parse(std::str::from_utf8(body).ok()?)?;
    let mut parameters = form.parameters.clone();
    response(scene, on, claims, &mut parameters);
    (parameters != form.parameters).then(|| form.with(&parameters).into())
}

/// In the query or the fragment of a redirect.
fn redirect(scene: &Scene<'_>, on: &[&Fault], claims: &Map<String, Value>, head: &mut Parts) {
    let answers = matches!(
        scene.asked.endpoint,
        Endpoint::Authorize | Endpoint::EndSession | Endpoint::Page
    );
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
    response(scene, on, claims, &mut parameters);
    let changed = match parameters.is_empty() {
        true => place.to_owned(),
        false => format!("{place}{mark}{}", encoded(&parameters)),
    };
    if parameters != pairs(answer.as_bytes())
        && let Ok(value) = HeaderValue::from_str(&changed)
    {
        head.headers.insert(header::LOCATION, value);
    }
}

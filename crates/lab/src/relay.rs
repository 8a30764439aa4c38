//! What the provider tells clients from server to server passes here: the clients are declared with
//! an address of the lab, which knows the real one, lets the faults at what is told, and passes the
//! client's answer on. So the way in which production tells them is the one that is tested.
//!
//! Left out: clients that register themselves; they are told at the address that they registered.

use std::{mem, net::SocketAddr, sync::Arc};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::Value;
use symbolon_declared::{Form, export};
use symbolon_outbound::Post;

use crate::{
    capture::Captured,
    exchange::{Asked, Endpoint, encoded, pairs},
    fault::{Fault, Scene, Seam},
    faults,
    lab::Lab,
    layer::{refuse, username},
    token::{self, Token},
    world::{Ground, LabError, World, lock},
};

/// Where the provider tells clients.
pub(crate) const PATH: &str = "/lab/told";

/// Where one client is really told of one kind of thing.
#[derive(Clone)]
pub(crate) struct Address {
    client: String,
    endpoint: Endpoint,
    real: String,
}

/// Declares clients at addresses of the lab.
pub(crate) fn declared(ground: &Ground, world: &World, form: &mut Form) {
    for client in &mut form.clients {
        let name = client.client_id.as_str().to_owned();
        let metadata = &mut client.metadata;
        let logout = &mut metadata.backchannel_logout_uri;
        let notification = &mut metadata.backchannel_client_notification_endpoint;
        let addresses = [
            (Endpoint::ClientLogout, "logout", logout),
            (Endpoint::ClientNotification, "notification", notification),
        ];
        for (endpoint, kind, address) in addresses {
            let Some(address) = address else { continue };
            let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let query = encoded(&[pair("client", &name), pair("kind", kind)]);
            let own = format!("{}{PATH}?{query}", ground.own);
            let known = Address {
                client: name.clone(),
                endpoint,
                real: mem::replace(address, own.clone()),
            };
            lock(&world.told).insert(own, known);
        }
    }
}

/// The state of a world, with the clients at their own addresses.
pub(crate) async fn exported(world: &World, with_hashes: bool) -> Result<Form, LabError> {
    let mut form = export(&*world.storage, with_hashes).await?;
    let told = lock(&world.told);
    for client in &mut form.clients {
        let metadata = &mut client.metadata;
        for address in [
            &mut metadata.backchannel_logout_uri,
            &mut metadata.backchannel_client_notification_endpoint,
        ] {
            if let Some(known) = address.as_ref().and_then(|own| told.get(own)) {
                *address = Some(known.real.clone());
            }
        }
    }
    Ok(form)
}

/// Tells a client.
pub(crate) async fn serve(
    State(lab): State<Arc<Lab>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !peer.ip().is_loopback() {
        return refuse(StatusCode::FORBIDDEN, "the lab alone tells clients");
    }
    let world = lab.world();
    let own = format!("{}{uri}", lab.ground.own);
    let Some(address) = lock(&world.told).get(&own).cloned() else {
        return refuse(StatusCode::NOT_FOUND, "nobody is told here");
    };
    let mut told = Told {
        is_logout: address.endpoint == Endpoint::ClientLogout,
        parameters: pairs(&body),
        bearer: bearer(&headers),
        body,
    };
    let issuer = told.issuer(&world).unwrap_or_else(|| lab.issuer.clone());
    let asked = Asked {
        endpoint: address.endpoint,
        method: Method::POST,
        path: address.real.clone(),
        elsewhere: false,
        headers: HeaderMap::new(),
        parameters: Vec::new(),
        client: Some(address.client),
        person: told.claim("sub"),
    };
    let scene = Scene {
        ground: &lab.ground,
        world: &world,
        issuer: &issuer,
        asked: &asked,
        client_keys: &[],
    };
    let on = on(&lab, &scene).await;
    told.change(&on, &scene);
    let status = lab.ground.outbound.post(&asked.path, told.post()).await;
    let status = status.unwrap_or(StatusCode::BAD_GATEWAY);
    let bearer = told.bearer.map(|token| format!("Bearer {token}"));
    let bearer = bearer.map(|value| (header::AUTHORIZATION.to_string(), value));
    lab.captures.keep(Captured {
        number: 0,
        at: lab.now(),
        issuer,
        endpoint: asked.endpoint,
        method: asked.method.to_string(),
        path: asked.path,
        headers: bearer.into_iter().collect(),
        parameters: told.parameters,
        client: asked.client,
        person: asked.person,
        faults: on.iter().map(|fault| fault.name).collect(),
        status: status.as_u16(),
        location: None,
        answer: None,
    });
    status.into_response()
}

/// What a client is told.
struct Told {
    is_logout: bool,
    parameters: Vec<(String, String)>,
    bearer: Option<String>,
    body: Bytes,
}

impl Told {
    fn logout_token(&mut self) -> Option<&mut String> {
        let mut all = self.parameters.iter_mut();
        let (_, token) = all.find(|(name, _)| name == "logout_token")?;
        Some(token)
    }

    fn claim(&mut self, name: &str) -> Option<String> {
        let claims = token::claims(self.logout_token()?)?;
        Some(claims.get(name)?.as_str()?.to_owned())
    }

    /// Which issuer tells it: the one at which the session was told of. All issuers of a lab have one
    /// database, and any of them may have taken the notice.
    fn issuer(&mut self, world: &World) -> Option<String> {
        if self.is_logout {
            let noted = self.claim("sid").and_then(|sid| world.noted(&sid));
            return noted.or_else(|| self.claim("iss"));
        }
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        world.noted(body.get("auth_req_id")?.as_str()?)
    }

    fn change(&mut self, on: &[&Fault], scene: &Scene<'_>) {
        let seams = || on.iter().flat_map(|fault| fault.seams);
        if let Some(bearer) = &mut self.bearer {
            for seam in seams() {
                if let Seam::Ping(change) = seam {
                    change(bearer);
                }
            }
        }
        let Some(text) = self.logout_token() else {
            return;
        };
        let Some(mut token) = Token::parse(text, |kid| scene.world.key(kid)) else {
            return;
        };
        token.claims.insert("iss".to_owned(), scene.issuer.into());
        for seam in seams() {
            if let Seam::LogoutToken(change) = seam {
                change(&mut token, scene);
            }
        }
        *text = token.encode();
    }

    fn post(&self) -> Post {
        let (body, content_type) = if self.is_logout {
            let form = encoded(&self.parameters).into();
            (form, "application/x-www-form-urlencoded")
        } else {
            (self.body.clone(), "application/json")
        };
        Post {
            content_type,
            body,
            bearer: self.bearer.clone(),
        }
    }
}

/// The faults of the issuer, the client and the person.
async fn on(lab: &Lab, scene: &Scene<'_>) -> Vec<&'static Fault> {
    let names = scene.issuer.split_once("/test/").map(|(_, names)| names);
    let names = names.and_then(|names| names.split('~').next());
    let names = names.into_iter().flat_map(|names| names.split('+'));
    let next = lock(&lab.selection).take_next(scene.asked.endpoint);
    let person = username(scene.world, scene.asked.person.as_deref()).await;
    let own = lock(&lab.selection).of(scene.asked.client.as_deref(), person.as_deref());
    let chosen = next.iter().chain(&own).map(String::as_str);
    faults::find_all(names.chain(chosen)).unwrap_or_default()
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ")?.to_owned())
}

//! What can happen to an answer as a whole.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use hyper::body::Frame;
use tokio::sync::mpsc::{Receiver, channel};

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Fault, Reply, Seam},
};

fn disturbances(on: &[&Fault], endpoint: Endpoint) -> impl Iterator<Item = Disturbance> {
    let seams = on.iter().flat_map(|fault| fault.seams);
    seams.filter_map(move |seam| match seam {
        Seam::Transport(at) => at(endpoint),
        _ => None,
    })
}

/// An answer that comes in place of the provider's, which is not even asked.
pub(crate) fn instead(on: &[&Fault], endpoint: Endpoint) -> Option<Response> {
    disturbances(on, endpoint).find_map(|disturbance| match disturbance {
        Disturbance::Instead(status, more, kind, body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            if let Some((name, value)) = more {
                headers.insert(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                );
            }
            Some(response)
        }
        _ => None,
    })
}

/// What a fault itself answers.
pub(crate) fn reply(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(reply.content_type);
    headers.insert(header::CONTENT_TYPE, kind);
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// What happens to the answer that there is.
pub(crate) async fn on_the_way(on: &[&Fault], endpoint: Endpoint, response: Response) -> Response {
    let mut response = response;
    for disturbance in disturbances(on, endpoint) {
        match disturbance {
            Disturbance::Instead(..) => {}
            Disturbance::Delay(time) => tokio::time::sleep(time).await,
            Disturbance::Header(name, value) => {
                let name = HeaderName::from_static(name);
                let value = HeaderValue::from_static(value);
                response.headers_mut().insert(name, value);
            }
            Disturbance::Cut
            | Disturbance::Reset
            | Disturbance::Huge(_)
            | Disturbance::Drip(..) => {
                let (mut head, body) = response.into_parts();
                let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
                if matches!(disturbance, Disturbance::Cut | Disturbance::Reset) {
                    // As long as it would have been.
                    let length = HeaderValue::from(body.len());
                    head.headers.insert(header::CONTENT_LENGTH, length);
                }
                let body = Scripted::new(script(disturbance, &body));
                response = Response::from_parts(head, Body::new(body));
            }
        }
    }
    response
}

/// How a body comes.
fn script(disturbance: Disturbance, body: &Bytes) -> Vec<Step> {
    match disturbance {
        Disturbance::Cut => {
            let half = body.slice(..body.len() / 2);
            vec![Step::Bytes(half), Step::Wait(SENT), Step::Break]
        }
        Disturbance::Reset => vec![Step::Break],
        Disturbance::Huge(bytes) => {
            const PART: usize = 1 << 20;
            let spaces = Step::Bytes(vec![b' '; PART].into());
            let spaces = std::iter::repeat_n(spaces, bytes / PART);
            let whole = Step::Bytes(body.clone());
            std::iter::once(whole).chain(spaces).collect()
        }
        Disturbance::Drip(parts, pause) => {
            let size = body.len().div_ceil(parts).max(1);
            let part = |start: usize| body.slice(start..body.len().min(start + size));
            (0..body.len())
                .step_by(size)
                .flat_map(|start| [Step::Wait(pause), Step::Bytes(part(start))])
                .collect()
        }
        _ => vec![Step::Bytes(body.clone())],
    }
}

/// How long it takes until what was written is on its way.
const SENT: Duration = Duration::from_millis(20);

/// A part of a scripted body.
#[derive(Clone)]
enum Step {
    Bytes(Bytes),
    Wait(Duration),
    /// The connection ends.
    Break,
}

/// A body that comes as it is written down.
struct Scripted(Receiver<io::Result<Bytes>>);

impl Scripted {
    fn new(steps: Vec<Step>) -> Self {
        let (sender, receiver) = channel(1);
        tokio::spawn(async move {
            for step in steps {
                let next = match step {
                    Step::Wait(time) => {
                        tokio::time::sleep(time).await;
                        continue;
                    }
                    Step::Bytes(bytes) => Ok(bytes),
                    Step::Break => Err(io::ErrorKind::ConnectionReset.into()),
                };
                // Whoever does not read on has gone.
                if sender.send(next).await.is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }
}

impl HttpBody for Scripted {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = self.0.poll_recv(context);
        next.map(|next| next.map(|part| part.map(Frame::data)))
    }
}

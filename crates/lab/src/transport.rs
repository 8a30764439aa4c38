//! What can happen to an answer as a whole.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use hyper::body::Frame;

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Fault, Seam},
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
        Disturbance::Delay(_) | Disturbance::Cut => None,
    })
}

/// What happens to the answer that there is.
pub(crate) async fn on_the_way(on: &[&Fault], endpoint: Endpoint, response: Response) -> Response {
    let mut response = response;
    for disturbance in disturbances(on, endpoint) {
        match disturbance {
            Disturbance::Delay(time) => tokio::time::sleep(time).await,
            Disturbance::Cut => {
                let (mut head, body) = response.into_parts();
                let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
                // As long as it would have been, and half of it comes.
                head.headers
                    .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
                let half = body.slice(..body.len() / 2);
                response = Response::from_parts(head, Body::new(Half(Some(half))));
            }
            Disturbance::Instead(..) => {}
        }
    }
    response
}

/// Some bytes, and then the end of the connection.
struct Half(Option<Bytes>);

impl HttpBody for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match self.0.take() {
            Some(bytes) => Ok(Frame::data(bytes)),
            None => Err(io::ErrorKind::ConnectionReset.into()),
        };
        Poll::Ready(Some(next))
    }
}

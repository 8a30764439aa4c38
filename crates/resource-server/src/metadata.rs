//! The metadata of the API (RFC 9728), served beside it.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderValue, Method, Request, Response, header};
use tower::{Layer, Service};

use crate::server::ResourceServer;

/// A layer that serves the metadata of the API at the address that its challenges name, and lets
/// everything else through. It goes around the [`ResourceServer`], since whoever asks for it has no
/// token yet: [`ResourceServer::publishing`].
#[derive(Clone, Debug)]
pub struct Publishing {
    server: ResourceServer,
}

/// A service with the metadata of its API beside it.
#[derive(Clone, Debug)]
pub struct Published<S> {
    inner: S,
    server: ResourceServer,
}

impl Publishing {
    pub(crate) const fn new(server: ResourceServer) -> Self {
        Self { server }
    }
}

impl<S> Layer<S> for Publishing {
    type Service = Published<S>;

    fn layer(&self, inner: S) -> Published<S> {
        Published {
            inner,
            server: self.server.clone(),
        }
    }
}

impl<S, B, R> Service<Request<B>> for Published<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    B: Send + 'static,
    R: From<String> + Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let document = (*request.method() == Method::GET)
            .then(|| self.server.metadata_at(request.uri().path()))
            .flatten();
        if let Some(document) = document {
            let mut response = Response::new(R::from(document));
            let headers = response.headers_mut();
            for (name, value) in [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "public, max-age=60"),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
            return Box::pin(async move { Ok(response) });
        }
        // The one that is ready is the one to call.
        let next = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, next);
        Box::pin(async move { inner.call(request).await })
    }
}

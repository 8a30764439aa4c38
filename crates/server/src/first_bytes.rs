//! A connection must soon say what it wants.
//!
//! Whether HTTP/1 or HTTP/2 is spoken shows in the first bytes. While they are awaited none of
//! hyper's time limits runs yet, so without this one whoever connects and stays silent is served
//! for ever (requirement A9.7).

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum_server::accept::Accept;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// What an HTTP/2 connection begins with: RFC 9113 §3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Accepts what `inner` accepts, and hangs up when nothing is said in time.
#[derive(Clone, Debug)]
pub(crate) struct FirstBytesAcceptor<A> {
    inner: A,
    patience: Duration,
}

/// A connection, with a time limit until it is clear which version of HTTP it speaks.
#[derive(Debug)]
pub(crate) struct FirstBytes<S> {
    stream: S,
    /// `None` once it is clear.
    deadline: Option<Pin<Box<Sleep>>>,
    /// How much of [`PREFACE`] has arrived.
    matched: usize,
}

type Accepted<S, T> = Pin<Box<dyn Future<Output = io::Result<(FirstBytes<S>, T)>> + Send>>;

impl<A> FirstBytesAcceptor<A> {
    /// Waits for `patience` at the most.
    pub(crate) const fn new(inner: A, patience: Duration) -> Self {
        Self { inner, patience }
    }
}

impl<A, I, S> Accept<I, S> for FirstBytesAcceptor<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = FirstBytes<A::Stream>;
    type Service = A::Service;
    type Future = Accepted<A::Stream, A::Service>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let (accepting, patience) = (self.inner.accept(stream, service), self.patience);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            let stream = FirstBytes {
                stream,
                deadline: Some(Box::pin(sleep(patience))),
                matched: 0,
            };
            Ok((stream, service))
        })
    }
}

impl<S> FirstBytes<S> {
    fn hear(&mut self, bytes: &[u8]) {
        let due = PREFACE.get(self.matched..).unwrap_or_default();
        if bytes.len() >= due.len() || !due.starts_with(bytes) {
            self.deadline = None;
        } else {
            self.matched += bytes.len();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstBytes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(deadline) = &mut self.deadline {
            if read.is_pending() {
                ready!(deadline.as_mut().poll(context));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.hear(buffer.filled().get(before..).unwrap_or_default());
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstBytes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_clear_after(parts: &[&[u8]]) -> bool {
        let mut connection = FirstBytes {
            stream: (),
            deadline: Some(Box::pin(sleep(Duration::from_secs(1)))),
            matched: 0,
        };
        parts.iter().for_each(|part| connection.hear(part));
        connection.deadline.is_none()
    }

    #[tokio::test]
    async fn the_version_is_clear_when_the_preface_is_whole_or_cannot_come_any_more() {
        assert!(is_clear_after(&[b"G"]));
        assert!(is_clear_after(&[b"P", b"OST"]));
        assert!(is_clear_after(&[PREFACE]));
        assert!(is_clear_after(&[&PREFACE[..9], &PREFACE[9..], b"more"]));
        assert!(!is_clear_after(&[]));
        assert!(!is_clear_after(&[b"P"]));
        assert!(!is_clear_after(&[&PREFACE[..9], &PREFACE[9..23]]));
    }
}

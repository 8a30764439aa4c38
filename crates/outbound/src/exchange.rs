//! One request and its answer, over a connection of their own.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use url::Host;

use crate::{
    Expected, Outbound, OutboundError,
    guard::{Refused, Target},
    lost,
};

/// The most header lines of an answer.
const MOST_HEADERS: usize = 64;

/// The longest head of an answer, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

impl Outbound {
    pub(crate) async fn send(
        &self,
        url: &str,
        mut request: Request<Bytes>,
        expected: Option<Expected>,
    ) -> Result<(StatusCode, Bytes), OutboundError> {
        let target = self.guard.target(url)?;
        address(&mut request, &target)?;
        let stream = self.connect(&target).await?;
        let response = if target.https {
            let connector = TlsConnector::from(Arc::clone(&self.tls));
            let stream = connector.connect(server_name(&target)?, stream).await;
            exchange(stream.map_err(lost)?, request).await?
        } else {
            exchange(stream, request).await?
        };
        let status = response.status();
        let body = match expected {
            Some(expected) if status == StatusCode::OK => read(response, expected).await?,
            _ => Bytes::new(),
        };
        Ok((status, body))
    }

    /// Connects to an address that was checked: the name is not resolved again.
    async fn connect(&self, target: &Target) -> Result<TcpStream, OutboundError> {
        let addresses = resolve(target).await?;
        // One that is not public beside public ones is the mark of an attempt, so it is enough.
        for address in &addresses {
            self.guard.check(address.ip())?;
        }
        let mut failure = OutboundError::Name("it has no address".to_owned());
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = lost(error),
            }
        }
        Err(failure)
    }
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, OutboundError> {
    match target.url.host() {
        Some(Host::Ipv4(address)) => Ok(vec![(address, target.port).into()]),
        Some(Host::Ipv6(address)) => Ok(vec![(address, target.port).into()]),
        Some(Host::Domain(name)) => Ok(tokio::net::lookup_host((name, target.port))
            .await
            .map_err(|error| OutboundError::Name(error.to_string()))?
            .collect()),
        None => Err(Refused::NotUrl.into()),
    }
}

/// Puts path, query and host where HTTP/1.1 wants them (RFC 9112 §3.2).
fn address(request: &mut Request<Bytes>, target: &Target) -> Result<(), OutboundError> {
    let url = &target.url;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    *request.uri_mut() = path.parse::<Uri>().map_err(|_| Refused::NotUrl)?;
    let host = HeaderValue::from_str(host).map_err(|_| Refused::NotUrl)?;
    let headers = request.headers_mut();
    headers.insert(header::HOST, host);
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("Symbolon"));
    Ok(())
}

fn server_name(target: &Target) -> Result<ServerName<'static>, OutboundError> {
    match target.url.host() {
        Some(Host::Domain(name)) => {
            ServerName::try_from(name.to_owned()).map_err(|_| Refused::NotUrl.into())
        }
        Some(Host::Ipv4(address)) => Ok(std::net::IpAddr::from(address).into()),
        Some(Host::Ipv6(address)) => Ok(std::net::IpAddr::from(address).into()),
        None => Err(Refused::NotUrl.into()),
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Bytes>,
) -> Result<Response<Incoming>, OutboundError> {
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_headers(MOST_HEADERS)
        .max_buf_size(LONGEST_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(lost)?;
    // Ends with the answer, or when it is dropped.
    tokio::spawn(connection);
    sender
        .send_request(request.map(Full::new))
        .await
        .map_err(lost)
}

async fn read(response: Response<Incoming>, expected: Expected) -> Result<Bytes, OutboundError> {
    let headers = response.headers();
    let value = |name| {
        let value = headers.get(name).map(HeaderValue::as_bytes);
        String::from_utf8_lossy(value.unwrap_or_default()).to_ascii_lowercase()
    };
    let content_type = value(header::CONTENT_TYPE);
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !expected.content_types.contains(&media_type) {
        return Err(OutboundError::ContentType(media_type.to_owned()));
    }
    let encoding = value(header::CONTENT_ENCODING);
    if !matches!(encoding.as_str(), "" | "identity") {
        return Err(OutboundError::ContentType(encoding));
    }
    let body = Limited::new(response.into_body(), expected.most_bytes);
    let body = body.collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            OutboundError::BodyTooLong(expected.most_bytes)
        } else {
            lost(error)
        }
    })?;
    Ok(body.to_bytes())
}

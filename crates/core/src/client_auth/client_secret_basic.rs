//! `client_secret_basic`: identifier and secret in an HTTP Basic header.
#![doc(alias = "RFC 7617")]

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{Credentials, Presented, Refusal};
use crate::{client::AuthenticationMethod, id::Id, parameters::Parameters, secret::Digest};

/// Reads the header. A `client_id` in the body may repeat what the header says, not contradict it.
pub(super) fn parse(header: &str, client_id: Option<&str>) -> Result<Credentials, Refusal> {
    let (scheme, encoded) = header.split_once(' ').ok_or(Refusal::MalformedHeader)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Refusal::MalformedHeader);
    }
    let decoded = STANDARD
        .decode(encoded.trim())
        .map_err(|_| Refusal::MalformedHeader)?;
    let decoded = String::from_utf8(decoded).map_err(|_| Refusal::MalformedHeader)?;
    let decoded = Zeroizing::new(decoded);
    let (user, password) = decoded.split_once(':').ok_or(Refusal::MalformedHeader)?;
    let client = Id::parse(&form_decoded(user)?).map_err(|_| Refusal::MalformedIdentifier)?;
    if client_id.is_some_and(|other| other != client.as_str()) {
        return Err(Refusal::SeveralMethods);
    }
    Ok(Credentials {
        client,
        method: AuthenticationMethod::ClientSecretBasic,
        presented: Presented::Secret(Digest::of(form_decoded(password)?.as_bytes())),
    })
}

/// RFC 6749 §2.3.1: both halves are form-urlencoded before they are joined.
fn form_decoded(half: &str) -> Result<Zeroizing<String>, Refusal> {
    if half.contains(['&', '=']) {
        // Not encoded by a conforming client, and not to be taken for a pair.
        return Ok(Zeroizing::new(half.to_owned()));
    }
    let parameters = Parameters::parse(format!("v={half}").as_bytes());
    let value = parameters.map_err(|_| Refusal::MalformedHeader)?;
    Ok(Zeroizing::new(
        value.value("v").unwrap_or_default().to_owned(),
    ))
}

//! Proofs of possession (RFC 9449), each check by its refusal. The keys and proofs are made here,
//! without a line of the server's.

mod binding;
mod elsewhere;
mod key;
mod nonces;
mod pushed;
mod resource;
mod token_endpoint;

pub use key::{Key, Proof};

use serde_json::Value;
use symbolon_testkit::{Answer, RelyingParty, http, jwt_payload};

/// Asks for a token of a machine with this proof.
async fn machine_token(party: &RelyingParty, proof: &Proof) -> Answer {
    let form = [("grant_type", "client_credentials"), ("scope", "openid")];
    post(party, &form, Some(proof)).await
}

/// Posts to the token endpoint with this proof.
async fn post(party: &RelyingParty, form: &[(&str, &str)], proof: Option<&Proof>) -> Answer {
    let text = proof.map(Proof::sign);
    let headers: Vec<_> = text.iter().map(|text| ("DPoP", text.as_str())).collect();
    party.post_with("token_endpoint", form, &headers).await
}

/// A proof for the token endpoint.
fn proof(party: &RelyingParty, key: &Key) -> Proof {
    key.proof("POST", party.endpoint("token_endpoint"))
}

/// A proof for a GET of userinfo with this token.
fn userinfo_proof(party: &RelyingParty, key: &Key, token: &str) -> Proof {
    key.proof("GET", party.endpoint("userinfo_endpoint"))
        .for_token(token)
}

/// Presents a token at userinfo.
async fn userinfo(party: &RelyingParty, authorization: &str, proofs: &[String]) -> Answer {
    let request = http()
        .get(party.endpoint("userinfo_endpoint"))
        .header("authorization", authorization);
    let request = proofs
        .iter()
        .fold(request, |request, proof| request.header("DPoP", proof));
    Answer::to(request).await
}

/// The `jkt` of a JWT.
fn bound_to(token: &str) -> Value {
    jwt_payload(token)["cnf"]["jkt"].clone()
}

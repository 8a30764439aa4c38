//! Tokens and keys.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use symbolon_core::algorithm::Algorithm;

use super::{Answer, Call, Problem};
use crate::token::Token;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    claims: Map<String, Value>,
    typ: Option<String>,
    algorithm: Option<Algorithm>,
    kid: Option<String>,
    lifetime: Option<i64>,
}

/// A token with the claims that are given, and beside them `iss`, `iat` and `exp` where they are not.
/// A claim that is given as null is left out.
pub(super) async fn mint(call: &Call<'_>) -> Answer {
    let wanted: Wanted = call.json()?;
    let world = call.lab.world();
    let key = match &wanted.kid {
        Some(kid) => world.key(kid),
        None => {
            let algorithm = wanted.algorithm.unwrap_or(Algorithm::RS256);
            world.active_key(&call.lab.ground, algorithm).await?
        }
    };
    let key = key.ok_or_else(|| Problem::Missing("there is no such key".to_owned()))?;
    let now = call.lab.now();
    let mut claims = wanted.claims;
    let usual = [
        ("iss", call.lab.issuer.as_str().into()),
        ("iat", now.into()),
        (
            "exp",
            now.saturating_add(wanted.lifetime.unwrap_or(3_600)).into(),
        ),
    ];
    for (name, value) in usual {
        claims.entry(name).or_insert(value);
    }
    claims.retain(|_, value| !value.is_null());
    let typ = wanted.typ.as_deref().unwrap_or("JWT");
    Ok(json!({ "token": Token::new(typ, claims, key).encode() }))
}

pub(super) async fn rotate(call: &Call<'_>) -> Answer {
    call.lab.world().rotate(&call.lab.ground).await?;
    Ok(json!({}))
}

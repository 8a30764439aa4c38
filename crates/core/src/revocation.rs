//! Revocation: a client gives a token back.
//!
//! A refresh token takes the whole approval with it, access tokens included; an access token only
//! itself (RFC 7009 §2.1). What is not the client's, or nobody's, is answered like success and
//! changes nothing (§2.2).
#![doc(alias = "RFC 7009")]

use crate::{
    approval::Approval,
    client::Client,
    decision::Change,
    secret::{AccessToken, Digest},
    time::Timestamp,
    token::access::AccessTokenClaims,
};

/// The token that was presented, as far as it could be recognised.
#[derive(Debug)]
pub enum Presented<'a> {
    /// A refresh token of this approval.
    Refresh(&'a Approval),
    /// A JWT access token of ours, with a good signature.
    Jwt(&'a AccessTokenClaims),
    /// An opaque access token of ours.
    Opaque(Digest<AccessToken>, &'a AccessTokenClaims),
    /// None of ours.
    Unknown,
}

/// The rule: what has to change.
pub fn decide(client: &Client, token: &Presented<'_>, now: Timestamp) -> Vec<Change> {
    match token {
        Presented::Refresh(approval) if approval.client == client.id => {
            vec![Change::RevokeApproval {
                approval: approval.id.clone(),
                at: now,
            }]
        }
        Presented::Jwt(claims) if claims.client_id == client.id && now < claims.exp => {
            vec![revoke(claims, now)]
        }
        Presented::Opaque(token, claims) if claims.client_id == client.id => {
            // Also by name: what it was exchanged for (RFC 8693) is asked for under that.
            vec![
                Change::RevokeOpaqueAccessToken {
                    token: *token,
                    at: now,
                },
                revoke(claims, now),
            ]
        }
        Presented::Refresh(_) | Presented::Jwt(_) | Presented::Opaque(..) | Presented::Unknown => {
            Vec::new()
        }
    }
}

fn revoke(claims: &AccessTokenClaims, now: Timestamp) -> Change {
    Change::RevokeAccessToken {
        jti: claims.jti.clone(),
        expires_at: claims.exp,
        at: now,
    }
}

//! Opaque access tokens, by the digest of their text.

use crate::{
    database::Database,
    sample::{digest, issue, opaque},
};

on_every_back_end! {
    an_unknown_token_is_none,
    every_field_of_an_opaque_token_comes_back,
}

async fn every_field_of_an_opaque_token_comes_back(database: &Database) {
    database.apply(&[issue("one"), issue("two")]).await.unwrap();
    for name in ["one", "two"] {
        let written = opaque(name);
        let read = database.access_token(digest(name)).await.unwrap().unwrap();
        assert_eq!(read.digest, written.digest);
        assert_eq!(read.claims, written.claims);
        assert_eq!(read.claims_request, written.claims_request);
        assert_eq!(read.revoked_at, None);
    }
}

async fn an_unknown_token_is_none(database: &Database) {
    let unknown = database.access_token(digest("unknown")).await.unwrap();
    assert!(unknown.is_none());
    assert!(!database.is_revoked("").await.unwrap());
}

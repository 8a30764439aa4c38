//! Things to store, and a small world that they refer to.

use std::sync::Arc;

use serde_json::json;
use symbolon_core::{
    approval::{Approval, ApprovalState, RefreshFamilyState},
    authorization_details::AuthorizationDetails,
    authorize::{interaction::Progress, pushed::PushedRequest},
    claims::ClaimsRequest,
    client::Client,
    decision::Change,
    dpop::Thumbprint,
    id::Id,
    keys::KeyRecord,
    organization::Organization,
    parameters::Parameters,
    pkce::{Challenge, Verifier},
    policy::{api::Api, relation::Relation},
    role::{Role, RoleKey},
    scope::Scope,
    secret::Digest,
    session::Session,
    subject::{Identifier, Profile},
    time::Timestamp,
    token::{
        access::{AccessTokenClaims, Audience},
        confirmation::Confirmation,
        limits::TokenLimits,
        opaque::OpaqueAccessToken,
        target::Targets,
        telling::RolesClaim,
    },
};
use symbolon_storage::{DeclaredSubject, Interaction, Storage, StoredKey, StoredRuleSet};

/// The moment at which most of the tests happen.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// What trips up who quotes, escapes, compares or counts wrongly.
pub(crate) const ODD: &str = "'; DROP TABLE approval; -- \"$1\" ?1 %s \\0 \\u0000 {} \t\r\n äÄ ß 漢字 \u{1f469}\u{200d}\u{1f680} \u{202e}\u{feff} e\u{301}";

/// [`ODD`] where control characters are refused.
pub(crate) const ODD_TEXT: &str = "'; DROP TABLE api; -- \"$1\" ?1 %s \\0 {} äÄ ß 漢字 \u{202e}";

/// So many seconds after [`NOW`].
pub(crate) fn after(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(NOW.seconds() + seconds)
}

pub(crate) fn id<K>(text: &str) -> Id<K> {
    Id::parse(text).unwrap()
}

pub(crate) fn digest<K>(text: &str) -> Digest<K> {
    Digest::of(text.as_bytes())
}

pub(crate) fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

pub(crate) fn role(key: &str) -> RoleKey {
    RoleKey::parse(key).unwrap()
}

pub(crate) fn identifier(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

pub(crate) fn organization(name: &str) -> Organization {
    Organization {
        id: id(name),
        name: name.to_uppercase(),
        disabled_at: None,
    }
}

/// A person of acme who answers to their name.
pub(crate) fn person(name: &str) -> DeclaredSubject {
    DeclaredSubject {
        id: id(name),
        organization: id("acme"),
        machine: false,
        username: name.to_owned(),
        identifiers: vec![identifier(name)],
        profile: Profile::default(),
        password_hash: None,
        disabled_at: None,
    }
}

/// A public client without extras.
pub(crate) fn client(name: &str) -> Client {
    let metadata = json!({
        "client_name": name,
        "token_endpoint_auth_methods": ["none"],
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["https://client.example/callback"],
    });
    Client {
        id: id(name),
        organization: None,
        machine: None,
        secrets: Vec::new(),
        disabled_at: None,
        origin: symbolon_core::client::Origin::Operator,
        metadata: serde_json::from_value(metadata).unwrap(),
    }
}

/// A session of alice.
pub(crate) fn session(name: &str) -> Session {
    Session {
        id: id(name),
        subject: id("alice"),
        authenticated_at: NOW,
        methods: vec!["pwd".to_owned()],
        created_at: NOW,
        seen_at: NOW,
        ended_at: None,
    }
}

/// What alice allowed the client `web` in the session `session`.
pub(crate) fn approval(name: &str) -> Approval {
    Approval {
        id: id(name),
        client: id("web"),
        subject: id("alice"),
        session: id("session"),
        scope: scope("openid"),
        targets: Targets::default(),
        details: serde_json::from_str(r#"[{"type":"payment","amount":5}]"#).unwrap(),
        claims: ClaimsRequest::default(),
        nonce: None,
        authenticated_at: NOW,
        acr: "urn:symbolon:acr:password".to_owned(),
        methods: vec!["pwd".to_owned()],
        redirect_uri: "https://client.example/callback".to_owned(),
        challenge: Some(challenge()),
        key: None,
        created_at: NOW,
        code_expires_at: after(60),
        refresh_expires_at: after(90 * 86_400),
        state: ApprovalState::Pending,
    }
}

pub(crate) fn challenge() -> Challenge {
    Verifier::parse(&"v".repeat(43)).unwrap().challenge()
}

/// The key of RFC 9449 §6.1.
pub(crate) fn thumbprint() -> Thumbprint {
    Thumbprint::from_text("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I").unwrap()
}

/// The first generation of the family of an approval.
pub(crate) fn family(approval: &str) -> RefreshFamilyState {
    RefreshFamilyState {
        family: digest(&format!("family of {approval}")),
        current: digest("generation 1"),
        previous: None,
        rotated_at: NOW,
        confirmation: Confirmation::Key(thumbprint()),
    }
}

/// Stores [`approval`] under the code `code of NAME`.
pub(crate) async fn approve(storage: &dyn Storage, name: &str) {
    let code = digest(&format!("code of {name}"));
    let created = storage.create_approval(&approval(name), code, None).await;
    created.unwrap();
}

/// Stores an approval and redeems its code for [`family`].
pub(crate) async fn approve_and_redeem(storage: &dyn Storage, name: &str) {
    approve(storage, name).await;
    storage.apply(&[redeem(name)]).await.unwrap();
}

/// The code of an approval is redeemed, and a family of refresh tokens begins.
pub(crate) fn redeem(approval: &str) -> Change {
    Change::RedeemCode {
        approval: id(approval),
        at: NOW,
        refresh: Some(family(approval)),
    }
}

/// One generation takes the place of another.
pub(crate) fn rotate(approval: &str, from: &str, to: &str) -> Change {
    Change::RotateRefreshToken {
        approval: id(approval),
        from: digest(from),
        to: digest(to),
        at: after(10),
    }
}

/// An approval is revoked.
pub(crate) fn revoke(approval: &str) -> Change {
    Change::RevokeApproval {
        approval: id(approval),
        at: after(20),
    }
}

/// The record of an opaque access token of alice.
pub(crate) fn opaque(name: &str) -> OpaqueAccessToken {
    OpaqueAccessToken {
        digest: digest(name),
        claims: AccessTokenClaims {
            iss: Arc::from("https://issuer.example"),
            sub: id("alice"),
            aud: Audience::Many(vec![Arc::from("https://api.example"), Arc::from(ODD)]),
            client_id: id("web"),
            exp: after(3600),
            iat: NOW,
            jti: format!("jti of {name}"),
            scope: scope("openid profile"),
            authorization_details: AuthorizationDetails::default(),
            org_id: id("acme"),
            roles: RolesClaim::ByOrganization(
                [(id("acme"), vec![role("admin"), role("viewer")])].into(),
            ),
            roles_partial: true,
            limits: TokenLimits {
                organizations: Some(vec![id("acme")]),
                roles: Some(Vec::new()),
            },
            auth_time: Some(NOW),
            acr: Some(ODD.to_owned()),
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
            grant_id: Some(id("approval")),
            exchanged_from: vec![ODD.to_owned()],
            cnf: Confirmation::Key(thumbprint()),
        },
        claims_request: ClaimsRequest::parse(r#"{"userinfo":{"email":{"essential":true}}}"#)
            .unwrap(),
        revoked_at: None,
    }
}

/// An opaque access token is recorded.
pub(crate) fn issue(token: &str) -> Change {
    Change::IssueOpaqueAccessToken(Box::new(opaque(token)))
}

/// A request of the client `web` that waits for somebody.
pub(crate) fn interaction() -> Interaction {
    Interaction {
        browser: "browser".to_owned(),
        parameters: Parameters::from_pairs([("client_id".to_owned(), "web".to_owned())]),
        device: None,
        pushed: None,
        own_page: None,
        progress: Progress::begun(NOW),
        expires_at: after(600),
        finished_at: None,
    }
}

/// A request that the client `web` pushed.
pub(crate) fn pushed_request() -> PushedRequest {
    PushedRequest {
        client: id("web"),
        parameters: Parameters::from_pairs([("client_id".to_owned(), "web".to_owned())]),
        expires_at: after(60),
        browser: None,
        used_at: None,
    }
}

/// A signing key of RS256.
pub(crate) fn signing_key(name: &str, generation: u32) -> StoredKey {
    StoredKey {
        record: KeyRecord {
            id: id(name),
            algorithm: symbolon_core::algorithm::Algorithm::RS256,
            generation,
            created_at: NOW,
            activates_at: after(3600),
        },
        sealed: (0..=255).collect(),
    }
}

/// Whoever is an admin in one organization acts as a viewer in the other.
pub(crate) fn relation(manager: &str, managed: &str) -> Relation {
    Relation {
        manager: id(manager),
        held: role("admin"),
        managed: id(managed),
        acts_as: role("viewer"),
    }
}

/// An API with a scope for each of these names, and an endpoint that needs it.
pub(crate) fn api(audience: &str, names: &[&str]) -> Api {
    let scope = |name: &&str| json!({"scope": format!("Test.{name}"), "description": ODD_TEXT});
    let endpoint = |name: &&str| json!({"method": "GET", "template": format!("/{name}/{{id}}"), "scope": format!("Test.{name}")});
    let document = json!({
        "audience": audience,
        "name": ODD_TEXT,
        "scopes": names.iter().map(scope).collect::<Vec<_>>(),
        "endpoints": names.iter().map(endpoint).collect::<Vec<_>>(),
    });
    serde_json::from_value(document).unwrap()
}

/// The next rule set, with the rules that viewers have these scopes.
pub(crate) fn rule_set(version: u64, patterns: &[&str]) -> StoredRuleSet {
    let rule = |pattern: &&str| json!({"role": "viewer", "pattern": pattern, "effect": "allow"});
    let rules = patterns.iter().map(rule).collect::<Vec<_>>();
    StoredRuleSet {
        version,
        rules: serde_json::from_value(json!(rules)).unwrap(),
        author: ODD.to_owned(),
        comment: ODD.to_owned(),
        created_at: after(i64::try_from(version).unwrap()),
    }
}

/// Stores the organizations acme and globex, the roles admin and viewer, the people alice and bob
/// of acme, and the clients web and mobile.
pub(crate) async fn populate(storage: &dyn Storage) {
    for name in ["acme", "globex"] {
        let stored = storage.put_organization(&organization(name), NOW).await;
        stored.unwrap();
    }
    for key in ["admin", "viewer"] {
        let role = Role {
            key: role(key),
            name: key.to_owned(),
            organization: None,
        };
        storage.put_role(&role, NOW).await.unwrap();
    }
    for name in ["alice", "bob"] {
        storage.put_subject(&person(name), NOW).await.unwrap();
    }
    for name in ["web", "mobile"] {
        storage.put_client(&client(name), NOW).await.unwrap();
    }
}

/// Whether tokens of an approval are still good; those of one that is not known are not.
pub(crate) async fn is_live(storage: &dyn Storage, name: &str) -> bool {
    let found = storage.approval(&id(name)).await.unwrap();
    found.is_some_and(|approval| approval.is_live())
}

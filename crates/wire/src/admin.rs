//! The Management API, wired to the provider: who calls is whom a live token speaks of.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use http::HeaderMap;
use symbolon_admin::{
    AdminParts, AdminSettings, BASE, Caller, Callers, KeyMaker, MachineKeyPair, Management,
    Refused, Sectors, Token,
};
use symbolon_console::{ConsoleParts, ConsoleSettings, Files, Unavailable, Visitor, Visitors};
use symbolon_core::{
    client::ClientMetadata,
    keys::KeyPlan,
    pairwise::SectorError,
    policy::own,
    time::Timestamp,
    token::access::{AccessTokenClaims, Audience},
};
use symbolon_http::{Bearer, BearerToken, NoBearer, Provider, assets};
use symbolon_jose::{VerifyingKeys, machine_key};
use symbolon_storage::{Storage, StoredKey};
use symbolon_web::{
    browser::BrowserSession, client_certificate::ClientCertificate, language::Languages,
    password_pool::PasswordPool,
};

use crate::{self as wire, Machine, WireError, config::Config};

/// The routes of the Management API, and of the console over its operations; none of what is switched
/// off.
///
/// # Errors
/// [`WireError`].
pub fn router(
    config: &Config,
    issuer: &str,
    provider: &Arc<Provider>,
    storage: &Arc<dyn Storage>,
    passwords: PasswordPool,
    machine: &Machine,
) -> Result<(Router, Arc<Management>), WireError> {
    let settings = AdminSettings {
        issuer: issuer.to_owned(),
        prefix: wire::prefix(issuer),
        system: wire::system(config)?,
        keys: wire::key_settings(config)?,
        session: wire::session_settings(config),
    };
    let wired = Arc::new(Wired {
        issuer: issuer.to_owned(),
        provider: Arc::clone(provider),
    });
    let parts = AdminParts {
        callers: Arc::clone(&wired) as Arc<dyn Callers>,
        clock: Arc::clone(&machine.clock),
        cursor_key: provider.derived_key("management cursor"),
        entropy: Arc::clone(&machine.entropy),
        guard: provider.guard(),
        keys: Arc::clone(&wired) as Arc<dyn KeyMaker>,
        passwords,
        sectors: Arc::clone(&wired) as Arc<dyn Sectors>,
        storage: Arc::clone(storage),
    };
    let management = Management::new(settings, parts);
    let mut router = Router::new();
    if config.admin.enabled {
        router = router.merge(management.router());
    }
    if config.console.enabled {
        let pages = console(
            config,
            issuer,
            machine,
            Arc::clone(&management),
            wired,
            storage,
        )?;
        router = router.merge(pages);
    }
    Ok((router, management))
}

fn console(
    config: &Config,
    issuer: &str,
    machine: &Machine,
    management: Arc<Management>,
    wired: Arc<Wired>,
    storage: &Arc<dyn Storage>,
) -> Result<Router, WireError> {
    let languages =
        Languages::embedded().map_err(|error| WireError::setting("console.enabled", error))?;
    let settings = ConsoleSettings {
        issuer: issuer.to_owned(),
        prefix: wire::prefix(issuer),
        https: issuer.starts_with("https://"),
        browser_lifetime: i64::from(wire::lifetime(config.session.absolute_lifetime).seconds()),
        fresh: wire::lifetime(config.console.fresh_sign_in),
        demo: config.demo,
        files: Files {
            stylesheet: assets::url(assets::STYLESHEET),
            console_stylesheet: assets::url(assets::CONSOLE_STYLESHEET),
            script: assets::url(assets::CONSOLE_SCRIPT),
            symbol: assets::url(assets::SYMBOL),
            favicon: assets::url(assets::FAVICON),
        },
    };
    let parts = ConsoleParts {
        clock: Arc::clone(&machine.clock),
        entropy: Arc::clone(&machine.entropy),
        guard: wired.provider.guard(),
        languages: Arc::new(languages),
        management,
        storage: Arc::clone(storage),
        visitors: wired,
    };
    Ok(symbolon_console::router(settings, parts))
}

struct Wired {
    issuer: String,
    provider: Arc<Provider>,
}

#[async_trait]
impl Callers for Wired {
    async fn caller(
        &self,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Caller, Refused> {
        let bearer = self.provider.bearer(headers, certificate).await;
        let Bearer {
            subject,
            policy,
            token,
        } = bearer.map_err(|none| match none {
            NoBearer::Missing => Refused::Missing,
            NoBearer::Malformed => Refused::Malformed,
            NoBearer::Invalid => Refused::Invalid,
            NoBearer::Unavailable => Refused::Unavailable,
        })?;
        let token = match token {
            BearerToken::Personal(token) => Token::Personal {
                id: token.id.clone(),
                limits: token.limits.clone(),
            },
            BearerToken::Access(claims) if self.is_meant_for_us(&claims.aud) => access(&claims),
            BearerToken::Access(_) => return Err(Refused::Invalid),
        };
        Ok(Caller {
            subject,
            policy,
            token,
        })
    }
}

impl Wired {
    /// A token for Symbolon's own API, by its name or by its address (RFC 9728), or one that is for whoever issued it. What it may do there, it
    /// has to name.
    fn is_meant_for_us(&self, audience: &Audience) -> bool {
        audience.contains(own::AUDIENCE)
            || audience.contains(&self.issuer)
            || audience.contains(&format!("{}{BASE}", self.issuer))
    }
}

fn access(claims: &AccessTokenClaims) -> Token {
    Token::Access {
        scope: claims.scope.clone(),
        limits: claims.limits.clone(),
        client: claims.client_id.clone(),
        authenticated_at: claims.auth_time,
        exchanged: !claims.exchanged_from.is_empty(),
    }
}

#[async_trait]
impl Sectors for Wired {
    async fn check(&self, metadata: &ClientMetadata) -> Result<(), SectorError> {
        self.provider.check_sector(metadata).await
    }
}

#[async_trait]
impl Visitors for Wired {
    async fn visitor(&self, browser: &BrowserSession) -> Result<Option<Visitor>, Unavailable> {
        let visitor = self.provider.visitor(browser).await;
        let visitor = visitor.map_err(|_| Unavailable)?;
        Ok(visitor.map(|visitor| Visitor {
            session: visitor.session.id.clone(),
            caller: Caller {
                subject: visitor.subject,
                policy: visitor.policy,
                token: Token::Session {
                    authenticated_at: visitor.session.authenticated_at,
                    id: visitor.session.id.clone(),
                },
            },
        }))
    }
}

#[async_trait]
impl KeyMaker for Wired {
    async fn make(&self, plans: &[KeyPlan], now: Timestamp) -> Result<Vec<StoredKey>, String> {
        let (provider, plans) = (Arc::clone(&self.provider), plans.to_vec());
        // An RSA key takes a second of work.
        let made = tokio::task::spawn_blocking(move || provider.make_keys(&plans, now));
        let made = made.await.map_err(|error| error.to_string())?;
        made.map_err(|error| error.to_string())
    }

    fn seal(&self, place: &str, secret: &str) -> Vec<u8> {
        self.provider.seal(place, secret.as_bytes())
    }

    fn check(&self, jwks: &serde_json::Value) -> Result<(), String> {
        VerifyingKeys::check_registered(jwks).map_err(|error| error.to_string())
    }

    async fn make_machine_key(&self) -> Result<MachineKeyPair, String> {
        // As long as any RSA key.
        let made = tokio::task::spawn_blocking(machine_key::MachineKeyPair::generate);
        let made = made.await.map_err(|error| error.to_string())?;
        let made = made.map_err(|error| error.to_string())?;
        Ok(MachineKeyPair {
            kid: made.kid.clone(),
            private_pem: made.private_pem.to_string(),
            public_jwk: made.public_jwk.clone(),
        })
    }

    fn name_machine_key(
        &self,
        mut jwk: serde_json::Value,
    ) -> Result<(String, serde_json::Value), String> {
        let kid = machine_key::name(&jwk).map_err(|error| error.to_string())?;
        machine_key::named(&mut jwk, &kid);
        Ok((kid, jwk))
    }
}

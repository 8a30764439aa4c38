//! What settings mean together: combinations that are refused, and choices that are warned of.

use std::collections::BTreeMap;

use symbolon_core::registration::RegistrationMode;

use super::{Config, Paths, Problem, setting::Fallback, source::Layers, table::find};

/// What OWASP holds to be equally strong and the least for argon2id: memory in KiB, iterations.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>
const ENOUGH_FOR_ARGON2: [(u32, u32); 4] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4)];

/// The longest lifetime of a code that needs no excuse (FAPI 2.0, ASVS 5 10.4.3).
const SHORT_CODE: u32 = 60;

/// Settings that are fine each by itself and make no sense together.
pub fn conflicts(config: &Config, layers: &Layers) -> Vec<Problem> {
    let set = |key: &str| layers.contains_key(key);
    let tell = |key: &'static str| describe(key, layers);
    let mut problems = Vec::new();
    let mut refuse = |text: String| problems.push(Problem::Conflict(text));

    for (one, other) in [
        ("tls.certificate", "tls.key"),
        ("tls.key", "tls.certificate"),
    ] {
        if set(one) && !set(other) {
            refuse(format!(
                "{} is set and {other} is not: set both, or neither",
                tell(one)
            ));
        }
    }
    for (one, other, why) in [
        (
            "clients.certificate_header",
            "proxy.trusted",
            "nobody is believed to tell of certificates",
        ),
        (
            "tls.client_certificates",
            "tls.certificate",
            "there is no handshake to ask in",
        ),
    ] {
        let off = layers
            .get(one)
            .is_some_and(|found| found.raw.text() == Ok("false"));
        if set(one) && !off && !set(other) {
            refuse(format!("{} is set and {other} is not: {why}", tell(one)));
        }
    }
    if set("clients.certificate_origin") && !config.certificates_arrive() {
        refuse(format!(
            "{} is set and neither clients.certificate_header nor tls.client_certificates is: no \
             certificate would arrive there",
            tell("clients.certificate_origin")
        ));
    }
    if set("key_encryption_key") && set("key_encryption_key_file") {
        refuse(format!(
            "{} and {} are both set: keep one of them",
            tell("key_encryption_key"),
            tell("key_encryption_key_file")
        ));
    }
    let (token, session) = (&config.token, &config.session);
    for (idle, idle_key, absolute, absolute_key) in [
        (
            token.refresh_idle_lifetime,
            "token.refresh_idle_lifetime",
            token.refresh_absolute_lifetime,
            "token.refresh_absolute_lifetime",
        ),
        (
            session.idle_lifetime,
            "session.idle_lifetime",
            session.absolute_lifetime,
            "session.absolute_lifetime",
        ),
    ] {
        if idle > absolute {
            refuse(format!(
                "{} is longer than {}: lower the first or raise the second",
                tell(idle_key),
                tell(absolute_key)
            ));
        }
    }
    if config.keys.publish_before_use >= config.keys.rotation_interval {
        refuse(format!(
            "{} is not shorter than {}: a key would be due for replacement before it signs",
            tell("keys.publish_before_use"),
            tell("keys.rotation_interval")
        ));
    }
    let mut taken = BTreeMap::new();
    for (key, path) in paths(config) {
        if let Some(earlier) = taken.insert(path, key) {
            refuse(format!(
                "{} and {} are the same path",
                tell(earlier),
                tell(key)
            ));
        }
    }
    let public = !config.listen.ip().is_loopback();
    if public && config.demo && !config.listen_anyway {
        refuse(format!(
            "demo is on and {} is not a loopback address: everybody knows the passwords of the \
             demo state. Listen on 127.0.0.1, or set listen_anyway (--listen-anyway) if only you \
             can reach that address",
            tell("listen")
        ));
    } else if public && config.issuer.is_none() && !config.listen_anyway {
        refuse(format!(
            "{} is not a loopback address and issuer is not set: set issuer to the URL under which \
             browsers reach this server, for example issuer = \"https://id.example.com\"",
            tell("listen")
        ));
    }
    problems
}

/// What is permitted and yet deserves a line in the log.
pub fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    if config.token.code_lifetime.count() > SHORT_CODE {
        warnings.push(format!(
            "token.code_lifetime is {}: a code that leaks can be used that long, 60s are enough \
             for every client",
            config.token.code_lifetime
        ));
    }
    let password = &config.password;
    if !ENOUGH_FOR_ARGON2.iter().any(|(memory, iterations)| {
        password.argon2_memory >= *memory && password.argon2_iterations >= *iterations
    }) {
        warnings.push(format!(
            "password.argon2_memory {} with password.argon2_iterations {} is weaker than OWASP's \
             least, 19456 with 2",
            password.argon2_memory, password.argon2_iterations
        ));
    }
    if let Some(network) = config
        .proxy
        .trusted
        .iter()
        .find(|network| network.prefix_len() == 0)
    {
        warnings.push(format!(
            "proxy.trusted contains {network}: whoever connects can claim any client address"
        ));
    }
    if config.outbound.allow_loopback {
        warnings.push(
            "outbound.allow_loopback is on: whoever registers a client can have this server send \
             requests to its own machine. It is for tests"
                .to_owned(),
        );
    }
    if let Some(network) = config
        .outbound
        .allowed_networks
        .iter()
        .find(|network| network.prefix_len() == 0)
    {
        warnings.push(format!(
            "outbound.allowed_networks contains {network}: the server sends requests to any \
             address that somebody registers"
        ));
    }
    if config.requests.implicit_and_hybrid {
        warnings.push(
            "requests.implicit_and_hybrid is on, which is legacy: tokens pass through the browser, \
             where they leak; applications should use response_type=code with PKCE"
                .to_owned(),
        );
    }
    if config.requests.unsigned_objects {
        warnings.push(
            "requests.unsigned_objects is on: a request object that nobody signed proves nothing"
                .to_owned(),
        );
    }
    if config.registering.mode == RegistrationMode::Open {
        warnings.push(
            "clients.registration is open: anybody can register an application that asks people for \
             access; at most as many as clients.registration_limit"
                .to_owned(),
        );
    }
    let public = !config.listen.ip().is_loopback();
    if public && config.demo {
        warnings.push(format!(
            "the demo state, whose passwords everybody knows, is served on {}",
            config.listen
        ));
    }
    if public && config.tls.is_none() && config.proxy.trusted.is_empty() {
        warnings.push(format!(
            "plain HTTP on {}: set tls.certificate and tls.key, or put a proxy in front and name \
             it in proxy.trusted",
            config.listen
        ));
    }
    warnings
}

/// Taken apart, so that none is forgotten.
fn paths(config: &Config) -> [(&'static str, &str); 12] {
    let Paths {
        authorize,
        par,
        token,
        introspect,
        revoke,
        keys,
        userinfo,
        device_authorization,
        backchannel_authentication,
        end_session,
        register,
        check_session,
    } = &config.paths;
    [
        ("paths.authorize", authorize),
        ("paths.par", par),
        ("paths.token", token),
        ("paths.introspect", introspect),
        ("paths.revoke", revoke),
        ("paths.keys", keys),
        ("paths.userinfo", userinfo),
        ("paths.device_authorization", device_authorization),
        (
            "paths.backchannel_authentication",
            backchannel_authentication,
        ),
        ("paths.end_session", end_session),
        ("paths.register", register),
        ("paths.check_session", check_session),
    ]
}

/// A setting with its value and where that came from, for a message.
fn describe(key: &'static str, layers: &Layers) -> String {
    let Some(setting) = find(key) else {
        return key.to_owned();
    };
    match (layers.get(key), &setting.fallback) {
        (Some(found), _) => match setting.kind.shown(&found.raw) {
            Some(value) => format!("{key} = {value} (from {})", found.origin),
            None => format!("{key} (from {})", found.origin),
        },
        (None, Fallback::Value(value)) => format!("{key} = {value} (the default)"),
        (None, Fallback::Described { means, .. }) => format!("{key} (the default: {means})"),
    }
}

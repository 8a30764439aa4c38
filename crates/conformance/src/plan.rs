//! Which module belongs to which plan, in which variants.

use crate::dynamic::{self, client, request_uri, sector, signature, third_party};
use crate::logout::{self, told};
use crate::module::{Module, modules};
use crate::oidcc::{
    claims, code, happy, metadata, nonce, parameters, redirect_uri, request_object, session,
    userinfo,
};
use crate::provider::Setting;
use crate::run::Variant;

/// A plan: its modules, in its variants, against one server.
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    /// What is special about how it is gone through: empty when nothing is.
    pub(crate) note: &'static str,
    pub(crate) setting: Setting,
    variants: &'static [(&'static str, &'static str, &'static [&'static str])],
    form_post: bool,
    modules: &'static [Module],
}

impl Plan {
    /// Its name, and what is special.
    pub(crate) fn title(&self) -> String {
        match self.note {
            "" => self.name.to_owned(),
            note => format!("{} {note}", self.name),
        }
    }

    /// Each module in each variant that has it.
    pub(crate) fn runs(&self) -> Vec<(Variant, Module)> {
        let mut runs = Vec::new();
        for (name, response_type, without) in self.variants {
            for module in self.modules {
                if !without.contains(&module.name) {
                    let variant = Variant {
                        name: (*name).to_owned(),
                        response_type,
                        form_post: self.form_post,
                    };
                    runs.push((variant, *module));
                }
            }
        }
        runs
    }
}

/// What an access token is needed for.
const WITHOUT_ACCESS_TOKEN: &[&str] = &[
    "oidcc-userinfo-get",
    "oidcc-userinfo-post-header",
    "oidcc-userinfo-post-body",
    "oidcc-claims-essential",
];

/// What the second and third round of the hybrid plan leave out, as it makes no difference there.
const WITH_CODE_TOKEN: &[&str] = &[
    "oidcc-response-type-missing",
    "oidcc-ensure-request-without-nonce-fails",
    "oidcc-alternate-happy-flow",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
];
const WITH_ALL_THREE: &[&str] = &[
    "oidcc-response-type-missing",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
    "oidcc-alternate-happy-flow",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
];
const WITH_CODE_ID_TOKEN: &[&str] = &["oidcc-ensure-request-without-nonce-succeeds-for-code-flow"];

const CODE: &[(&str, &str, &[&str])] = &[("", "code", &[])];
const IMPLICIT_TYPES: &[(&str, &str, &[&str])] = &[
    ("id_token", "id_token", WITHOUT_ACCESS_TOKEN),
    ("id_token token", "id_token token", &[]),
];
const HYBRID_TYPES: &[(&str, &str, &[&str])] = &[
    ("code id_token", "code id_token", WITH_CODE_ID_TOKEN),
    ("code token", "code token", WITH_CODE_TOKEN),
    ("code id_token token", "code id_token token", WITH_ALL_THREE),
];

const BASIC: &[Module] = modules! {
    "oidcc-server" => happy::server,
    "oidcc-response-type-missing" => parameters::response_type_missing,
    "oidcc-idtoken-signature" => happy::idtoken_signature,
    "oidcc-idtoken-unsigned" => happy::idtoken_unsigned,
    "oidcc-userinfo-get" => userinfo::get,
    "oidcc-userinfo-post-header" => userinfo::post_header,
    "oidcc-userinfo-post-body" => userinfo::post_body,
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => nonce::succeeds_without,
    "oidcc-scope-profile" => claims::scope_profile,
    "oidcc-scope-email" => claims::scope_email,
    "oidcc-scope-address" => claims::scope_address,
    "oidcc-scope-phone" => claims::scope_phone,
    "oidcc-scope-all" => claims::scope_all,
    "oidcc-alternate-happy-flow" => parameters::alternate_happy_flow,
    "oidcc-display-page" => parameters::display_page,
    "oidcc-display-popup" => parameters::display_popup,
    "oidcc-prompt-login" => session::prompt_login,
    "oidcc-prompt-none-not-logged-in" => session::prompt_none_not_logged_in,
    "oidcc-prompt-none-logged-in" => session::prompt_none_logged_in,
    "oidcc-max-age-1" => session::max_age_1,
    "oidcc-max-age-10000" => session::max_age_10000,
    "oidcc-ensure-request-with-unknown-parameter-succeeds" => parameters::unknown,
    "oidcc-id-token-hint" => session::id_token_hint,
    "oidcc-login-hint" => parameters::login_hint,
    "oidcc-ui-locales" => parameters::ui_locales,
    "oidcc-claims-locales" => parameters::claims_locales,
    "oidcc-ensure-request-with-acr-values-succeeds" => parameters::acr_values,
    "oidcc-codereuse" => code::reuse,
    "oidcc-codereuse-30seconds" => code::reuse_later,
    "oidcc-ensure-registered-redirect-uri" => redirect_uri::ensure_registered,
    "oidcc-ensure-post-request-succeeds" => parameters::post,
    "oidcc-server-client-secret-post" => happy::client_secret_post,
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported"
        => request_object::request_uri_unsigned,
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported"
        => request_object::request_unsigned,
    "oidcc-claims-essential" => claims::essential,
    "oidcc-ensure-request-object-with-redirect-uri" => request_object::redirect_uri_inside,
    "oidcc-refresh-token" => code::refresh_token,
    "oidcc-ensure-request-with-valid-pkce-succeeds" => code::valid_pkce,
};

const IMPLICIT: &[Module] = modules! {
    "oidcc-server" => happy::server,
    "oidcc-response-type-missing" => parameters::response_type_missing,
    "oidcc-idtoken-signature" => happy::idtoken_signature,
    "oidcc-userinfo-get" => userinfo::get,
    "oidcc-userinfo-post-header" => userinfo::post_header,
    "oidcc-userinfo-post-body" => userinfo::post_body,
    "oidcc-ensure-request-without-nonce-fails" => nonce::fails_without,
    "oidcc-scope-profile" => claims::scope_profile,
    "oidcc-scope-email" => claims::scope_email,
    "oidcc-scope-address" => claims::scope_address,
    "oidcc-scope-phone" => claims::scope_phone,
    "oidcc-scope-all" => claims::scope_all,
    "oidcc-alternate-happy-flow" => parameters::alternate_happy_flow,
    "oidcc-display-page" => parameters::display_page,
    "oidcc-display-popup" => parameters::display_popup,
    "oidcc-prompt-login" => session::prompt_login,
    "oidcc-prompt-none-not-logged-in" => session::prompt_none_not_logged_in,
    "oidcc-prompt-none-logged-in" => session::prompt_none_logged_in,
    "oidcc-max-age-1" => session::max_age_1,
    "oidcc-max-age-10000" => session::max_age_10000,
    "oidcc-ensure-request-with-unknown-parameter-succeeds" => parameters::unknown,
    "oidcc-id-token-hint" => session::id_token_hint,
    "oidcc-login-hint" => parameters::login_hint,
    "oidcc-ui-locales" => parameters::ui_locales,
    "oidcc-claims-locales" => parameters::claims_locales,
    "oidcc-ensure-request-with-acr-values-succeeds" => parameters::acr_values,
    "oidcc-ensure-registered-redirect-uri" => redirect_uri::ensure_registered,
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported"
        => request_object::request_uri_unsigned,
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported"
        => request_object::request_unsigned,
    "oidcc-claims-essential" => claims::essential,
    "oidcc-ensure-request-object-with-redirect-uri" => request_object::redirect_uri_inside,
};

const HYBRID: &[Module] = modules! {
    "oidcc-server" => happy::server,
    "oidcc-response-type-missing" => parameters::response_type_missing,
    "oidcc-idtoken-signature" => happy::idtoken_signature,
    "oidcc-userinfo-get" => userinfo::get,
    "oidcc-userinfo-post-header" => userinfo::post_header,
    "oidcc-userinfo-post-body" => userinfo::post_body,
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => nonce::succeeds_without,
    "oidcc-ensure-request-without-nonce-fails" => nonce::fails_without,
    "oidcc-scope-profile" => claims::scope_profile,
    "oidcc-scope-email" => claims::scope_email,
    "oidcc-scope-address" => claims::scope_address,
    "oidcc-scope-phone" => claims::scope_phone,
    "oidcc-scope-all" => claims::scope_all,
    "oidcc-alternate-happy-flow" => parameters::alternate_happy_flow,
    "oidcc-display-page" => parameters::display_page,
    "oidcc-display-popup" => parameters::display_popup,
    "oidcc-prompt-login" => session::prompt_login,
    "oidcc-prompt-none-not-logged-in" => session::prompt_none_not_logged_in,
    "oidcc-prompt-none-logged-in" => session::prompt_none_logged_in,
    "oidcc-max-age-1" => session::max_age_1,
    "oidcc-max-age-10000" => session::max_age_10000,
    "oidcc-ensure-request-with-unknown-parameter-succeeds" => parameters::unknown,
    "oidcc-id-token-hint" => session::id_token_hint,
    "oidcc-login-hint" => parameters::login_hint,
    "oidcc-ui-locales" => parameters::ui_locales,
    "oidcc-claims-locales" => parameters::claims_locales,
    "oidcc-ensure-request-with-acr-values-succeeds" => parameters::acr_values,
    "oidcc-codereuse" => code::reuse,
    "oidcc-codereuse-30seconds" => code::reuse_later,
    "oidcc-ensure-registered-redirect-uri" => redirect_uri::ensure_registered,
    "oidcc-server-client-secret-post" => happy::client_secret_post,
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported"
        => request_object::request_uri_unsigned,
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported"
        => request_object::request_unsigned,
    "oidcc-claims-essential" => claims::essential,
    "oidcc-ensure-request-object-with-redirect-uri" => request_object::redirect_uri_inside,
    "oidcc-refresh-token" => code::refresh_token,
    "oidcc-ensure-request-with-valid-pkce-succeeds" => code::valid_pkce,
};

const DYNAMIC: &[Module] = modules! {
    "oidcc-server" => client::server,
    "oidcc-idtoken-rs256" => signature::idtoken_rs256,
    "oidcc-idtoken-unsigned" => signature::idtoken_unsigned,
    "oidcc-userinfo-rs256" => signature::userinfo_rs256,
    "oidcc-ensure-redirect-uri-in-authorization-request" => dynamic::redirect_uri::missing,
    "oidcc-redirect-uri-query-OK" => dynamic::redirect_uri::query_ok,
    "oidcc-redirect-uri-query-mismatch" => dynamic::redirect_uri::query_mismatch,
    "oidcc-redirect-uri-query-added" => dynamic::redirect_uri::query_added,
    "oidcc-redirect-uri-regfrag" => dynamic::redirect_uri::fragment,
    "oidcc-discovery-endpoint-verification" => metadata::verification,
    "oidcc-registration-logo-uri" => client::logo_uri,
    "oidcc-registration-policy-uri" => client::policy_uri,
    "oidcc-registration-tos-uri" => client::tos_uri,
    "oidcc-registration-jwks-uri" => client::jwks_uri,
    "oidcc-registration-sector-uri" => sector::uri,
    "oidcc-registration-sector-bad" => sector::bad,
    "oidcc-server-rotate-keys" => dynamic::keys::of_the_server,
    "oidcc-refresh-token-rp-key-rotation" => dynamic::keys::of_the_client,
    "oidcc-request-uri-unsigned" => request_uri::by_reference_unsigned,
    "oidcc-request-uri-signed-rs256" => request_uri::by_reference_signed,
    "oidcc-ensure-request-object-with-redirect-uri" => request_uri::redirect_uri_inside,
    "oidcc-refresh-token" => client::refresh_token,
    "oidcc-ensure-client-assertion-with-iss-aud-succeeds" => client::assertion_for_the_issuer,
};

const THIRD_PARTY: &[Module] = modules! {
    "oidcc-3rd_party-init-login" => third_party::init_login,
    "oidcc-3rd_party-init-login-nohttps" => third_party::without_https,
};

const CONFIG: &[Module] = modules! {
    "oidcc-discovery-endpoint-verification" => metadata::verification,
};

const RP_INITIATED_LOGOUT: &[Module] = modules! {
    "oidcc-rp-initiated-logout-discovery-endpoint-verification" => logout::verification,
    "oidcc-rp-initiated-logout" => logout::happy,
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri"
        => logout::bad_post_logout_redirect_uri,
    "oidcc-rp-initiated-logout-modified-id-token-hint" => logout::modified_hint,
    "oidcc-rp-initiated-logout-no-id-token-hint" => logout::no_hint,
    "oidcc-rp-initiated-logout-no-params" => logout::no_parameters,
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri"
        => logout::no_post_logout_redirect_uri,
    "oidcc-rp-initiated-logout-no-state" => logout::no_state,
    "oidcc-rp-initiated-logout-only-state" => logout::only_state,
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri" => logout::query_added,
    "oidcc-rp-initiated-logout-bad-id-token-hint" => logout::bad_hint,
};

const BACK_CHANNEL: &[Module] = modules! {
    "oidcc-backchannel-logout-discovery-endpoint-verification" => told::back_channel_verification,
    "oidcc-backchannel-rp-initiated-logout" => told::back_channel,
};

const FRONT_CHANNEL: &[Module] = modules! {
    "oidcc-frontchannel-logout-discovery-endpoint-verification" => told::front_channel_verification,
    "oidcc-frontchannel-rp-initiated-logout" => told::front_channel,
};

const SESSION_MANAGEMENT: &[Module] = modules! {
    "oidcc-session-management-discovery-endpoint-verification"
        => told::session_management_verification,
    "oidcc-session-management-rp-initiated-logout" => told::session_management,
};

/// The plans that are gone through here.
pub(crate) fn all() -> Vec<Plan> {
    let plan = |name, variants, form_post, modules| Plan {
        name,
        note: "",
        setting: Setting::Core,
        variants,
        form_post,
        modules,
    };
    let open = |name, modules| Plan {
        setting: Setting::Open,
        ..plan(name, CODE, false, modules)
    };
    vec![
        plan("oidcc-basic-certification-test-plan", CODE, false, BASIC),
        Plan {
            note: "on PostgreSQL",
            setting: Setting::CoreOnPostgres,
            ..plan("oidcc-basic-certification-test-plan", CODE, false, BASIC)
        },
        plan(
            "oidcc-implicit-certification-test-plan",
            IMPLICIT_TYPES,
            false,
            IMPLICIT,
        ),
        plan(
            "oidcc-hybrid-certification-test-plan",
            HYBRID_TYPES,
            false,
            HYBRID,
        ),
        plan(
            "oidcc-formpost-basic-certification-test-plan",
            CODE,
            true,
            BASIC,
        ),
        plan(
            "oidcc-formpost-implicit-certification-test-plan",
            IMPLICIT_TYPES,
            true,
            IMPLICIT,
        ),
        plan(
            "oidcc-formpost-hybrid-certification-test-plan",
            HYBRID_TYPES,
            true,
            HYBRID,
        ),
        plan("oidcc-config-certification-test-plan", CODE, false, CONFIG),
        open("oidcc-dynamic-certification-test-plan", DYNAMIC),
        open(
            "oidcc-3rdparty-init-login-certification-test-plan",
            THIRD_PARTY,
        ),
        plan(
            "oidcc-rp-initiated-logout-certification-test-plan",
            CODE,
            false,
            RP_INITIATED_LOGOUT,
        ),
        open(
            "oidcc-backchannel-rp-initiated-logout-certification-test-plan",
            BACK_CHANNEL,
        ),
        open(
            "oidcc-frontchannel-rp-initiated-logout-certification-test-plan",
            FRONT_CHANNEL,
        ),
        open(
            "oidcc-session-management-certification-test-plan",
            SESSION_MANAGEMENT,
        ),
    ]
}

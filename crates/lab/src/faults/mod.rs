//! All faults: one file each, named by its symptom, and one line in the table.

mod alg_confusion;
mod alternate_alg;
mod athash_invalid;
mod athash_missing;
mod aud_array;
mod aud_secondary;
mod authorization_error;
mod authorization_response_iss_invalid;
mod authorization_response_iss_removed;
mod azp_invalid;
mod chash_invalid;
mod chash_missing;
mod ciba_access_denied;
mod ciba_expired_token;
mod ciba_expires_missing;
mod ciba_hint_expired;
mod ciba_hint_invalid;
mod ciba_id_missing;
mod ciba_interval;
mod ciba_invalid_request;
mod ciba_ping_bearer;
mod ciba_slow_down;
mod ciba_unknown_user;
mod crit_unknown;
mod discovery_issuer_mismatch;
mod discovery_redirect;
mod discovery_slow;
mod dpop_nonce;
mod dpop_scheme_case;
mod duplicate_members;
mod encrypted;
mod encrypted_rsa15;
mod every_cut;
mod every_drip;
mod every_failure;
mod every_html;
mod every_huge;
mod every_reset;
mod every_slow;
mod every_too_many;
mod expired_exp;
mod iat_future;
mod iat_week_past;
mod idtoken_sig_none;
mod invalid_aud;
mod invalid_iss;
mod invalid_sig_es256;
mod invalid_sig_hs256;
mod invalid_sig_rs256;
mod jarm_aud_invalid;
mod jarm_aud_missing;
mod jarm_exp_expired;
mod jarm_exp_missing;
mod jarm_iss_invalid;
mod jarm_iss_missing;
mod jarm_sig_invalid;
mod jarm_sig_none;
mod jku_injected;
mod jwk_injected;
mod key_rotation;
mod key_rotation_before_signing;
mod keys_cache_control;
mod keys_html;
mod keys_random_uri;
mod kid_absent_multiple;
mod kid_absent_single_jwks;
mod kid_collision;
mod logout_alg_none;
mod logout_no_event;
mod logout_no_state;
mod logout_other_state;
mod logout_with_nonce;
mod logout_wrong_alg;
mod logout_wrong_aud;
mod logout_wrong_event;
mod logout_wrong_iss;
mod missing_aud;
mod missing_exp;
mod missing_iat;
mod missing_iss;
mod missing_sub;
mod mix_up;
mod mtls_aliases;
mod nbf_future;
mod nonce_invalid;
mod nonce_missing;
mod openbanking_intent;
mod other_code;
mod pkce_downgrade;
mod refresh_iss;
mod refresh_needed;
mod refresh_sub;
mod shash_invalid;
mod shash_missing;
mod state_invalid;
mod state_missing;
mod token_429;
mod token_cut;
mod token_expires_in_missing;
mod token_scope_missing;
mod token_type_case;
mod unknown_kid;
mod userinfo_401;
mod userinfo_403;
mod userinfo_aggregated;
mod userinfo_body_only;
mod userinfo_distributed;
mod userinfo_header_only;
mod userinfo_invalid_sub;
mod userinfo_signed;
mod userinfo_wrong_key;
mod very_large;
mod webfinger_acct;
mod webfinger_url;
mod x5u_injected;

use crate::fault::Fault;

/// In the order in which they are applied when several are chosen.
pub(crate) const FAULTS: &[&Fault] = &[
    &invalid_iss::FAULT,
    &missing_iss::FAULT,
    &invalid_aud::FAULT,
    &missing_aud::FAULT,
    &missing_sub::FAULT,
    &missing_iat::FAULT,
    &nonce_invalid::FAULT,
    &expired_exp::FAULT,
    &invalid_sig_rs256::FAULT,
    &idtoken_sig_none::FAULT,
    &key_rotation_before_signing::FAULT,
    &discovery_issuer_mismatch::FAULT,
    &authorization_response_iss_invalid::FAULT,
    &authorization_response_iss_removed::FAULT,
    &state_invalid::FAULT,
    &state_missing::FAULT,
    &token_expires_in_missing::FAULT,
    &token_type_case::FAULT,
    &userinfo_invalid_sub::FAULT,
    &keys_html::FAULT,
    &token_429::FAULT,
    &token_cut::FAULT,
    &discovery_slow::FAULT,
    &kid_absent_single_jwks::FAULT,
    &aud_secondary::FAULT,
    &aud_array::FAULT,
    &azp_invalid::FAULT,
    &nonce_missing::FAULT,
    &missing_exp::FAULT,
    &iat_week_past::FAULT,
    &iat_future::FAULT,
    &nbf_future::FAULT,
    &very_large::FAULT,
    &openbanking_intent::FAULT,
    &athash_invalid::FAULT,
    &athash_missing::FAULT,
    &chash_invalid::FAULT,
    &chash_missing::FAULT,
    &shash_invalid::FAULT,
    &shash_missing::FAULT,
    &invalid_sig_es256::FAULT,
    &invalid_sig_hs256::FAULT,
    &alternate_alg::FAULT,
    &kid_absent_multiple::FAULT,
    &encrypted::FAULT,
    &encrypted_rsa15::FAULT,
    &alg_confusion::FAULT,
    &crit_unknown::FAULT,
    &jwk_injected::FAULT,
    &jku_injected::FAULT,
    &x5u_injected::FAULT,
    &duplicate_members::FAULT,
    &unknown_kid::FAULT,
    &key_rotation::FAULT,
    &keys_random_uri::FAULT,
    &kid_collision::FAULT,
    &keys_cache_control::FAULT,
    &webfinger_acct::FAULT,
    &webfinger_url::FAULT,
    &mtls_aliases::FAULT,
    &discovery_redirect::FAULT,
    &pkce_downgrade::FAULT,
    &mix_up::FAULT,
    &authorization_error::FAULT,
    &other_code::FAULT,
    &jarm_iss_missing::FAULT,
    &jarm_iss_invalid::FAULT,
    &jarm_aud_missing::FAULT,
    &jarm_aud_invalid::FAULT,
    &jarm_exp_missing::FAULT,
    &jarm_exp_expired::FAULT,
    &jarm_sig_invalid::FAULT,
    &jarm_sig_none::FAULT,
    &token_scope_missing::FAULT,
    &dpop_nonce::FAULT,
    &dpop_scheme_case::FAULT,
    &userinfo_signed::FAULT,
    &userinfo_wrong_key::FAULT,
    &userinfo_aggregated::FAULT,
    &userinfo_distributed::FAULT,
    &userinfo_header_only::FAULT,
    &userinfo_body_only::FAULT,
    &userinfo_401::FAULT,
    &userinfo_403::FAULT,
    &refresh_iss::FAULT,
    &refresh_sub::FAULT,
    &refresh_needed::FAULT,
    &logout_alg_none::FAULT,
    &logout_wrong_alg::FAULT,
    &logout_wrong_iss::FAULT,
    &logout_wrong_aud::FAULT,
    &logout_no_event::FAULT,
    &logout_wrong_event::FAULT,
    &logout_with_nonce::FAULT,
    &logout_other_state::FAULT,
    &logout_no_state::FAULT,
    &ciba_interval::FAULT,
    &ciba_slow_down::FAULT,
    &ciba_expired_token::FAULT,
    &ciba_access_denied::FAULT,
    &ciba_invalid_request::FAULT,
    &ciba_id_missing::FAULT,
    &ciba_expires_missing::FAULT,
    &ciba_unknown_user::FAULT,
    &ciba_hint_expired::FAULT,
    &ciba_hint_invalid::FAULT,
    &ciba_ping_bearer::FAULT,
    &every_reset::DISCOVERY,
    &every_reset::KEYS,
    &every_reset::TOKEN,
    &every_reset::USERINFO,
    &every_too_many::DISCOVERY,
    &every_too_many::KEYS,
    &every_too_many::USERINFO,
    &every_failure::DISCOVERY,
    &every_failure::KEYS,
    &every_failure::TOKEN,
    &every_failure::USERINFO,
    &every_cut::DISCOVERY,
    &every_cut::KEYS,
    &every_cut::USERINFO,
    &every_huge::DISCOVERY,
    &every_huge::KEYS,
    &every_huge::TOKEN,
    &every_huge::USERINFO,
    &every_html::DISCOVERY,
    &every_html::TOKEN,
    &every_html::USERINFO,
    &every_slow::KEYS,
    &every_slow::TOKEN,
    &every_slow::USERINFO,
    &every_drip::DISCOVERY,
    &every_drip::KEYS,
    &every_drip::TOKEN,
    &every_drip::USERINFO,
];

/// The fault of this name.
pub(crate) fn find(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().copied().find(|fault| fault.name == name)
}

/// The faults of these names, in the order of the table; or the name that nothing has.
pub(crate) fn find_all<'a>(
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<&'static Fault>, String> {
    let found: Vec<_> = names
        .map(|name| find(name).ok_or_else(|| name.to_owned()))
        .collect::<Result<_, _>>()?;
    let is_chosen = |fault: &&&Fault| found.iter().any(|chosen| chosen.name == fault.name);
    Ok(FAULTS.iter().filter(is_chosen).copied().collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{collections::BTreeSet, fs};

    use super::*;

    #[test]
    fn names_are_unique_and_can_stand_in_a_path() {
        let names: BTreeSet<_> = FAULTS.iter().map(|fault| fault.name).collect();
        assert_eq!(names.len(), FAULTS.len());
        let plain = |name: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            !name.is_empty() && name.chars().all(fits)
        };
        assert!(names.iter().all(|name| plain(name)));
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a test asks whether it is to write"
    )]
    fn the_manual_has_every_fault_as_it_is() {
        const FILE: &str = "../../docs/lab.md";
        const HEAD: &str = "## All faults\n";
        let manual = fs::read_to_string(FILE).unwrap();
        let (before, _) = manual.split_once(HEAD).unwrap();
        let mut wanted = format!(
            "{before}{HEAD}\nA client that is careless in what is called an attack can be attacked; \
             where it is none, it breaks.\n\n| fault | what it does | which attack | a correct \
             client |\n|---|---|---|---|\n"
        );
        for fault in FAULTS {
            let (name, client) = (fault.name, fault.client.as_str().replace('_', " "));
            let (does, attack) = (fault.does, fault.attack);
            wanted.push_str(&format!("| `{name}` | {does} | {attack} | {client} |\n"));
        }
        if std::env::var_os("SYMBOLON_TEST_UPDATE").is_some_and(|value| value == "1") {
            fs::write(FILE, &wanted).unwrap();
        }
        let stale = "docs/lab.md is stale: run this test once with SYMBOLON_TEST_UPDATE=1";
        assert!(fs::read_to_string(FILE).unwrap() == wanted, "{stale}");
    }
}

//! All faults: one file each, named by its symptom, and one line in the table.

mod authorization_response_iss_invalid;
mod authorization_response_iss_removed;
mod discovery_issuer_mismatch;
mod discovery_slow;
mod expired_exp;
mod idtoken_sig_none;
mod invalid_aud;
mod invalid_iss;
mod invalid_sig_rs256;
mod key_rotation_before_signing;
mod keys_html;
mod kid_absent_single_jwks;
mod missing_aud;
mod missing_iat;
mod missing_iss;
mod missing_sub;
mod nonce_invalid;
mod state_invalid;
mod state_missing;
mod token_429;
mod token_cut;
mod token_expires_in_missing;
mod token_type_case;
mod userinfo_invalid_sub;

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
    use std::collections::BTreeSet;

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
}

//! What must hold at every moment, whatever happened before.

use symbolon_core::decision::Change;

use super::{
    player::{count, refresh_text},
    provider::{self, Provider},
    reference::Reference,
};

/// Asks the provider about every token that stood in any decision. `opaque`: how many opaque access
/// tokens were handed out.
pub(super) fn check(provider: &Provider, reference: &Reference, offered: &[String], opaque: usize) {
    let mut tokens: Vec<String> = reference.chain.clone();
    tokens.extend(offered.iter().cloned());
    tokens.extend(
        reference
            .chain
            .first()
            .map(|first| provider::forged(first, 9)),
    );
    tokens.sort_unstable();
    tokens.dedup();
    let mut current = Vec::new();
    let mut successors = Vec::new();
    for token in tokens {
        let request = provider::refresh_request(&token, None);
        let decision = provider.decide(&request, &provider.client);
        let Ok(answer) = &decision.outcome else {
            continue;
        };
        let rotates = |change: &Change| matches!(change, Change::RotateRefreshToken { .. });
        if count(&decision.changes, rotates) > 0 {
            current.push(token);
        } else {
            assert!(
                provider.settings.refresh_grace.seconds() > 0,
                "grace 0 is no grace"
            );
            successors.push(refresh_text(answer).to_owned());
        }
    }
    assert!(
        current.len() <= 1,
        "{} tokens of one family are current",
        current.len()
    );
    assert!(
        successors.len() <= 1,
        "more than the last token is within its grace"
    );
    assert!(
        successors.iter().all(|token| current.contains(token)),
        "the family forks"
    );

    let any_good = !current.is_empty() || !successors.is_empty();
    assert_eq!(provider.store.is_revoked(), reference.revoked);
    if reference.revoked {
        assert!(!any_good, "a token works after its approval was revoked");
        let again = provider.decide(&provider::redemption(provider), &provider.client);
        assert!(again.outcome.is_err() && again.changes.is_empty());
    }
    if provider.now >= reference.refresh_expires_at || !provider.subject.is_active() {
        assert!(!any_good);
    }
    // Written if and only if it was handed out.
    assert_eq!(provider.store.opaque.len(), opaque);
}

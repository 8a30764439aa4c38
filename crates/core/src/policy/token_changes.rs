//! What happened to tokens that are still out there.
//!
//! A signed token stays as it was issued; what it says may not be true any more: it was revoked, or
//! its subject lost a role. Whoever decides by a token alone needs to know for which tokens that
//! can be so. [`TokenChanges`] says it: for whatever a token depends on, when that changed last.
//!
//! The rule: a token is in [`Doubt`] when it was issued before the list begins, or when anything it
//! depends on changed at the second of its issue or later. A token in doubt is not wrong; it has to
//! be asked about (introspection, RFC 7662). A token that is not in doubt says what was true when
//! the list was made.
//!
//! "Later" is meant with a leeway: the clocks of two instances of a provider differ, a change takes
//! a moment to be durable, and an instance may issue a token from what it remembers for a second
//! more. Within the leeway a token counts as issued before the change.
//!
//! The list is bounded ([`MOST`]). What is left out is the oldest, and the list then begins later:
//! more tokens are in doubt, and none that should be is not.
//!
//! Left out: what changed. Whoever asks gets to know, and a list for many readers is no place for
//! what happened to whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    approval::Approval,
    client::Client,
    id::Id,
    organization::Organization,
    subject::Subject,
    time::{Lifetime, Timestamp},
};

/// The most entries of a list.
pub const MOST: usize = 20_000;

/// When what tokens depend on changed last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenChanges {
    /// From when on the list is complete.
    since: Timestamp,
    /// For how long after a change a token may still have been issued as if it had not been.
    leeway: Lifetime,
    /// Subjects: disabled, or with other roles.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    subjects: BTreeMap<Id<Subject>, Timestamp>,
    /// Clients.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    clients: BTreeMap<Id<Client>, Timestamp>,
    /// Organizations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    organizations: BTreeMap<Id<Organization>, Timestamp>,
    /// Approvals, by what the claim `grant_id` says: revoked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    grants: BTreeMap<Id<Approval>, Timestamp>,
    /// Single tokens, by what the claim `jti` says, and personal access tokens, by their id:
    /// revoked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tokens: BTreeMap<String, Timestamp>,
}

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenChange {
    /// A client.
    Client(Id<Client>),
    /// An approval.
    Grant(Id<Approval>),
    /// An organization.
    Organization(Id<Organization>),
    /// A subject.
    Subject(Id<Subject>),
    /// A single token, by its `jti`.
    Token(String),
}

/// What a token depends on.
#[derive(Clone, Copy, Debug)]
pub struct Traces<'a> {
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Whom it speaks of.
    pub subject: &'a Id<Subject>,
    /// Which client it was given to.
    pub client: &'a Id<Client>,
    /// The home organization of its subject.
    pub home: &'a Id<Organization>,
    /// The organization it is used in: whoever disables that takes the roles in it from everybody.
    pub acting: &'a Id<Organization>,
    /// The approval it came of, if it came of one.
    pub grant: Option<&'a Id<Approval>>,
    /// Its `jti`.
    pub name: &'a str,
    /// The names of the tokens that it was exchanged for: it ends with each of them (RFC 8693).
    pub exchanged_from: &'a [String],
}

/// Why a token has to be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Its client changed.
    Client,
    /// The approval it came of changed.
    Grant,
    /// Its subject's home organization changed, or the one it is used in.
    Organization,
    /// Its subject changed.
    Subject,
    /// It changed itself, or a token that it was exchanged for.
    Token,
    /// It was issued before the list begins.
    TooOld,
}

impl TokenChanges {
    /// The list of what changed at `since` or later. Of two changes of one thing the later counts.
    pub fn new(
        since: Timestamp,
        leeway: Lifetime,
        changes: impl IntoIterator<Item = (TokenChange, Timestamp)>,
    ) -> Self {
        let mut all: Vec<_> = changes.into_iter().filter(|(_, at)| *at >= since).collect();
        all.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        let mut list = Self {
            since,
            leeway,
            subjects: BTreeMap::new(),
            clients: BTreeMap::new(),
            organizations: BTreeMap::new(),
            grants: BTreeMap::new(),
            tokens: BTreeMap::new(),
        };
        if let Some((_, left_out)) = all.get(MOST) {
            list.since = left_out.plus(Lifetime::from_seconds(1));
        }
        // The latest comes first, and stays.
        for (change, at) in all.into_iter().take(MOST) {
            match change {
                TokenChange::Client(id) => drop(list.clients.entry(id).or_insert(at)),
                TokenChange::Grant(id) => drop(list.grants.entry(id).or_insert(at)),
                TokenChange::Organization(id) => drop(list.organizations.entry(id).or_insert(at)),
                TokenChange::Subject(id) => drop(list.subjects.entry(id).or_insert(at)),
                TokenChange::Token(name) => drop(list.tokens.entry(name).or_insert(at)),
            }
        }
        list
    }

    /// Why a token has to be asked about; `None`: what it says can be relied on as far as this list
    /// goes.
    pub fn doubt(&self, token: &Traces<'_>) -> Option<Doubt> {
        let affects = |changed: Timestamp| token.issued_at <= changed.plus(self.leeway);
        let any = |changed: Option<&Timestamp>| changed.copied().is_some_and(affects);
        let organization = |id| any(self.organizations.get(id));
        let named = |name: &str| any(self.tokens.get(name));
        if token.issued_at < self.since.plus(self.leeway) {
            Some(Doubt::TooOld)
        } else if named(token.name) || token.exchanged_from.iter().any(|name| named(name)) {
            Some(Doubt::Token)
        } else if any(token.grant.and_then(|grant| self.grants.get(grant))) {
            Some(Doubt::Grant)
        } else if any(self.subjects.get(token.subject)) {
            Some(Doubt::Subject)
        } else if any(self.clients.get(token.client)) {
            Some(Doubt::Client)
        } else if organization(token.home) || organization(token.acting) {
            Some(Doubt::Organization)
        } else {
            None
        }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        let (subjects, clients) = (self.subjects.len(), self.clients.len());
        let organizations = self.organizations.len();
        subjects + clients + organizations + self.grants.len() + self.tokens.len()
    }

    /// Whether nothing changed since it begins.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Doubt {
    /// The doubt as logs and metrics call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client_changed",
            Self::Grant => "grant_changed",
            Self::Organization => "organization_changed",
            Self::Subject => "subject_changed",
            Self::Token => "token_changed",
            Self::TooOld => "issued_before_the_list_begins",
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const LEEWAY: i64 = 5;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn id<K>(text: &str) -> Id<K> {
        Id::parse(text).unwrap()
    }

    fn list(changes: impl IntoIterator<Item = (TokenChange, i64)>) -> TokenChanges {
        let leeway = Lifetime::from_seconds(LEEWAY.try_into().unwrap());
        let changes = changes.into_iter().map(|(change, then)| (change, at(then)));
        TokenChanges::new(at(100), leeway, changes)
    }

    /// Of a token of alice of acme, used in globex.
    fn doubt(list: &TokenChanges, issued_at: i64) -> Option<Doubt> {
        list.doubt(&Traces {
            issued_at: at(issued_at),
            subject: &id("alice"),
            client: &id("web"),
            home: &id("acme"),
            acting: &id("globex"),
            grant: Some(&id("grant")),
            name: "jti",
            exchanged_from: &["pat".to_owned()],
        })
    }

    #[test]
    fn a_token_is_in_doubt_when_anything_it_depends_on_changed_at_its_issue_or_later() {
        for (change, expected) in [
            (TokenChange::Client(id("web")), Doubt::Client),
            (TokenChange::Grant(id("grant")), Doubt::Grant),
            (TokenChange::Organization(id("acme")), Doubt::Organization),
            (TokenChange::Organization(id("globex")), Doubt::Organization),
            (TokenChange::Subject(id("alice")), Doubt::Subject),
            (TokenChange::Token("jti".into()), Doubt::Token),
            (TokenChange::Token("pat".into()), Doubt::Token),
        ] {
            let list = list([(change, 200)]);
            for issued_at in [199, 200, 200 + LEEWAY] {
                assert_eq!(doubt(&list, issued_at), Some(expected), "{issued_at}");
            }
            assert_eq!(doubt(&list, 201 + LEEWAY), None, "{expected:?}");
        }
    }

    #[test]
    fn what_a_token_does_not_depend_on_does_not_matter() {
        let others = [
            // The names of others, and its own names as those of other kinds of thing.
            TokenChange::Client(id("alice")),
            TokenChange::Grant(id("jti")),
            TokenChange::Organization(id("initech")),
            TokenChange::Subject(id("web")),
            TokenChange::Token("grant".into()),
        ];
        assert_eq!(doubt(&list(others.map(|other| (other, 200))), 150), None);
        let without = TokenChanges::new(at(0), Lifetime::from_seconds(0), []);
        assert_eq!((without.is_empty(), doubt(&without, 150)), (true, None));
    }

    #[test]
    fn a_token_from_before_the_list_begins_is_in_doubt() {
        let list = list([]);
        assert_eq!(doubt(&list, 99 + LEEWAY), Some(Doubt::TooOld));
        assert_eq!(doubt(&list, 100 + LEEWAY), None);
    }

    #[test]
    fn the_last_of_two_changes_counts_in_whatever_order_they_come() {
        let change = |then| (TokenChange::Subject(id("alice")), then);
        for list in [
            list([change(200), change(300)]),
            list([change(300), change(200)]),
        ] {
            assert_eq!(doubt(&list, 250), Some(Doubt::Subject));
            assert_eq!(list.len(), 1);
        }
    }

    #[test]
    fn a_list_that_is_too_long_begins_later_and_nobody_is_forgotten() {
        let most = i64::try_from(MOST).unwrap();
        let subject = |index: i64| TokenChange::Subject(id(&format!("s{index}")));
        // Two changes a second, and alice was among the first.
        let many = |count: i64| (0..count).map(move |index| (subject(index), 300 + index / 2));
        let alice = (TokenChange::Subject(id("alice")), 299);
        let whole = list(many(most - 1).chain([alice.clone()]));
        assert_eq!((whole.len(), doubt(&whole, 400)), (MOST, None));
        assert_eq!(doubt(&whole, 200), Some(Doubt::Subject));
        let cut = list(many(most).chain([alice]));
        assert_eq!(cut.len(), MOST);
        for issued_at in [200, 299, 299 + LEEWAY] {
            assert_eq!(doubt(&cut, issued_at), Some(Doubt::TooOld), "{issued_at}");
        }
        assert_eq!(doubt(&cut, 300 + LEEWAY), None);
    }

    #[test]
    fn a_list_is_read_as_it_was_written_and_no_other_way() {
        let list = list([
            (TokenChange::Subject(id("alice")), 200),
            (TokenChange::Token("jti".into()), 201),
        ]);
        let written = serde_json::to_string(&list).unwrap();
        assert_eq!(
            written,
            r#"{"since":100,"leeway":5,"subjects":{"alice":200},"tokens":{"jti":201}}"#
        );
        assert_eq!(
            serde_json::from_str::<TokenChanges>(&written).unwrap(),
            list
        );
        let unknown = written.replace("subjects", "devices");
        assert!(serde_json::from_str::<TokenChanges>(&unknown).is_err());
    }
}

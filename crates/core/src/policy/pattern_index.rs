//! The patterns of a rule set as a tree of segments: one walk along a scope finds all that match.

use std::collections::BTreeMap;

use crate::policy::{
    api_scope::{ApiScope, MOST_SEGMENTS},
    pattern::{ScopePattern, Shape},
};

/// A pattern by its number. Valid for the index that gave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PatternId(u32);

/// The tree.
#[derive(Clone, Debug, Default)]
pub(super) struct PatternIndex {
    root: Node,
    count: u32,
}

/// The patterns that match one scope: `*`, one for each of its prefixes, and the scope itself.
pub(super) struct Matched {
    ids: [PatternId; MOST_SEGMENTS + 1],
    count: usize,
}

#[derive(Clone, Debug, Default)]
struct Node {
    children: BTreeMap<Box<str>, Node>,
    /// The pattern that ends here.
    exactly: Option<PatternId>,
    /// The pattern of all that goes on from here. At the root that is `*`.
    below: Option<PatternId>,
}

impl PatternIndex {
    /// The number of a pattern, new or known.
    pub(super) fn insert(&mut self, pattern: &ScopePattern) -> PatternId {
        let shape = pattern.shape();
        let segments = match shape {
            Shape::Below(text) | Shape::Exactly(text) => Some(text.split('.')),
            Shape::Everything => None,
        };
        let mut node = &mut self.root;
        for segment in segments.into_iter().flatten() {
            node = node.children.entry(segment.into()).or_default();
        }
        let place = match shape {
            Shape::Below(_) | Shape::Everything => &mut node.below,
            Shape::Exactly(_) => &mut node.exactly,
        };
        *place.get_or_insert_with(|| {
            self.count += 1;
            PatternId(self.count)
        })
    }

    /// All patterns that match the scope.
    pub(super) fn matching(&self, scope: &ApiScope) -> Matched {
        let mut matched = Matched {
            ids: [PatternId::default(); MOST_SEGMENTS + 1],
            count: 0,
        };
        let mut node = &self.root;
        for segment in scope.segments() {
            // One more segment follows, so what is below this node matches.
            matched.add(node.below);
            match node.children.get(segment) {
                Some(child) => node = child,
                None => return matched,
            }
        }
        matched.add(node.exactly);
        matched
    }
}

impl Matched {
    pub(super) fn as_slice(&self) -> &[PatternId] {
        self.ids.get(..self.count).unwrap_or_default()
    }

    fn add(&mut self, id: Option<PatternId>) {
        if let (Some(id), Some(place)) = (id, self.ids.get_mut(self.count)) {
            *place = id;
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn every_pattern_along_a_scope_is_found() {
        let scope = vec!["s"; MOST_SEGMENTS].join(".");
        let mut patterns = vec!["*".to_owned(), scope.clone()];
        patterns.extend((1..MOST_SEGMENTS).map(|count| format!("{}*", "s.".repeat(count))));
        let mut index = PatternIndex::default();
        for other in ["s.x.*", "s.s", "x.*", "s.s.s.x"] {
            index.insert(&ScopePattern::parse(other).unwrap());
        }
        let mut expected: Vec<_> = patterns
            .iter()
            .map(|text| index.insert(&ScopePattern::parse(text).unwrap()))
            .collect();
        let matched = index.matching(&ApiScope::parse(&scope).unwrap());
        let mut found = matched.as_slice().to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_pattern_has_one_number() {
        let mut index = PatternIndex::default();
        let pattern = ScopePattern::parse("a.*").unwrap();
        let other = ScopePattern::parse("a.b").unwrap();
        let id = index.insert(&pattern);
        assert_ne!(index.insert(&other), id);
        assert_eq!(index.insert(&pattern), id);
    }
}

//! Which faults are on, for whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exchange::Endpoint;

/// What was chosen by the control API. Names, since that is what is chosen.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Selection {
    /// By client.
    pub(crate) clients: BTreeMap<String, Vec<String>>,
    /// By username.
    pub(crate) people: BTreeMap<String, Vec<String>>,
    /// For so many requests.
    pub(crate) next: Vec<Next>,
}

/// Faults of the next requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Next {
    pub(crate) faults: Vec<String>,
    /// How many requests are left.
    #[serde(default = "once")]
    pub(crate) count: u32,
    /// Which requests count; all when left out. The name of an endpoint, as requests are listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
}

fn once() -> u32 {
    1
}

impl Selection {
    /// What is on for a request by its being the next one; it is one less then.
    pub(crate) fn take_next(&mut self, endpoint: Endpoint) -> Vec<String> {
        if !endpoint.is_protocol() {
            return Vec::new();
        }
        let name = serde_json::to_value(endpoint).unwrap_or_default();
        let mut taken = Vec::new();
        for next in &mut self.next {
            let counts = next
                .endpoint
                .as_ref()
                .is_none_or(|own| name == own.as_str());
            if counts && next.count > 0 {
                next.count -= 1;
                taken.extend(next.faults.iter().cloned());
            }
        }
        self.next.retain(|next| next.count > 0);
        taken
    }

    /// What is on for a client and a person.
    pub(crate) fn of(&self, client: Option<&str>, person: Option<&str>) -> Vec<String> {
        let client = client.and_then(|client| self.clients.get(client));
        let person = person.and_then(|person| self.people.get(person));
        client
            .into_iter()
            .chain(person)
            .flatten()
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_requests_are_counted_by_endpoint() {
        let next = |count, endpoint: Option<&str>| Next {
            faults: vec!["x".to_owned()],
            count,
            endpoint: endpoint.map(str::to_owned),
        };
        let mut selection = Selection {
            next: vec![next(2, Some("token"))],
            ..Selection::default()
        };
        assert!(selection.take_next(Endpoint::Keys).is_empty());
        assert!(selection.take_next(Endpoint::Page).is_empty());
        assert_eq!(selection.take_next(Endpoint::Token), ["x"]);
        assert_eq!(selection.take_next(Endpoint::Token), ["x"]);
        assert!(selection.take_next(Endpoint::Token).is_empty());
    }
}

//! `own_profile`, `update_own_profile`: what is said of oneself.
//!
//! Not the user name, which applications know, and not what was proven: a changed address or number
//! is not, and a changed address is no name to sign in with any more.

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use symbolon_core::subject::Profile;
use symbolon_storage::{Act, DeclaredSubject, Stored};

use super::{Own, check, myself, record};
use crate::{
    api::subjects,
    call::Call,
    input::{NoBody, NoQuery, Patch},
    operation::{Operation, Reply},
    problem::Problem,
    schema,
};

/// The longest text of a profile, in characters; of an e-mail address (RFC 5321 §4.5.3.1).
const LONGEST: usize = 200;
const LONGEST_EMAIL: usize = 254;

/// Oneself.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnProfile")]
struct View {
    id: String,
    username: String,
    organization: String,
    organization_name: String,
    #[schemars(schema_with = "schema::profile")]
    profile: Profile,
    version: i64,
}

/// What one may change.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    nickname: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    locale: Option<String>,
    zoneinfo: Option<String>,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, "/own/profile", None, "own_profile", get).own(Own::Yes),
        Operation::new(
            Method::PATCH,
            "/own/profile",
            None,
            "update_own_profile",
            update,
        )
        .own(Own::Yes)
        .conditional(),
    ]
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let stored = myself(&call).await?;
    Ok(Reply::stored(stored, |stored| view(&call, stored)))
}

async fn update(call: Call, _: NoQuery, patch: Patch<Fields>) -> Result<Reply<View>, Problem> {
    let before = myself(&call).await?;
    let fields = patch.onto(&Fields::of(&before.value.profile))?;
    fields.check()?;
    if fields.email != before.value.profile.email {
        // What others write to in order to reach, and let in, this person.
        check(Own::Fresh, &call.guard.caller, call.now)?;
    }
    let profile = fields.onto(&before.value.profile);
    let subject = DeclaredSubject {
        identifiers: subjects::identifiers("/username", &before.value.username, &profile)?,
        profile,
        ..before.value.clone()
    };
    let changed = changed(&before.value.profile, &subject.profile);
    let version = call.expected();
    let act = Act::UpdateSubject {
        subject: subject.clone(),
        version,
        end_sessions: false,
    };
    let detail = json!({ "name": subject.username, "changed": changed });
    call.act(act, record(&call, "user.update", detail)).await?;
    let stored = Stored {
        value: subject,
        version: version + 1,
        created_at: before.created_at,
    };
    Ok(Reply::stored(stored, |stored| view(&call, stored)))
}

impl Fields {
    fn of(profile: &Profile) -> Self {
        Self {
            name: profile.name.clone(),
            given_name: profile.given_name.clone(),
            family_name: profile.family_name.clone(),
            nickname: profile.nickname.clone(),
            email: profile.email.clone(),
            phone_number: profile.phone_number.clone(),
            locale: profile.locale.clone(),
            zoneinfo: profile.zoneinfo.clone(),
        }
    }

    fn all(&self) -> [(&'static str, &Option<String>); 8] {
        [
            ("name", &self.name),
            ("given_name", &self.given_name),
            ("family_name", &self.family_name),
            ("nickname", &self.nickname),
            ("email", &self.email),
            ("phone_number", &self.phone_number),
            ("locale", &self.locale),
            ("zoneinfo", &self.zoneinfo),
        ]
    }

    fn check(&self) -> Result<(), Problem> {
        for (name, value) in self.all() {
            let Some(value) = value else { continue };
            let pointer = format!("/{name}");
            let longest = if name == "email" {
                LONGEST_EMAIL
            } else {
                LONGEST
            };
            if value.trim().is_empty() || value.chars().count() > longest {
                let detail = format!("has 1 to {longest} characters");
                return Err(Problem::member(&pointer, detail));
            }
            if value.chars().any(char::is_control) {
                return Err(Problem::member(&pointer, "has no control characters"));
            }
        }
        let halves = self.email.as_deref().map(|email| email.split_once('@'));
        if halves.is_some_and(|halves| {
            halves.is_none_or(|(local, host)| local.is_empty() || host.is_empty())
        }) {
            return Err(Problem::member("/email", "is such as name@example.org"));
        }
        // RFC 5646 §2.1: letters and digits with hyphens between.
        let tag = self.locale.as_deref().unwrap_or("en");
        let part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if !tag.split('-').all(part) {
            return Err(Problem::member("/locale", "is a language, such as de-AT"));
        }
        Ok(())
    }

    fn onto(self, before: &Profile) -> Profile {
        let proven = |new: &Option<String>, old: &Option<String>, was: Option<bool>| {
            if new == old {
                was
            } else {
                new.as_ref().map(|_| false)
            }
        };
        Profile {
            email_verified: proven(&self.email, &before.email, before.email_verified),
            phone_number_verified: proven(
                &self.phone_number,
                &before.phone_number,
                before.phone_number_verified,
            ),
            name: self.name,
            given_name: self.given_name,
            family_name: self.family_name,
            nickname: self.nickname,
            email: self.email,
            phone_number: self.phone_number,
            locale: self.locale,
            zoneinfo: self.zoneinfo,
            ..before.clone()
        }
    }
}

/// The names of what changed: the log keeps no values of people.
fn changed(before: &Profile, after: &Profile) -> Vec<&'static str> {
    let (before, after) = (Fields::of(before), Fields::of(after));
    let pairs = before.all().into_iter().zip(after.all());
    let pairs = pairs.filter(|((_, before), (_, after))| before != after);
    pairs.map(|((name, _), _)| name).collect()
}

fn view(call: &Call, stored: Stored<DeclaredSubject>) -> View {
    let subject = stored.value;
    View {
        id: subject.id.to_string(),
        username: subject.username,
        organization: subject.organization.to_string(),
        organization_name: call.guard.caller.subject.organization_name.clone(),
        profile: subject.profile,
        version: stored.version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> Profile {
        Profile {
            name: Some("Alice".to_owned()),
            email: Some("alice@example.org".to_owned()),
            email_verified: Some(true),
            phone_number: Some("+431".to_owned()),
            phone_number_verified: Some(true),
            website: Some("https://alice.example".to_owned()),
            ..Profile::default()
        }
    }

    #[test]
    fn what_is_changed_is_not_proven_and_what_is_not_stays_as_it_is() {
        let before = alice();
        let same = Fields::of(&before).onto(&before);
        assert_eq!(same, before);
        let fields = Fields {
            email: Some("eve@example.org".to_owned()),
            ..Fields::of(&before)
        };
        let after = fields.onto(&before);
        assert_eq!(after.email_verified, Some(false));
        assert_eq!(after.phone_number_verified, Some(true));
        assert_eq!(after.website, before.website);
        assert_eq!(changed(&before, &after), ["email"]);
        let after = Fields::default().onto(&before);
        assert_eq!((after.email, after.email_verified), (None, None));
    }

    #[test]
    fn a_profile_has_sound_values() {
        let wrong = [
            Fields {
                name: Some(" ".to_owned()),
                ..Fields::default()
            },
            Fields {
                nickname: Some("a\u{7}b".to_owned()),
                ..Fields::default()
            },
            Fields {
                email: Some("@example.org".to_owned()),
                ..Fields::default()
            },
            Fields {
                locale: Some("de_AT; x".to_owned()),
                ..Fields::default()
            },
            Fields {
                zoneinfo: Some("x".repeat(201)),
                ..Fields::default()
            },
        ];
        for fields in wrong {
            assert!(fields.check().is_err(), "{:?}", fields.all());
        }
        assert!(Fields::of(&alice()).check().is_ok());
    }
}

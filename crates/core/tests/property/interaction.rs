//! What a person has to do (OIDC Core §3.1.2; requirements A2.15, A5.8, A6.5).

use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use symbolon_core::{
    authorize::{
        interaction::{self, Expected, Facts, Progress, Step},
        request::{AuthorizationRequest, Refusal},
    },
    client::{Client, ConsentPolicy},
    id::Id,
    scope::Scope,
    session::Session,
    subject::Subject,
    time::{Lifetime, Timestamp},
};

use crate::fixture::{authorization_request, authorize_parameters, client, person, session};

const STARTED_AT: Timestamp = Timestamp::from_seconds(1_000_000);
const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];
const WORDS: [&str; 4] = ["openid", "profile", "offline_access", "invoices.read"];

/// Everything that the rule looks at.
#[derive(Clone, Debug)]
struct Situation {
    request: AuthorizationRequest,
    client: Client,
    sessions: Vec<Session>,
    expected: Option<Id<Subject>>,
    allowed: Scope,
    progress: Progress,
    now: Timestamp,
}

impl Situation {
    fn facts(&self) -> Facts<'_> {
        Facts {
            sessions: &self.sessions,
            expected: self
                .expected
                .as_ref()
                .map_or(Expected::Anybody, Expected::This),
            allowed: &self.allowed,
        }
    }

    fn next(&self) -> Result<Step, Refusal> {
        let facts = self.facts();
        interaction::next_step(
            &self.request,
            &self.client,
            &self.progress,
            &facts,
            self.now,
        )
    }

    /// The session that would be approved now, if one would.
    fn approved(&self) -> Option<&Session> {
        match self.next() {
            Ok(Step::Approve { session }) => {
                let found = self.sessions.iter().find(|one| one.id == session);
                Some(found.expect("a session that does not live is approved"))
            }
            _ => None,
        }
    }

    fn is_chosen(&self, session: &Session) -> bool {
        self.progress.chosen.as_ref() == Some(&session.id)
    }
}

fn id<K>(text: &str) -> Id<K> {
    Id::parse(text).unwrap()
}

fn scope() -> impl Strategy<Value = Scope> {
    subsequence(WORDS.to_vec(), 1..=WORDS.len())
        .prop_map(|words| Scope::parse(&words.join(" ")).unwrap())
}

fn request() -> impl Strategy<Value = AuthorizationRequest> {
    let others = vec!["login", "consent", "select_account", "create"];
    let prompt = prop_oneof![
        3 => Just(String::new()),
        2 => Just("none".to_owned()),
        3 => subsequence(others, 1..=3).prop_map(|values| values.join(" ")),
    ];
    let max_age = prop_oneof![
        Just(""),
        Just("0"),
        Just("1"),
        Just("60"),
        Just("99999999999")
    ];
    (prompt, max_age, scope()).prop_map(|(prompt, max_age, scope)| {
        let scope = scope.to_string();
        let parameters =
            authorize_parameters(&[("scope", &scope), ("prompt", &prompt), ("max_age", max_age)]);
        authorization_request(&client(), &parameters).unwrap()
    })
}

/// Sessions of three people, some older than the interaction and some made in it.
fn sessions() -> impl Strategy<Value = Vec<Session>> {
    vec((prop::sample::select(PEOPLE.to_vec()), -120..60_i64), 0..4).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(index, (name, age))| {
                let at = Timestamp::from_seconds(STARTED_AT.seconds() + age);
                session(&format!("session-{index}"), &person(name), at)
            })
            .collect()
    })
}

fn situation() -> impl Strategy<Value = Situation> {
    let allowed = prop_oneof![Just(Scope::default()), scope()];
    let expected = option::weighted(0.3, prop::sample::select(PEOPLE.to_vec()));
    // One index more than there are sessions: the chosen one may have ended since.
    let chosen = option::of((0..5_usize, any::<bool>()));
    let now = prop_oneof![60..70_i64, 60..300_i64];
    (
        request(),
        any::<bool>(),
        sessions(),
        expected,
        allowed,
        chosen,
        now,
    )
        .prop_map(
            |(request, trusted, sessions, expected, allowed, chosen, now)| {
                let mut client = client();
                if trusted {
                    client.metadata.consent = ConsentPolicy::Implicit;
                }
                // Whoever allowed something did so at a session, which then is the chosen one.
                let (chosen, allowed_here) = chosen.unzip();
                Situation {
                    request,
                    client,
                    sessions,
                    expected: expected.map(|name| person(name).id),
                    allowed,
                    progress: Progress {
                        started_at: STARTED_AT,
                        chosen: chosen.map(|index| id(&format!("session-{index}"))),
                        allowed: allowed_here.unwrap_or(false),
                    },
                    now: Timestamp::from_seconds(STARTED_AT.seconds() + now),
                }
            },
        )
}

proptest! {
    #[test]
    fn prompt_none_never_asks_anything(situation in situation()) {
        if situation.request.prompt.none {
            match situation.next() {
                Ok(step) => prop_assert!(matches!(step, Step::Approve { .. }), "{:?}", step),
                // OIDC Core §3.1.2.6: the errors that say what would have been asked.
                Err(refusal) => prop_assert!(matches!(
                    refusal,
                    Refusal::AccountSelectionRequired
                        | Refusal::ConsentRequired
                        | Refusal::LoginRequired
                )),
            }
        }
    }

    #[test]
    fn who_may_be_asked_is_refused_only_for_being_somebody_else(situation in situation()) {
        if !situation.request.prompt.none && situation.next().is_err() {
            prop_assert_eq!(situation.next(), Err(Refusal::LoginRequired));
            let current = interaction::current(&situation.facts(), &situation.progress).unwrap();
            prop_assert!(situation.expected.as_ref().is_some_and(|who| *who != current.subject));
        }
    }

    #[test]
    fn nothing_is_approved_without_a_session_of_the_expected_person(situation in situation()) {
        if let Some(session) = situation.approved() {
            prop_assert!(situation.expected.as_ref().is_none_or(|who| *who == session.subject));
            // Who chose is taken at their word.
            prop_assert!(situation.progress.chosen.is_none() || situation.is_chosen(session));
        }
    }

    #[test]
    fn with_several_people_at_the_browser_prompt_none_guesses_nobody(situation in situation()) {
        let several = situation.sessions.len() > 1 && situation.expected.is_none();
        if situation.request.prompt.none && several {
            prop_assert!(situation.next().is_err());
        }
    }

    #[test]
    fn a2_15_prompt_login_and_max_age_0_want_a_sign_in_of_this_interaction(
        situation in situation(),
    ) {
        let anew = situation.request.prompt.login || situation.request.max_age == Some(0);
        if let (true, Some(session)) = (anew, situation.approved()) {
            prop_assert!(session.authenticated_at >= situation.progress.started_at);
            prop_assert!(situation.is_chosen(session));
        }
    }

    #[test]
    fn a2_15_max_age_is_kept_unless_the_person_signed_in_here(situation in situation()) {
        if let (Some(max_age), Some(session)) = (situation.request.max_age, situation.approved()) {
            let good_until = session.authenticated_at.plus(Lifetime::from_seconds(max_age));
            let signed_in_here =
                situation.is_chosen(session) && session.authenticated_at >= STARTED_AT;
            prop_assert!(situation.now <= good_until || signed_in_here);
        }
    }

    #[test]
    fn a6_5_consent_is_never_skipped(situation in situation()) {
        if situation.approved().is_some() && !situation.progress.allowed {
            prop_assert!(!situation.request.prompt.consent);
            let trusted = situation.client.metadata.consent == ConsentPolicy::Implicit;
            prop_assert!(trusted || situation.allowed.covers(&situation.request.scope));
        }
    }

    #[test]
    fn a6_5_consent_is_asked_for_what_is_missing_and_nothing_else(situation in situation()) {
        if let Ok(Step::Consent { session, missing }) = situation.next() {
            prop_assert!(situation.sessions.iter().any(|one| one.id == session));
            prop_assert!(!missing.is_empty() && situation.request.scope.covers(&missing));
            prop_assert!(!situation.progress.allowed);
            if situation.request.prompt.consent {
                prop_assert_eq!(missing, situation.request.scope);
            } else {
                prop_assert_eq!(situation.client.metadata.consent, ConsentPolicy::Required);
                prop_assert!(missing.words().all(|word| !situation.allowed.contains(word)));
                prop_assert!(situation.allowed.union(&missing).covers(&situation.request.scope));
            }
        }
    }

    #[test]
    fn a_new_account_and_a_choice_are_not_skipped_when_they_are_asked_for(
        situation in situation(),
    ) {
        let prompt = situation.request.prompt;
        if situation.progress.chosen.is_none() && (prompt.create || prompt.select_account) {
            prop_assert_eq!(situation.approved(), None);
            if prompt.create {
                prop_assert_eq!(situation.next(), Ok(Step::SignUp));
            }
        }
        if situation.next() == Ok(Step::ChooseAccount) {
            prop_assert!(!situation.sessions.is_empty());
        }
    }

    #[test]
    fn what_was_allowed_at_one_session_does_not_count_at_another(
        situation in situation(),
        other in 0..5_usize,
    ) {
        let other = id(&format!("session-{other}"));
        let progress = situation.progress.clone().with_session(other.clone());
        prop_assert_eq!(progress.chosen.as_ref(), Some(&other));
        let same = situation.progress.chosen == Some(other);
        prop_assert_eq!(progress.allowed, same && situation.progress.allowed);
    }

    /// No circle: whoever does what is asked, however slowly, gets through.
    #[test]
    fn a_person_who_does_what_is_asked_is_through_after_four_steps(
        mut situation in situation(),
        pauses in vec(0..600_u32, 4),
        choice in any::<prop::sample::Index>(),
    ) {
        situation.progress = Progress::begun(STARTED_AT);
        situation.request.prompt.none = false;
        let who = situation.expected.clone().unwrap_or_else(|| person("alice").id);
        for (index, pause) in pauses.into_iter().enumerate() {
            let step = situation.next();
            situation.now = situation.now.plus(Lifetime::from_seconds(pause));
            let progress = situation.progress.clone();
            situation.progress = match step {
                Ok(Step::SignIn | Step::SignUp) => {
                    let id = format!("made-{index}");
                    let mut made = session(&id, &person("alice"), situation.now);
                    made.subject = who.clone();
                    situation.sessions.insert(0, made.clone());
                    progress.with_session(made.id)
                }
                Ok(Step::ChooseAccount) => {
                    let anybody = situation.expected.is_none();
                    let sessions = situation.sessions.iter();
                    let fitting: Vec<_> =
                        sessions.filter(|one| anybody || one.subject == who).collect();
                    if fitting.is_empty() {
                        // None of the accounts is the expected one: that is an error, not a step.
                        return Ok(());
                    }
                    progress.with_session(fitting[choice.index(fitting.len())].id.clone())
                }
                Ok(Step::Consent { session, .. }) => Progress {
                    allowed: true,
                    ..progress.with_session(session)
                },
                Ok(Step::Approve { .. }) => return Ok(()),
                Err(refusal) => return Err(TestCaseError::fail(format!("{refusal:?}"))),
            };
        }
        prop_assert!(situation.approved().is_some(), "{:?}", situation.next());
    }
}

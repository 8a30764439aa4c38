//! A lab: the ground it stands on, the world of the moment, and what was chosen.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use symbolon_core::time::Clock;
use symbolon_declared::Form;

use crate::{
    arguments::Arguments,
    capture::Captures,
    clock::Setting,
    relay,
    seed::Seed,
    selection::Selection,
    world::{Ground, LabError, World, lock},
};

/// What is known of an interaction from its beginning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    pub(crate) client: Option<String>,
    /// Who signs in without being asked.
    pub(crate) login: Option<String>,
    /// Who signed in.
    pub(crate) person: Option<String>,
}

/// A lab.
pub(crate) struct Lab {
    pub(crate) arguments: Arguments,
    pub(crate) ground: Ground,
    /// The issuer, without a slash at the end.
    pub(crate) issuer: String,
    world: RwLock<Arc<World>>,
    pub(crate) selection: Mutex<Selection>,
    pub(crate) captures: Captures,
    pub(crate) visits: Mutex<BTreeMap<String, Visit>>,
    snapshots: Mutex<Vec<Snapshot>>,
    /// The state it started with, as text.
    beginning: String,
}

/// What can be gone back to.
#[derive(Clone)]
struct Snapshot {
    state: String,
    passwords: Vec<(String, Option<String>)>,
    clock: Setting,
    selection: Selection,
    claims: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
}

impl Lab {
    /// `address` is where it listens.
    pub(crate) async fn start(
        arguments: Arguments,
        address: SocketAddr,
        issuer: String,
    ) -> Result<Self, LabError> {
        let form = match &arguments.state {
            Some(file) => Form::read(file)?,
            None => symbolon_wire::demo::form()?,
        };
        let ground = Ground::new(address, Seed::of(arguments.seed))?;
        let beginning = form.to_yaml()?;
        let world = World::new(&ground).await?;
        world.declare(&ground, form).await?;
        Ok(Self {
            arguments,
            ground,
            issuer,
            world: RwLock::new(Arc::new(world)),
            selection: Mutex::default(),
            captures: Captures::default(),
            visits: Mutex::default(),
            snapshots: Mutex::default(),
            beginning,
        })
    }

    /// The world of the moment.
    pub(crate) fn world(&self) -> Arc<World> {
        let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&world)
    }

    /// Everything as it was at the start, but for the clock.
    pub(crate) async fn reset(&self) -> Result<(), LabError> {
        let world = World::new(&self.ground).await?;
        world
            .declare(&self.ground, Form::parse(&self.beginning)?)
            .await?;
        self.enter(world, Selection::default());
        Ok(())
    }

    /// Keeps what there is; its number.
    pub(crate) async fn snapshot(&self) -> Result<usize, LabError> {
        let world = self.world();
        let state = relay::exported(&world, true).await?.to_yaml()?;
        let people = world.people();
        let passwords = people.into_iter().map(|name| {
            let password = world.password(&name);
            (name, password)
        });
        let snapshot = Snapshot {
            state,
            passwords: passwords.collect(),
            clock: self.ground.clock.setting(),
            selection: lock(&self.selection).clone(),
            claims: lock(&world.claims).clone(),
        };
        let mut snapshots = lock(&self.snapshots);
        snapshots.push(snapshot);
        Ok(snapshots.len())
    }

    /// Goes back; whether there is such a snapshot. Nobody is signed in afterwards, and no token is
    /// good any more.
    pub(crate) async fn restore(&self, number: usize) -> Result<bool, LabError> {
        let found = number.checked_sub(1);
        let found = found.and_then(|index| lock(&self.snapshots).get(index).cloned());
        let Some(snapshot) = found else {
            return Ok(false);
        };
        self.ground.clock.put(snapshot.clock);
        let world = World::new(&self.ground).await?;
        let mut form = Form::parse(&snapshot.state)?;
        for user in &mut form.users {
            let known = snapshot.passwords.iter();
            let mut known = known.filter(|(name, _)| *name == user.username);
            user.password = known.next().and_then(|(_, password)| password.clone());
        }
        world.declare(&self.ground, form).await?;
        *lock(&world.claims) = snapshot.claims;
        self.enter(world, snapshot.selection);
        Ok(true)
    }

    /// The clock was changed: keys that are due now are made, and nothing is remembered.
    pub(crate) async fn clock_changed(&self) -> Result<(), LabError> {
        let world = self.world();
        world.make_due_keys(&self.ground).await?;
        world.forget_issuers().await;
        Ok(())
    }

    /// The present moment.
    pub(crate) fn now(&self) -> i64 {
        self.ground.clock.now().seconds()
    }

    fn enter(&self, world: World, selection: Selection) {
        *self.world.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(world);
        *lock(&self.selection) = selection;
        lock(&self.visits).clear();
        self.captures.forget();
    }
}

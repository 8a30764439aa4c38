//! Keys of machine users of a declared state.

use symbolon_core::{
    id::Id,
    machine_key::{MOST, MachineKey},
    subject::Subject,
};
use symbolon_jose::machine_key;

use super::{Maker, Step};
use crate::form::{MachineKeyForm, StateError};

impl Maker<'_> {
    pub(super) async fn machine_keys(
        &mut self,
        name: &str,
        machine: &Id<Subject>,
        declared: &[MachineKeyForm],
    ) -> Result<(), StateError> {
        let wrong = |why: &dyn std::fmt::Display| StateError::noun("machine user", name, why);
        if declared.len() > MOST {
            return Err(wrong(&format!("has more than {MOST} keys")));
        }
        let before = self.storage.machine_keys(machine).await?;
        let mut keys: Vec<MachineKey> = Vec::new();
        for form in declared {
            let kid = machine_key::name(&form.jwk).map_err(|error| wrong(&error))?;
            let id =
                Id::parse(&kid).map_err(|error| wrong(&format!("the kid of a key: {error}")))?;
            if keys.iter().any(|key| key.id == id) {
                return Err(wrong(&format!("two of its keys are called {id}")));
            }
            let mut jwk = form.jwk.clone();
            machine_key::named(&mut jwk, &kid);
            let known = before.iter().find(|old| old.id == id);
            keys.push(MachineKey {
                id,
                machine: machine.clone(),
                jwk,
                created_at: known.map_or(self.now, |old| old.created_at),
                expires_at: form.expires_at,
            });
        }
        // In the order in which storage hands them out, so that the same state compares equal.
        keys.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        if keys != before {
            let line = format!("~ keys of machine user {name}");
            self.steps
                .push((line, Step::MachineKeys(machine.clone(), keys)));
        }
        Ok(())
    }
}

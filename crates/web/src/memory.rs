//! What is kept in memory by name, bounded in number and age.
//!
//! There is one map for all kinds of names and values, compiled once: made anew for each kind it was
//! 90 KB of machine code a time, and what an idle server takes of the machine's memory is mostly its
//! own machine code. The types are the same from outside; inside a value is told apart by its type,
//! which costs a comparison.

use std::{
    any::Any,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, Instant},
};

use symbolon_core::id::Id;

/// What a value is kept under.
pub trait Name {
    /// The name, letter by letter.
    fn bytes(&self) -> &[u8];
}

impl<K> Name for Id<K> {
    fn bytes(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl Name for String {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Name for str {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Name for [u8] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl Name for [u8; 32] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// How long what is kept is kept.
#[derive(Clone, Copy, Debug)]
pub enum Age {
    /// Until there is no place any more.
    Unbounded,
    /// For so long after it came.
    SinceKept(Duration),
    /// For so long after it was asked for.
    SinceUsed(Duration),
}

/// Values by name.
pub struct Memory<N: ?Sized, V> {
    entries: Entries,
    kinds: PhantomData<fn(&N) -> V>,
}

type Entries = moka::sync::Cache<Vec<u8>, Entry>;

type Entry = Arc<dyn Any + Send + Sync>;

/// Kept in the place of a value that does not exist.
struct Absent;

impl<N: Name + ?Sized, V: Send + Sync + 'static> Memory<N, V> {
    /// Nothing yet, and never more than `most` values.
    pub fn new(most: u64, age: Age) -> Self {
        Self {
            entries: entries(most, age),
            kinds: PhantomData,
        }
    }

    /// What is known under this name: a value, or that there is none.
    pub fn known(&self, name: &N) -> Option<Option<Arc<V>>> {
        let entry = self.entries.get(name.bytes())?;
        Some(entry.downcast().ok())
    }

    /// The value under this name, if one is kept.
    pub fn value(&self, name: &N) -> Option<Arc<V>> {
        self.known(name).flatten()
    }

    /// Whether nothing was kept under this name. From now on something is.
    pub fn is_new(&self, name: &N) -> bool {
        let entry = self.entries.entry_by_ref(name.bytes());
        entry.or_insert_with(absent).is_fresh()
    }

    /// Keeps a value, or that there is none.
    pub fn keep(&self, name: &N, value: Option<Arc<V>>) {
        let entry: Entry = match value {
            Some(value) => value,
            None => absent(),
        };
        self.entries.insert(name.bytes().into(), entry);
    }

    /// Whether nothing was kept of late, as far as the last [`settle`](Self::settle) knows; costs
    /// nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.entry_count() == 0
    }

    /// Puts away what has come and gone: else that waits until enough has come.
    pub fn settle(&self) {
        self.entries.run_pending_tasks();
    }

    /// Forgets what is kept under this name.
    pub fn forget(&self, name: &N) {
        self.entries.invalidate(name.bytes());
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.entries.invalidate_all();
    }
}

impl<N: Name + ?Sized, V: Default + Send + Sync + 'static> Memory<N, V> {
    /// The value under this name; where there is none, a new one. Who asks at the same moment gets
    /// the same one.
    pub fn value_or_default(&self, name: &N) -> Arc<V> {
        // A pointer to a function, so that the map is not compiled anew for each of them.
        let make: fn() -> Entry = || Arc::new(V::default());
        let entry = self.entries.entry_by_ref(name.bytes());
        let entry = entry.or_insert_with(make).into_value();
        entry.downcast().unwrap_or_default()
    }
}

/// This moment, to tell the age of what is kept.
#[expect(
    clippy::disallowed_methods,
    reason = "measures the age of memory; no rule sees it"
)]
pub fn instant() -> Instant {
    Instant::now()
}

fn absent() -> Entry {
    Arc::new(Absent)
}

fn entries(most: u64, age: Age) -> Entries {
    let entries = moka::sync::Cache::builder().max_capacity(most);
    match age {
        Age::Unbounded => entries,
        Age::SinceKept(time) => entries.time_to_live(time),
        Age::SinceUsed(time) => entries.time_to_idle(time),
    }
    .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory<V: Send + Sync + 'static>() -> Memory<String, V> {
        Memory::new(10, Age::Unbounded)
    }

    #[test]
    fn a_value_its_absence_and_ignorance_are_three_things() {
        let (memory, here, gone) = (memory::<u8>(), "here".to_owned(), "gone".to_owned());
        memory.keep(&here, Some(Arc::new(7)));
        memory.keep(&gone, None);
        assert_eq!(memory.known(&here), Some(Some(Arc::new(7))));
        assert_eq!(memory.known(&gone), Some(None));
        assert_eq!(memory.known(&"never".to_owned()), None);
        memory.forget(&here);
        assert_eq!(memory.known(&here), None);
        memory.forget_all();
        assert_eq!(memory.known(&gone), None);
    }

    #[test]
    fn nothing_is_a_value_too() {
        let (memory, name) = (memory::<()>(), "name".to_owned());
        memory.keep(&name, Some(Arc::new(())));
        assert_eq!(memory.known(&name), Some(Some(Arc::new(()))));
        memory.keep(&name, None);
        assert_eq!(memory.known(&name), Some(None));
    }

    #[test]
    fn a_name_is_new_once() {
        let (memory, name) = (memory::<()>(), "name".to_owned());
        assert!(memory.is_new(&name));
        assert!(!memory.is_new(&name));
    }

    #[test]
    fn it_is_known_to_be_empty_until_something_was_kept() {
        let (memory, name) = (memory::<()>(), "name".to_owned());
        assert!(memory.is_empty());
        memory.keep(&name, None);
        memory.settle();
        assert!(!memory.is_empty());
    }

    #[test]
    fn who_asks_for_a_value_or_a_new_one_shares_it() {
        let (memory, name) = (memory::<std::sync::Mutex<u8>>(), "name".to_owned());
        let (one, other) = (
            memory.value_or_default(&name),
            memory.value_or_default(&name),
        );
        assert!(Arc::ptr_eq(&one, &other));
    }
}

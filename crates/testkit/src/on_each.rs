//! One value for each kind of database, which the tests of a process share.

use std::sync::OnceLock;

use crate::backend::Backend;

/// One value for each kind of database, made when it is asked for first. As a `static` it is shared by
/// all tests of a process.
pub struct OnEach<T> {
    sqlite: OnceLock<T>,
    postgres: OnceLock<T>,
}

impl<T> OnEach<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self {
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
        }
    }

    /// The value for this kind of database, which the first who asks makes.
    pub fn get(&self, backend: Backend, make: impl FnOnce() -> T) -> &T {
        match backend {
            Backend::Sqlite => self.sqlite.get_or_init(make),
            Backend::Postgres => self.postgres.get_or_init(make),
        }
    }
}

impl<T> Default for OnEach<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_database_has_a_value_of_its_own_that_is_made_once() {
        let each = OnEach::new();
        assert_eq!(*each.get(Backend::Sqlite, || 1), 1);
        assert_eq!(*each.get(Backend::Postgres, || 2), 2);
        assert_eq!(*each.get(Backend::Sqlite, || 3), 1);
    }
}

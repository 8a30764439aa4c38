//! Passwords are hashed on threads of their own, few and of low priority, behind a bounded queue:
//! a storm of sign-ins costs those who sign in their time and nobody else (requirement A5.2).

use std::sync::{
    Arc, Mutex,
    mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use symbolon_core::{entropy::Entropy, password::Password};
use tokio::sync::oneshot;

/// What hashing costs. The defaults are those of OWASP for argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashingCost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for HashingCost {
    fn default() -> Self {
        Self {
            memory: 19_456,
            iterations: 2,
            parallelism: 1,
        }
    }
}

/// Why nothing was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// The cost is none that argon2 knows.
    #[error("the argon2 parameters do not fit together: memory is at least 8 KiB for each lane")]
    Cost,
    /// The queue is full: come again in a moment.
    #[error("too many passwords are being checked at this moment")]
    Full,
    /// A thread is gone.
    #[error("the threads that hash passwords are gone")]
    Stopped,
}

/// What a password is to a stored hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one; `upgrade` is a hash with the present parameters, if the stored one has others.
    Right {
        /// To be stored in place of the old one.
        upgrade: Option<String>,
    },
    /// It is not.
    Wrong,
}

enum Task {
    Hash(Password, oneshot::Sender<String>),
    Verify(Password, Option<String>, oneshot::Sender<Verdict>),
}

/// The threads and their queue. A clone shares them.
#[derive(Clone)]
pub struct PasswordPool {
    tasks: SyncSender<Task>,
}

impl PasswordPool {
    /// Starts `workers` threads behind a queue of `queue` passwords.
    ///
    /// # Errors
    /// [`PoolError::Cost`]; [`PoolError::Stopped`] when the machine gives no thread.
    pub fn start(
        cost: HashingCost,
        workers: u32,
        queue: u32,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, PoolError> {
        let params = Params::new(cost.memory, cost.iterations, cost.parallelism, None);
        let params = params.map_err(|_| PoolError::Cost)?;
        let (tasks, receiver) = sync_channel(usize::try_from(queue).unwrap_or(usize::MAX));
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..workers.max(1) {
            let worker = Worker {
                argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone()),
                entropy: Arc::clone(&entropy),
            };
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || worker.run(&receiver))
                .map_err(|_| PoolError::Stopped)?;
        }
        Ok(Self { tasks })
    }

    /// Hashes a new password to a PHC string.
    ///
    /// # Errors
    /// [`PoolError::Full`], [`PoolError::Stopped`].
    pub async fn hash(&self, password: Password) -> Result<String, PoolError> {
        let (answer, answered) = oneshot::channel();
        self.send(Task::Hash(password, answer))?;
        answered.await.map_err(|_| PoolError::Stopped)
    }

    /// Holds a password against a stored hash. Without one the same work is done for nothing, so
    /// that time does not tell whether an account exists (requirement A5.6).
    ///
    /// # Errors
    /// [`PoolError::Full`], [`PoolError::Stopped`].
    pub async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
    ) -> Result<Verdict, PoolError> {
        let (answer, answered) = oneshot::channel();
        self.send(Task::Verify(password, stored, answer))?;
        answered.await.map_err(|_| PoolError::Stopped)
    }

    fn send(&self, task: Task) -> Result<(), PoolError> {
        self.tasks.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => PoolError::Full,
            TrySendError::Disconnected(_) => PoolError::Stopped,
        })
    }
}

/// Whether a text is a hash that [`PasswordPool::verify`] can check: argon2 in PHC form, or bcrypt.
pub fn is_known_hash(text: &str) -> bool {
    is_bcrypt(text)
        || PasswordHash::new(text).is_ok_and(|hash| hash.algorithm.as_str().starts_with("argon2"))
}

struct Worker {
    argon2: Argon2<'static>,
    entropy: Arc<dyn Entropy>,
}

impl Worker {
    fn run(&self, tasks: &Mutex<Receiver<Task>>) {
        // Best effort: without it, a storm of sign-ins only competes on equal terms.
        let _ = thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min);
        loop {
            let Ok(receiver) = tasks.lock() else { return };
            let Ok(task) = receiver.recv() else { return };
            drop(receiver);
            // Whoever asked may be gone; then nobody takes the answer.
            match task {
                Task::Hash(password, answer) => drop(answer.send(self.hash(&password))),
                Task::Verify(password, stored, answer) => {
                    drop(answer.send(self.verify(&password, stored.as_deref())));
                }
            }
        }
    }

    fn hash(&self, password: &Password) -> String {
        let mut salt = [0; 16];
        self.entropy.fill(&mut salt);
        match self
            .argon2
            .hash_password_with_salt(password.expose(), &salt)
        {
            Ok(hash) => hash.to_string(),
            // Cannot happen with the parameters checked at the start; a hash that nothing matches
            // is the safe answer.
            Err(_) => String::from("*"),
        }
    }

    fn verify(&self, password: &Password, stored: Option<&str>) -> Verdict {
        let Some(stored) = stored else {
            let _ = self.hash(password);
            return Verdict::Wrong;
        };
        if is_bcrypt(stored) {
            return match bcrypt::verify(password.expose(), stored) {
                Ok(true) => Verdict::Right {
                    upgrade: Some(self.hash(password)),
                },
                Ok(false) | Err(_) => Verdict::Wrong,
            };
        }
        let Ok(hash) = PasswordHash::new(stored) else {
            let _ = self.hash(password);
            return Verdict::Wrong;
        };
        match self.argon2.verify_password(password.expose(), &hash) {
            Ok(()) => Verdict::Right {
                upgrade: self.outdated(&hash).then(|| self.hash(password)),
            },
            Err(_) => Verdict::Wrong,
        }
    }

    /// Whether the hash was made with another algorithm or other parameters than the present ones.
    fn outdated(&self, hash: &PasswordHash) -> bool {
        let params = self.argon2.params();
        let same = Params::try_from(hash).is_ok_and(|stored| {
            (stored.m_cost(), stored.t_cost(), stored.p_cost())
                == (params.m_cost(), params.t_cost(), params.p_cost())
        });
        hash.algorithm.as_str() != "argon2id" || !same
    }
}

fn is_bcrypt(text: &str) -> bool {
    text.len() == 60
        && ["$2a$", "$2b$", "$2x$", "$2y$"]
            .iter()
            .any(|kind| text.starts_with(kind))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::entropy::SystemEntropy;

    const CHEAP: HashingCost = HashingCost {
        memory: 64,
        iterations: 1,
        parallelism: 1,
    };

    fn pool(cost: HashingCost, queue: u32) -> PasswordPool {
        PasswordPool::start(cost, 1, queue, Arc::new(SystemEntropy)).unwrap()
    }

    fn password(text: &str) -> Password {
        Password::typed(text).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_right_for_its_own_hash_alone() {
        let pool = pool(CHEAP, 8);
        let hash = pool.hash(password("correct")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        let right = pool.verify(password("correct"), Some(hash.clone())).await;
        assert_eq!(right, Ok(Verdict::Right { upgrade: None }));
        assert_eq!(
            pool.verify(password("wrong"), Some(hash)).await,
            Ok(Verdict::Wrong)
        );
        assert_eq!(
            pool.verify(password("correct"), None).await,
            Ok(Verdict::Wrong)
        );
    }

    #[tokio::test]
    async fn a5_2_old_parameters_and_bcrypt_are_upgraded() {
        let old = pool(CHEAP, 8).hash(password("correct")).await.unwrap();
        let new = pool(
            HashingCost {
                memory: 128,
                ..CHEAP
            },
            8,
        );
        let bcrypt = bcrypt::hash("correct", 4).unwrap();
        for stored in [old, bcrypt] {
            let verdict = new.verify(password("correct"), Some(stored)).await.unwrap();
            let Verdict::Right {
                upgrade: Some(upgrade),
            } = verdict
            else {
                panic!("no upgrade")
            };
            assert!(upgrade.starts_with("$argon2id$v=19$m=128,"));
        }
    }

    #[tokio::test]
    async fn a5_2_a_full_queue_refuses_at_once() {
        let slow = HashingCost {
            memory: 65_536,
            iterations: 4,
            parallelism: 1,
        };
        let pool = Arc::new(pool(slow, 1));
        let all = (0..16).map(|_| {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move { pool.hash(password("correct")).await })
        });
        let mut full = 0;
        for one in all.collect::<Vec<_>>() {
            full += u32::from(one.await.unwrap() == Err(PoolError::Full));
        }
        assert!(
            full > 0,
            "of sixteen at once, one is hashed, one waits, the others are refused"
        );
    }
}

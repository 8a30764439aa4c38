//! What came of a module.

/// What came of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is as it has to be.
    Passed,
    /// All is as it has to be, and something is not as it is recommended: what.
    Warning(String),
    /// Something is not as it has to be: what.
    Failed(String),
    /// A test of its name goes through it, elsewhere: where.
    Elsewhere(&'static str),
    /// It cannot be gone through, or need not be: why.
    Skipped(String),
}

impl Outcome {
    /// The word for it in the table.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning(_) => "warning",
            Self::Failed(_) => "failed",
            Self::Elsewhere(_) => "elsewhere",
            Self::Skipped(_) => "skipped",
        }
    }

    /// What is to be said about it.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Passed | Self::Elsewhere(_) => None,
            Self::Warning(reason) | Self::Failed(reason) | Self::Skipped(reason) => Some(reason),
        }
    }

    /// What is wrong, when it failed.
    pub(crate) fn failure(&self) -> Option<String> {
        match self {
            Self::Failed(reason) => Some(reason.clone()),
            Self::Passed | Self::Warning(_) | Self::Elsewhere(_) | Self::Skipped(_) => None,
        }
    }
}

//! The `prompt` parameter (OIDC Core §3.1.2.1; Initiating User Registration §4 for `create`).

/// What the client wants the person to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Nothing at all: answer at once or fail.
    pub none: bool,
    /// Sign in anew, whatever sessions there are.
    pub login: bool,
    /// Be asked for consent anew.
    pub consent: bool,
    /// Choose one of several accounts.
    pub select_account: bool,
    /// Make a new account.
    pub create: bool,
}

/// Why a `prompt` is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptError {
    /// `none` beside another value.
    NoneWithOthers,
    /// A value that is not defined.
    Unknown,
}

impl Prompt {
    /// The values that are understood, in the order in which they are advertised.
    pub const VALUES: [&str; 5] = ["none", "login", "consent", "select_account", "create"];

    /// Reads the parameter.
    ///
    /// # Errors
    /// [`PromptError`].
    pub fn parse(text: &str) -> Result<Self, PromptError> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            *match value {
                "none" => &mut prompt.none,
                "login" => &mut prompt.login,
                "consent" => &mut prompt.consent,
                "select_account" => &mut prompt.select_account,
                "create" => &mut prompt.create,
                _ => return Err(PromptError::Unknown),
            } = true;
        }
        let others = prompt.login || prompt.consent || prompt.select_account || prompt.create;
        if prompt.none && others {
            Err(PromptError::NoneWithOthers)
        } else {
            Ok(prompt)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone() {
        assert_eq!(
            Prompt::parse("none login"),
            Err(PromptError::NoneWithOthers)
        );
        assert_eq!(
            Prompt::parse("none"),
            Ok(Prompt {
                none: true,
                ..Prompt::default()
            })
        );
    }

    #[test]
    fn an_undefined_value_is_refused() {
        assert_eq!(Prompt::parse("login Login"), Err(PromptError::Unknown));
    }
}

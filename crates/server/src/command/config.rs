//! `symbolon config`: a configuration file to start from.

use super::say;
use crate::config::Config;

/// Prints it.
pub(super) fn run() {
    say(Config::example().trim_end());
}

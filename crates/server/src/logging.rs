//! The log: one line an event, on the standard error stream, as text or as JSON.
//!
//! Standard output stays free for what a command prints. Text is coloured on a terminal only, and
//! not when `NO_COLOR` is set (<https://no-color.org>). What may stand in an event is the business
//! of the place that writes it; this module adds nothing but time, level, module and spans.

use std::io::{IsTerminal, stderr};

use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

/// Starts logging. `level` is a filter that the configuration has checked; one that cannot be read
/// all the same means `info`. A second call changes nothing. Never panics, not even when the
/// standard error stream is closed.
pub(crate) fn start(format: LogFormat, level: &str) {
    let filter: Targets = level
        .parse()
        .unwrap_or_else(|_| Targets::new().with_default(Level::INFO));
    let log = tracing_subscriber::fmt()
        // The filter decides, which is a layer of its own.
        .with_max_level(Level::TRACE)
        .with_writer(stderr)
        // It would report a failed write with `eprintln!`, which panics when that fails too.
        .log_internal_errors(false);
    // Failing means that a log was started before: a test, or a second call.
    let _ = match format {
        LogFormat::Json => log
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .finish()
            .with(filter)
            .try_init(),
        // Colour is on by default, unless NO_COLOR is set: only a pipe has to be told apart.
        LogFormat::Text if stderr().is_terminal() => log.finish().with(filter).try_init(),
        LogFormat::Text => log.with_ansi(false).finish().with(filter).try_init(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_bad_filter_nor_a_second_start_panics() {
        start(LogFormat::Json, "symbolon=loud,[");
        start(LogFormat::Text, "info");
        assert!(tracing::enabled!(tracing::Level::INFO));
        assert!(!tracing::enabled!(tracing::Level::DEBUG));
    }
}

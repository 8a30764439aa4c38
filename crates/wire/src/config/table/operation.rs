//! What operators see and bound.

use crate::config::setting::{Fallback::Value, HOUR, Kind, MINUTE, Setting, seconds, setting};

/// The settings, in the order of the file.
pub(super) const SETTINGS: &[Setting] = &[
    setting(
        "log.format",
        Kind::LogFormat,
        Value("text"),
        "How the log is written: `text` for people, `json` for machines. It goes to the standard \
         error stream.",
    ),
    setting(
        "log.level",
        Kind::LogFilter,
        Value("info"),
        "What is logged: `off`, `error`, `warn`, `info`, `debug` or `trace`, also for single parts \
         of the program (`info,sqlx=warn`).",
    ),
    setting(
        "metrics.enabled",
        Kind::Flag,
        Value("true"),
        "Whether `/metrics` answers.",
    ),
    setting(
        "limits.request_timeout",
        seconds(1, 10 * MINUTE),
        Value("30s"),
        "How long answering one request may take.",
    ),
    setting(
        "shutdown.drain",
        seconds(0, HOUR),
        Value("25s"),
        "How long requests that have begun may take to end when the server is told to stop.",
    ),
];

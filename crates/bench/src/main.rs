//! The load driver of Symbolon.
//!
//! It starts the server on a database of its own, measures it at several concurrencies, measures
//! the limit of the machine beside it in the same run, and prints what it saw:
//!
//! ```text
//! cargo build --release -p symbolon -p bench
//! target/release/bench --seconds 10 --json figures.json
//! target/release/bench --database postgres://localhost/bench --only refresh,code_flow
//! ```
//!
//! There are no timed tests: figures of one machine mean something beside figures of the same
//! machine in the same minute, so what is compared is compared in one run.
#![expect(
    clippy::disallowed_methods,
    reason = "a load driver measures real time, and finds out what its children inherit"
)]
#![expect(clippy::print_stderr, reason = "progress is for whoever watches")]
#![expect(clippy::print_stdout, reason = "figures are what this program is for")]

mod cell;
mod cold_start;
mod driver;
mod http;
mod limit;
mod place;
mod process;
mod report;
mod run;
mod scale;
mod scenario;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use symbolon_core::algorithm::Algorithm;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures a Symbolon server on this machine, and the limit of the machine beside it.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    /// The server to start
    #[arg(long, default_value = "target/release/symbolon")]
    binary: PathBuf,
    /// A running server instead, at http://127.0.0.1:PORT; it must have been started with
    /// `serve --demo --state crates/bench/bench.yaml`
    #[arg(long, conflicts_with = "binary")]
    url: Option<String>,
    /// The process of that server, for its CPU and memory
    #[arg(long, requires = "url")]
    pid: Option<u32>,
    /// Where the server keeps its data [default: SQLite in a temporary folder]
    #[arg(long, conflicts_with = "url")]
    database: Option<String>,
    /// A second, empty database for `--only scale` [default: SQLite in a temporary folder]
    #[arg(long, conflicts_with = "url")]
    scale_database: Option<String>,
    /// Length of one cell
    #[arg(long, default_value_t = 5.0, value_parser = parse_seconds)]
    seconds: f64,
    /// Virtual users
    #[arg(long, default_value = "1,32,256", value_delimiter = ',',
          value_parser = clap::value_parser!(u16).range(1..=4096))]
    concurrency: Vec<u16>,
    /// Turns that a cell is divided into where two sides are compared
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// How often the server is started for the cold start
    #[arg(long, default_value_t = 11, value_parser = clap::value_parser!(u32).range(1..=100))]
    starts: u32,
    /// Only these measurements; a name also stands for every name that it begins
    #[arg(long, value_delimiter = ',', value_parser = parse_measurement)]
    only: Vec<String>,
    /// Write the figures to this file as JSON as well
    #[arg(long)]
    json: Option<PathBuf>,
    /// Print Markdown
    #[arg(long)]
    markdown: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The bare signing handler; the driver starts it by itself
    #[command(hide = true)]
    Limit {
        /// RS256, PS256, ES256 or EdDSA
        #[arg(long)]
        algorithm: Algorithm,
    },
}

impl Arguments {
    fn chosen(&self, measurement: &str) -> bool {
        let by_default = self.only.is_empty() && !measurement.starts_with("scale");
        by_default || self.only.iter().any(|name| stands_for(name, measurement))
    }

    fn concurrencies(&self) -> impl Iterator<Item = usize> {
        self.concurrency.iter().copied().map(usize::from)
    }

    fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::Limit { algorithm }) => limit::run(algorithm).map(|()| ExitCode::SUCCESS),
        None => measure(&arguments),
    };
    result.unwrap_or_else(|message| {
        eprintln!("bench: {message}");
        ExitCode::FAILURE
    })
}

fn measure(arguments: &Arguments) -> Result<ExitCode, String> {
    let report = run::run(arguments)?;
    match arguments.markdown {
        true => println!("{}", report.markdown()),
        false => println!("{}", report.text()),
    }
    if let Some(file) = &arguments.json {
        std::fs::write(file, format!("{:#}\n", report.json()))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(if report.gaps.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// `client_credentials` stands for the one with each algorithm.
fn stands_for(name: &str, measurement: &str) -> bool {
    measurement
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

fn parse_measurement(name: &str) -> Result<String, String> {
    let known = run::measurements();
    match known
        .iter()
        .any(|measurement| stands_for(name, measurement))
    {
        true => Ok(name.to_owned()),
        false => Err(format!("the measurements are {}", known.join(", "))),
    }
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.1..=600.0).contains(seconds))
        .ok_or_else(|| "a number of seconds from 0.1 to 600".to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_name_chooses_what_it_begins_and_nothing_else() {
        let arguments = Arguments::parse_from(["bench", "--only", "client_credentials,refresh"]);
        assert!(arguments.chosen("client_credentials_rs256"));
        assert!(arguments.chosen("refresh"));
        assert!(!arguments.chosen("userinfo"));
        assert!(Arguments::try_parse_from(["bench", "--only", "refreshing"]).is_err());
    }

    #[test]
    fn a_load_without_bounds_is_refused() {
        for argument in [
            "--seconds=0",
            "--seconds=601",
            "--seconds=NaN",
            "--concurrency=0",
        ] {
            assert!(
                Arguments::try_parse_from(["bench", argument]).is_err(),
                "{argument}"
            );
        }
    }

    #[test]
    fn the_limit_takes_the_registered_name_of_an_algorithm() {
        let arguments =
            Arguments::try_parse_from(["bench", "limit", "--algorithm", "EdDSA"]).unwrap();
        assert!(matches!(
            arguments.command,
            Some(Command::Limit {
                algorithm: Algorithm::EdDSA
            })
        ));
    }
}

//! The order of one run: cold start, then the server with its state, then each measurement, then
//! memory once more. A measurement that fails leaves a gap in the report and the rest goes on.

use std::net::SocketAddr;
use std::process::Command;
use std::thread;
use std::time::Duration;

use symbolon_core::algorithm::Algorithm;

use crate::Arguments;
use crate::cell::{self, Cell, Side, Target};
use crate::cold_start::cold_start;
use crate::driver::{Failure, Fleet, VirtualUser};
use crate::http::Connection;
use crate::place::{Place, START_PATIENCE};
use crate::process::{self, Server};
use crate::report::{MemoryOverall, Report};
use crate::scale::Large;
use crate::scenario::browser::Browser;
use crate::scenario::client_credentials::{client_credentials, client_id};
use crate::scenario::code_flow::{self, CONFIDENTIAL, CodeFlow, Serial, Tokens, WEB};
use crate::scenario::fixed::Fixed;
use crate::scenario::forward_auth::{access_token, forward_auth};
use crate::scenario::introspection::introspection;
use crate::scenario::isolation::isolation;
use crate::scenario::refresh::Refresh;
use crate::scenario::sign_in::SignIn;
use crate::scenario::userinfo::userinfo;

/// Memory is read when what the work before it borrowed has been given back.
const SETTLING: Duration = Duration::from_secs(2);

/// What is measured on a database with very many of everything.
const SCALE: [&str; 2] = ["scale_client_credentials", "scale_forward_auth"];

/// What `--only` can name.
pub(crate) fn measurements() -> Vec<String> {
    let algorithms = Algorithm::ALL.into_iter().map(client_credentials_name);
    let others = [
        "cold_start",
        "refresh",
        "sign_in",
        "code_flow",
        "userinfo",
        "introspection",
        "discovery",
        "jwks",
        "forward_auth",
        "forward_auth_token",
        "isolation",
        // Not unless they are asked for: they fill a database first.
        "scale_client_credentials",
        "scale_forward_auth",
    ];
    others
        .into_iter()
        .map(str::to_owned)
        .chain(algorithms)
        .collect()
}

pub(crate) fn run(arguments: &Arguments) -> Result<Report, String> {
    let place = Place::new(arguments)?;
    let mut report = Report {
        environment: place.environment(arguments),
        ..Report::default()
    };
    if arguments.url.is_none() && arguments.chosen("cold_start") {
        eprintln!("cold start, {} times", arguments.starts);
        place.start_with_state()?.process.stop(START_PATIENCE)?;
        match cold_start(&place, arguments.starts) {
            Ok(starts) => report.cold_start = Some(starts),
            Err(message) => report.gaps.push(format!("cold_start: {message}")),
        }
    }
    if measurements()
        .iter()
        .all(|name| name == "cold_start" || !arguments.chosen(name))
    {
        return Ok(report);
    }
    let (_server, target) = match &arguments.url {
        Some(url) => {
            let address = process::loopback_address(url)?;
            (
                None,
                Target {
                    address,
                    pid: arguments.pid,
                },
            )
        }
        None => {
            let server = place.start_with_state()?;
            let target = Target {
                address: server.address,
                pid: Some(server.process.pid()),
            };
            (Some(server), target)
        }
    };
    // One thread is the cheapest driver: the other core is not even shared.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("runtime: {error}"))?;
    let mut run = Run {
        arguments,
        target,
        report,
        sessions: Vec::new(),
    };
    let resident = || {
        thread::sleep(SETTLING);
        target
            .pid
            .and_then(process::memory)
            .map(|memory| memory.resident)
    };
    let idle = resident();
    runtime.block_on(run.every_measurement());
    let peak = run.report.peak();
    run.report.memory = MemoryOverall {
        idle,
        peak,
        after_load: resident(),
    };
    Ok(run.report)
}

struct Run<'a> {
    arguments: &'a Arguments,
    target: Target,
    report: Report,
    /// Browsers that are signed in, one per virtual user, made when first needed.
    sessions: Vec<Browser>,
}

impl Run<'_> {
    async fn every_measurement(&mut self) {
        let address = self.target.address;
        for algorithm in Algorithm::ALL {
            let name = client_credentials_name(algorithm);
            if self.arguments.chosen(&name) {
                let token = |address| client_credentials(address, algorithm);
                let result = self.beside_the_limit(&name, algorithm, |address, _| token(address));
                let result = result.await;
                self.note(&name, result);
            }
        }
        for (name, handed) in [("forward_auth", false), ("forward_auth_token", true)] {
            if self.arguments.chosen(name) {
                let result = self.decisions(name, handed).await;
                self.note(name, result);
            }
        }
        if self.arguments.chosen("discovery") {
            let fleet = self.fleet(|_| Fixed::discovery(address));
            self.at_each_concurrency("discovery", fleet).await;
        }
        if self.arguments.chosen("jwks") {
            let fleet = self.fleet(|_| Fixed::jwks(address));
            self.at_each_concurrency("jwks", fleet).await;
        }
        for name in ["userinfo", "introspection", "refresh", "code_flow"] {
            if self.arguments.chosen(name) {
                let result = self.with_sessions(name).await;
                self.note(name, result.map_err(|failure| failure.to_string()));
            }
        }
        if self.arguments.chosen("sign_in") {
            let fleet = self.fleet(|user| SignIn::new(user, WEB));
            self.at_each_concurrency("sign_in", fleet).await;
        }
        if SCALE.iter().any(|name| self.arguments.chosen(name)) {
            let result = self.beside_very_many().await;
            self.note("scale", result);
        }
        if self.arguments.chosen("isolation") {
            let result = self.beside_sign_ins().await;
            self.note("isolation", result);
        }
    }

    /// The server beside a handler that only signs or, where no signature is due, does nothing. Both
    /// get what `request` makes for the virtual user of this number.
    async fn beside_the_limit(
        &mut self,
        name: &str,
        algorithm: Algorithm,
        request: impl Fn(SocketAddr, usize) -> Fixed,
    ) -> Result<(), String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args(["limit", "--algorithm", algorithm.as_str()]);
        let limit = Server::start(command, START_PATIENCE)?;
        let limit_target = Target {
            address: limit.address,
            pid: Some(limit.process.pid()),
        };
        let users = 0..self.most_users();
        let limits = users.map(|user| request(limit_target.address, user));
        let limits = Fleet::new(limit_target.address, limits.collect::<Vec<_>>());
        let servers = self.fleet(|user| request(self.target.address, user));
        let server = (self.target, servers);
        self.compared(name, server, (limit_target, limits), Side::Limit)
            .await
    }

    /// Forward authentication: nothing is signed unless the API is to be handed a token, and that
    /// is kept.
    async fn decisions(&mut self, name: &str, handed: bool) -> Result<(), String> {
        let tokens = self.api_tokens(self.target.address).await?;
        let request = |address, user: usize| forward_auth(address, &tokens[user], handed);
        self.beside_the_limit(name, Algorithm::ES256, request).await
    }

    /// The server with very many of everything, beside this one.
    async fn beside_very_many(&mut self) -> Result<(), String> {
        eprintln!("filling a database");
        let large = Large::start(self.arguments)?;
        let large_target = Target {
            address: large.server.address,
            pid: Some(large.server.process.pid()),
        };
        for name in SCALE {
            if !self.arguments.chosen(name) {
                continue;
            }
            let mut fleets = Vec::new();
            for target in [large_target, self.target] {
                let users = match name {
                    "scale_forward_auth" => {
                        let tokens = self.api_tokens(target.address).await?;
                        let asking = |token: &String| forward_auth(target.address, token, false);
                        tokens.iter().map(asking).collect()
                    }
                    _ => {
                        let token = || client_credentials(target.address, Algorithm::RS256);
                        (0..self.most_users()).map(|_| token()).collect::<Vec<_>>()
                    }
                };
                fleets.push((target, Fleet::new(target.address, users)));
            }
            if let (Some(small), Some(many)) = (fleets.pop(), fleets.pop()) {
                self.compared(name, many, small, Side::Small).await?;
            }
        }
        Ok(())
    }

    /// A token for the API, for each virtual user.
    async fn api_tokens(&self, address: SocketAddr) -> Result<Vec<String>, String> {
        let mut connection = Connection::new(address);
        let mut tokens = Vec::new();
        for _ in 0..self.most_users() {
            let token = access_token(address, &mut connection).await;
            tokens.push(token.map_err(|failure| failure.to_string())?);
        }
        Ok(tokens)
    }

    /// Two servers in turns, the second one as what `side` says.
    async fn compared<U: VirtualUser>(
        &mut self,
        name: &str,
        mut server: (Target, Fleet<U>),
        mut other: (Target, Fleet<U>),
        side: Side,
    ) -> Result<(), String> {
        for concurrency in self.arguments.concurrencies() {
            eprintln!("{name} at {concurrency}, beside another");
            let cells = cell::compare(
                name,
                (server.0, &mut server.1),
                (other.0, &mut other.1),
                concurrency,
                self.arguments.duration(),
                self.arguments.rounds,
            );
            let mut cells = cells.await.map_err(|failure| failure.to_string())?;
            for cell in &mut cells {
                if cell.side == Side::Limit {
                    cell.side = side;
                }
            }
            self.report.cells.extend(cells);
        }
        Ok(())
    }

    async fn beside_sign_ins(&mut self) -> Result<(), String> {
        let mut fleet = self.fleet(|_| client_credentials(self.target.address, Algorithm::RS256));
        for concurrency in self.arguments.concurrencies() {
            eprintln!("isolation at {concurrency}");
            let (duration, rounds) = (self.arguments.duration(), self.arguments.rounds);
            let result = isolation(self.target, &mut fleet, concurrency, duration, rounds).await;
            self.report
                .isolation
                .push(result.map_err(|failure| failure.to_string())?);
        }
        Ok(())
    }

    async fn with_sessions(&mut self, name: &'static str) -> Result<(), Failure> {
        self.open_sessions().await?;
        let address = self.target.address;
        let mut connection = Connection::new(address);
        match name {
            "userinfo" => {
                let tokens = self.tokens(WEB, &mut connection).await?;
                let users = tokens.iter().map(|tokens| userinfo(address, tokens));
                self.at_each_concurrency(name, Fleet::new(address, users))
                    .await;
            }
            "introspection" => {
                let tokens = self.tokens(CONFIDENTIAL, &mut connection).await?;
                let users = tokens
                    .iter()
                    .map(|tokens| introspection(address, CONFIDENTIAL, tokens));
                self.at_each_concurrency(name, Fleet::new(address, users))
                    .await;
            }
            "refresh" => {
                let mut users = Vec::new();
                for (user, browser) in self.sessions.iter().enumerate() {
                    users.push(Refresh::begin(user, browser.clone(), WEB, &mut connection).await?);
                }
                self.at_each_concurrency(name, Fleet::new(address, users))
                    .await;
            }
            _ => {
                let sessions = self.sessions.iter().enumerate();
                let users =
                    sessions.map(|(user, browser)| CodeFlow::new(user, browser.clone(), WEB));
                let fleet = Fleet::new(address, users.collect::<Vec<_>>());
                self.at_each_concurrency(name, fleet).await;
            }
        }
        Ok(())
    }

    async fn at_each_concurrency<U: VirtualUser>(&mut self, name: &str, mut fleet: Fleet<U>) {
        for concurrency in self.arguments.concurrencies() {
            eprintln!("{name} at {concurrency}");
            let duration = self.arguments.duration();
            let result = cell::observe(name, self.target, &mut fleet, concurrency, duration).await;
            let result = result.map(|cell: Cell| self.report.cells.push(cell));
            self.note(name, result.map_err(|failure| failure.to_string()));
        }
    }

    /// One after another, so that preparing never meets the limits that protect the server from
    /// too many sign-ins at once.
    async fn open_sessions(&mut self) -> Result<(), Failure> {
        if self.sessions.is_empty() {
            eprintln!("signing in {} virtual users", self.most_users());
            let mut connection = Connection::new(self.target.address);
            for user in 0..self.most_users() {
                self.sessions
                    .push(SignIn::new(user, WEB).session(&mut connection).await?);
            }
        }
        Ok(())
    }

    async fn tokens(
        &self,
        client: code_flow::Client,
        connection: &mut Connection,
    ) -> Result<Vec<Tokens>, Failure> {
        let mut tokens = Vec::new();
        for (user, browser) in self.sessions.iter().enumerate() {
            let (mut browser, mut flows) = (browser.clone(), Serial::new(user));
            let flow = code_flow::run(&mut browser, connection, client, &mut flows, None);
            tokens.push(flow.await?);
        }
        Ok(tokens)
    }

    fn fleet<U: VirtualUser>(&self, user: impl Fn(usize) -> U) -> Fleet<U> {
        Fleet::new(self.target.address, (0..self.most_users()).map(user))
    }

    fn most_users(&self) -> usize {
        self.arguments.concurrencies().max().unwrap_or(1)
    }

    fn note(&mut self, name: &str, result: Result<(), String>) {
        if let Err(message) = result {
            eprintln!("{name}: {message}");
            self.report.gaps.push(format!("{name}: {message}"));
        }
    }
}

fn client_credentials_name(algorithm: Algorithm) -> String {
    client_id(algorithm).replace("bench-", "client_credentials_")
}

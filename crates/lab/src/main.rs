//! symbolon-lab: the stand-in for local work, and the provider that misbehaves when it is told to.
//!
//! It is the production code: the same routes, rules, pages and storage. What it adds stands around
//! them. Its clock, its randomness and its keys are handed in ([`clock`], [`seed`], [`keys`]); what
//! the provider answers passes [`layer`], where [`faults`] change it on its way. Nothing of the
//! product knows of it.

mod arguments;
mod capture;
mod clock;
mod control;
mod decorate;
mod elsewhere;
mod encrypt;
mod exchange;
mod fault;
mod faults;
mod form_post;
mod instructions;
mod keys;
mod lab;
mod layer;
mod lenient;
mod page;
mod relay;
mod seed;
mod selection;
mod sign_in;
mod token;
mod transport;
mod webfinger;
mod world;

use std::{io::Write, net::SocketAddr, process::ExitCode, sync::Arc};

use axum::{
    Router,
    routing::{any, post},
};
use clap::Parser;
use tokio::net::TcpListener;

use crate::{arguments::Arguments, lab::Lab};

fn main() -> ExitCode {
    // Several providers of cryptography are linked; rustls wants to be told which one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = Arguments::parse();
    if let Some(refusal) = arguments.refusal() {
        return fail(&refusal);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the machine gives no threads: {error}")),
    };
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => fail(&text),
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let text = |error: std::io::Error| format!("cannot listen on {}: {error}", arguments.listen);
    let listener = TcpListener::bind(arguments.listen).await.map_err(text)?;
    let address = listener.local_addr().map_err(text)?;
    let own = format!("http://{address}");
    let issuer = arguments.issuer.clone().unwrap_or_else(|| own.clone());
    let issuer = issuer.trim_end_matches('/').to_owned();
    let lab = Lab::start(arguments, address, issuer).await;
    let lab = Arc::new(lab.map_err(|error| error.to_string())?);
    say(&instructions::text(&lab));
    say(&format!("symbolon-lab is ready at {own}"));
    let routes = Router::new()
        .route("/lab/v1/{*path}", any(control::serve))
        .route(relay::PATH, post(relay::serve))
        .fallback(layer::serve)
        .with_state(lab)
        .into_make_service_with_connect_info::<SocketAddr>();
    let stop = async {
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
        let terminated = async {
            match &mut terminate {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
    };
    let served = axum::serve(listener, routes);
    tokio::select! {
        result = served => result.map_err(|error| error.to_string()),
        // Whoever waits for a captured request waits for nothing any more.
        () = stop => Ok(()),
    }
}

/// Whoever closed the stream does not want to hear it.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn fail(text: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "symbolon-lab: {text}");
    ExitCode::FAILURE
}

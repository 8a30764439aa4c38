//! Symbolon: an OpenID Connect authorization server and identity provider in one binary.

mod admin;
mod client_certificates;
mod command;
mod config;
mod first_bytes;
mod logging;
mod set_up;
mod state;
mod wire;

use std::process::ExitCode;

use clap::Parser;

// Frees what a burst of sign-ins took, which the system's allocator keeps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Several providers of cryptography are linked; rustls wants to be told which one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = command::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return command::fail(&format!("the machine gives no threads: {error}")),
    };
    match runtime.block_on(command::run(arguments)) {
        Ok(code) => code,
        Err(error) => command::fail(&error.to_string()),
    }
}
